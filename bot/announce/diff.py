"""Which posts are new, and which have moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from bot.announce.catalogue import VisiblePost, shown_digest
from bot.announce.ledger import Assignment, Known, KnownPost, Revision
from bot.announce.message import delivery_id
from bot.announce.minhash import ALIKE, similarity
from bot.announce.subscription import Subscription
from bot.blog.post import is_web_url

# Whoever moves a blog brings posts of years; whoever publishes now and then a belated one.
OLD_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class PostDiff:
    """A scan of the posts, to compare with those that are known.

    Attributes:
        entries: all posts and pages that readers see.
        minhashes: by path, of those that are not known as they are.
        now: Unix seconds.
        limit: more posts than that at once become one message, or are an import.
        waits_for_pages: whether a post is announced only when its public page is there.
    """

    entries: Sequence[VisiblePost]
    minhashes: Mapping[str, frozenset[int]]
    now: float
    limit: int
    waits_for_pages: bool = False

    def revise(self, known: Known) -> Revision:
        """What changes in the ledger, and what is to be announced, oldest first.

        The first scan, and an import, announce nothing. Nor does a page: it is known like a
        post, so that it is old when it becomes one.
        """
        matching = Matching(known.posts, self.minhashes)
        matching.match(self.entries)
        taken = {post.id for post in known.posts}
        found = [(entry, self._known(entry, post)) for entry, post in matching.pairs]
        found += [(entry, self._new(entry, taken)) for entry in matching.strangers]
        before = {post.id: post for post in known.posts}
        gone = [_gone(post) for post in matching.lost if not post.is_gone]
        changed = [post for _, post in found if before.get(post.id) != post]
        posts = [(entry, post) for entry, post in found if not entry.is_page]
        news = [(entry, post.id) for entry, post in posts if post.id not in before]
        # Those that were withdrawn before they were announced come back as new ones do.
        unseen = [
            post.id
            for entry, post in posts
            if is_web_url(entry.link) and _is_unseen(before.get(post.id))
        ]
        return Revision(
            posts=[*changed, *gone],
            assignments=() if known.is_first else list(self._assign(news, known.subscriptions)),
            pages=unseen if self.waits_for_pages and not known.is_first else (),
        )

    def _known(self, entry: VisiblePost, post: KnownPost) -> KnownPost:
        return self._post(entry, post.id, self.minhashes.get(entry.path, post.minhash))

    def _new(self, entry: VisiblePost, taken: set[str]) -> KnownPost:
        minhash = self.minhashes.get(entry.path, frozenset())
        name = _name(entry, minhash, taken)
        taken.add(name)
        return self._post(entry, name, minhash)

    def _post(self, entry: VisiblePost, name: str, minhash: frozenset[int]) -> KnownPost:
        return KnownPost(
            id=name,
            path=entry.path,
            slug=entry.slug,
            title=entry.title,
            digest=entry.digest,
            minhash=minhash,
            shown_digest=shown_digest(entry),
        )

    def _assign(
        self, news: Iterable[tuple[VisiblePost, str]], subscriptions: Sequence[Subscription]
    ) -> Iterable[Assignment]:
        """One message a post, or one for all where there are many; oldest first."""
        fresh = sorted(self._without_import(list(news)), key=lambda new: _oldest_first(new[0]))
        for subscription in subscriptions:
            wanted = tuple(name for entry, name in fresh if subscription.wants(entry.tags))
            messages = [(name,) for name in wanted] if len(wanted) <= self.limit else [wanted]
            for posts in messages:
                key = subscription.key
                yield Assignment(delivery_id(key, posts), key, posts)

    def _without_import(self, news: list[tuple[VisiblePost, str]]) -> list[tuple[VisiblePost, str]]:
        old = {name for entry, name in news if self._is_old(entry)}
        if len(old) <= self.limit:
            return news
        return [(entry, name) for entry, name in news if name not in old]

    def _is_old(self, entry: VisiblePost) -> bool:
        return entry.instant is None or entry.instant < self.now - OLD_SECONDS


@dataclass
class Matching:
    """Pairs posts that are there with those that are known, each with one at most.

    A path alone does not make a post: an author moves a text and begins the next one in its
    old place. So all pairs that may be one post are weighed against each other, and a post
    whose slug, title and text have changed together is a new one.

    Attributes:
        known: all of them.
        minhashes: by path, of entries that are not known as they are.
        pairs: entries with the posts that they are.
        strangers: entries that are no known post.
        lost: known posts that are not among the entries.
    """

    known: Sequence[KnownPost]
    minhashes: Mapping[str, frozenset[int]]
    pairs: list[tuple[VisiblePost, KnownPost]] = field(default_factory=list)
    strangers: list[VisiblePost] = field(default_factory=list)
    lost: Collection[KnownPost] = ()

    def match(self, entries: Sequence[VisiblePost]) -> None:
        """Fill ``pairs``, ``strangers`` and ``lost``."""
        left = {post.id: post for post in self.known}
        by_path = {post.path: post for post in self.known if not post.is_gone}
        changed = []
        for entry in entries:
            post = by_path.get(entry.path)
            if post is not None and post.digest == entry.digest and post.slug == entry.slug:
                self.pairs.append((entry, left.pop(post.id)))
            else:
                changed.append(entry)
        found: set[str] = set()
        candidates = sorted(
            self._candidates(changed, list(left.values())), key=lambda each: each[0], reverse=True
        )
        for _, entry, post in candidates:
            if entry.path not in found and post.id in left:
                found.add(entry.path)
                self.pairs.append((entry, left.pop(post.id)))
        self.strangers = [entry for entry in changed if entry.path not in found]
        self.lost = left.values()

    def _candidates(
        self, entries: Sequence[VisiblePost], posts: Sequence[KnownPost]
    ) -> Iterable[tuple[tuple[float, bool], VisiblePost, KnownPost]]:
        """Each entry with each post that it may be, and how much speaks for that."""
        holders: dict[object, list[KnownPost]] = defaultdict(list)
        for post in posts:
            for key in (f"path {post.path}", f"slug {post.slug}", *post.minhash):
                holders[key].append(post)
        for entry in entries if holders else ():
            minhash = self.minhashes.get(entry.path, frozenset())
            keys = (f"path {entry.path}", f"slug {entry.slug}", *minhash)
            near = {post.id: post for key in keys for post in holders.get(key, ())}
            for post in near.values():
                if weight := weigh(entry, minhash, post):
                    # Of two alike, the one that was there last time.
                    yield (weight, not post.is_gone), entry, post


def weigh(entry: VisiblePost, minhash: frozenset[int], post: KnownPost) -> float:
    """How much speaks for an entry to be a known post; 0 where that is not enough."""
    same_path, same_slug = entry.path == post.path, entry.slug == post.slug
    same_title, same_file = entry.title == post.title, entry.digest == post.digest
    alike = 1.0 if same_file else similarity(minhash, post.minhash)
    is_same = alike > ALIKE or same_slug or (same_path and same_title)
    return is_same * (same_file * 4 + alike * 5 + same_path + same_slug + same_title)


def _is_unseen(post: KnownPost | None) -> bool:
    """Whether readers did not see a post at the last scan."""
    return post is None or post.is_gone


def _gone(post: KnownPost) -> KnownPost:
    return replace(post, shown_digest="")


def _name(entry: VisiblePost, minhash: frozenset[int], taken: set[str]) -> str:
    """Name a post by what it is when it is first seen: the same from an older state, too."""
    text = " ".join(map(str, sorted(minhash)))
    number = 0
    while True:
        said = f"{entry.path}\n{entry.title}\n{text}\n{number}".encode("utf-8", "surrogatepass")
        name = blake2b(said, digest_size=8).hexdigest()
        if name not in taken:
            return name
        number += 1


def _oldest_first(entry: VisiblePost) -> tuple[bool, int, str]:
    return entry.instant is None, entry.instant or 0, entry.path
