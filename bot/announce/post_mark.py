"""By what a post is found again in an announcement that the state does not know.

Such announcements are there when the state was restored from an older copy. What identifies a
post in a message must therefore come from the post, and survive a new path or an edited text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

from bot.announce.delivery import Delivery
from bot.announce.ledger import KnownPost
from bot.announce.message import Announced, Message, Sent
from bot.blog.post import post_key

# Of a text's least hashes, and how many hexadecimal digits of each: with the rest of a custom
# id, 90 of Discord's 100 characters. Two texts share one of these hashes by chance in one case
# out of a thousand million, times the sentences they have.
HASHES, DIGITS = 4, 7

_MARK = re.compile(r"(\d{1,4})\.([0-9a-f]{6})\.([0-9a-f]{6})\.((?:[0-9a-f]{7}){0,4})")
_KEY = re.compile("[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Mark:
    """One post in a message.

    Attributes:
        posts: how many posts the message announces, of which it may not show all.
        slug: hash of the post's slug.
        title: hash of its title.
        hashes: the least of its text's minhash.
        key: ``Post.key``; empty where the message shows that the post was withdrawn.
    """

    posts: int
    slug: str
    title: str
    hashes: frozenset[str]
    key: str = ""

    @classmethod
    def of(cls, post: KnownPost, posts: int) -> Self:
        """The mark of a post in a message about so many."""
        hashes = frozenset(f"{number:08x}"[-DIGITS:] for number in _least(post))
        return cls(posts, _hash(post.slug), _hash(post.title), hashes, post_key(post.path))

    @classmethod
    def parse(cls, parts: Sequence[str]) -> Self | None:
        """Read it from the parts of a custom id, if one of them is a mark."""
        for part in parts:
            if match := _MARK.fullmatch(part):
                posts, slug, title, text = match.groups()
                hashes = frozenset(re.findall(f".{{{DIGITS}}}", text))
                key = next((each for each in parts if _KEY.fullmatch(each)), "")
                return cls(int(posts), slug, title, hashes, key)
        return None

    def __str__(self) -> str:
        """The part of a custom id, of at most 47 characters; the key stands in another part."""
        return f"{min(self.posts, 9999)}.{self.slug}.{self.title}.{''.join(sorted(self.hashes))}"

    @staticmethod
    def removed(text: str) -> str:
        """A text, such as a message's JSON, without the marks in it."""
        return re.sub(f":{_MARK.pattern}", "", text)

    def is_of(self, post: KnownPost) -> bool:
        """Whether it is that post, which may have moved or been edited since.

        Its path alone does not count: authors begin the next post where the last one was.
        """
        sample = {f"{number:08x}"[-DIGITS:] for number in post.minhash}
        if self.hashes and 2 * len(self.hashes & sample) >= len(self.hashes):
            return True
        same_title = self.title == _hash(post.title)
        return same_title and (self.slug == _hash(post.slug) or self.key == post_key(post.path))


@dataclass(frozen=True, slots=True)
class Adoption:
    """Posts of a delivery that a message announces already.

    Attributes:
        sent: where the message is.
        posts: ids of the posts.
        is_whole: whether it announces these posts and no others.
    """

    sent: Sent
    posts: tuple[str, ...]
    is_whole: bool


def is_all_of(announced: Announced, delivery: Delivery) -> bool:
    """Whether a message is that delivery's, with all of its posts.

    Some of them may have been adopted before it was sent, by a state that is forgotten.
    """
    marks = (Mark.parse(parts) for parts in announced.buttons)
    count = next((mark.posts for mark in marks if mark), None)
    return announced.is_of(delivery.id) and count in {None, len(delivery.posts)}


def has_all(announcements: Sequence[Announced], delivery: Delivery) -> bool:
    """Whether all posts of a delivery are announced in these messages."""
    if any(is_all_of(each, delivery) for each in announcements):
        return True
    found = adoptions(delivery.posts, announcements)
    return sum(len(adoption.posts) for adoption in found) == len(delivery.posts)


def adoptions(posts: Iterable[KnownPost], history: Iterable[Announced]) -> list[Adoption]:
    """What of these posts was announced in messages of the history, each post once."""
    left = {post.id: post for post in posts}
    found = []
    for announced in history:
        marks = [mark for parts in announced.buttons if (mark := Mark.parse(parts))]
        if not marks or not left:
            continue
        those = {
            mark: next((post.id for post in left.values() if mark.is_of(post)), None)
            for mark in marks
        }
        ids = tuple(dict.fromkeys(name for name in those.values() if name is not None))
        if not ids:
            continue
        # Those that the message counts and does not show are older than those that it shows.
        before = list(left)[: min(map(list(left).index, ids))]
        hidden = marks[0].posts - len(marks)
        ids = (*before[max(0, len(before) - hidden) :], *ids)
        is_whole = marks[0].posts == len(ids)
        found.append(Adoption(announced.sent, ids, is_whole))
        for name in ids:
            del left[name]
    return found


def message_digest(message: Message) -> str:
    """What changes with what a message shows: 16 hexadecimal digits."""
    shown = json.dumps([message.title, list(message.components)], sort_keys=True)
    return blake2b(Mark.removed(shown).encode(), digest_size=8).hexdigest()


def _least(post: KnownPost) -> list[int]:
    return sorted(post.minhash)[:HASHES]


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()
