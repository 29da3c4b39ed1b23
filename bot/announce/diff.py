"""Which posts are new, and which have moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from bot.announce.catalogue import VisiblePost, shown_digest
from bot.announce.delivery import delivery_id
from bot.announce.ledger import Assignment, Known, KnownPost, Revision
from bot.announce.minhash import ALIKE, similarity
from bot.announce.subscription import Subscription

# Whoever moves a blog brings posts of years; whoever publishes now and then a belated one.
OLD_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class PostDiff:
    """A scan of the posts, to compare with those that are known.

    Attributes:
        entries: all posts that readers see.
        minhashes: by path, of those that are not known as they are.
        now: Unix seconds.
        limit: more posts than that at once become one message, or are an import.
    """

    entries: Sequence[VisiblePost]
    minhashes: Mapping[str, frozenset[int]]
    now: float
    limit: int

    def revise(self, known: Known) -> Revision:
        """What changes in the ledger, and what is to be announced, oldest first.

        The first scan, and an import, announce nothing.
        """
        matching = Matching(known.posts, self.minhashes)
        matching.match(self.entries)
        taken = {post.id for post in known.posts}
        found = [(entry, self._known(entry, post)) for entry, post in matching.pairs]
        found += [(entry, self._new(entry, taken)) for entry in matching.strangers]
        before = {post.id: post for post in known.posts}
        gone = [_without_face(post) for post in matching.lost if not post.is_gone]
        changed = [post for _, post in found if before.get(post.id) != post]
        news = [(entry, post.id) for entry, post in found if post.id not in before]
        return Revision(
            posts=[*changed, *gone],
            assignments=() if known.is_first else list(self._assign(news, known.subscriptions)),
        )

    def _known(self, entry: VisiblePost, post: KnownPost) -> KnownPost:
        return self._post(entry, post.id, self.minhashes.get(entry.path, post.minhash))

    def _new(self, entry: VisiblePost, taken: set[str]) -> KnownPost:
        name = _name(entry.path, taken)
        taken.add(name)
        return self._post(entry, name, self.minhashes.get(entry.path, frozenset()))

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
    """Finds known posts again: at their path, or else by slug, or else by their text.

    Attributes:
        known: all of them, each of which is found once at most.
        minhashes: by path, of entries.
        pairs: entries with the posts that they are.
        strangers: entries that are no known post.
    """

    known: Sequence[KnownPost]
    minhashes: Mapping[str, frozenset[int]]
    pairs: list[tuple[VisiblePost, KnownPost]] = field(default_factory=list)
    strangers: list[VisiblePost] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Of several, the one that was there last time comes first.
        self._left = {post.id: post for post in sorted(self.known, key=lambda p: p.is_gone)}

    @property
    def lost(self) -> Iterable[KnownPost]:
        """Known posts that are not among the entries."""
        return self._left.values()

    def match(self, entries: Sequence[VisiblePost]) -> None:
        """Fill ``pairs`` and ``strangers``."""
        self.strangers = list(entries)
        self._match_by("path")
        self._match_by("slug")
        self._match_by_text()

    def _match_by(self, name: str) -> None:
        posts: dict[str, KnownPost] = {}
        for post in self._left.values():
            posts.setdefault(getattr(post, name), post)
        strangers, self.strangers = self.strangers, []
        for entry in strangers:
            self._pair(entry, posts.pop(getattr(entry, name), None))

    def _pair(self, entry: VisiblePost, post: KnownPost | None) -> None:
        if post is None:
            self.strangers.append(entry)
        else:
            self.pairs.append((entry, post))
            del self._left[post.id]

    def _match_by_text(self) -> None:
        """Pair those that are most alike first."""
        alike = sorted(self._alike(), key=lambda found: found[0], reverse=True)
        chosen: dict[str, KnownPost] = {}
        for _, entry, post in alike:
            if entry.path not in chosen and post.id in self._left:
                chosen[entry.path] = self._left.pop(post.id)
                self.pairs.append((entry, post))
        self.strangers = [entry for entry in self.strangers if entry.path not in chosen]

    def _alike(self) -> Iterable[tuple[float, VisiblePost, KnownPost]]:
        """Strangers and lost posts with more of their text in common than not."""
        holders: dict[int, list[KnownPost]] = defaultdict(list)
        for post in self._left.values():
            for number in post.minhash:
                holders[number].append(post)
        for entry in self.strangers if holders else ():
            minhash = self.minhashes.get(entry.path, frozenset())
            near = {post.id: post for number in minhash for post in holders.get(number, ())}
            for post in near.values():
                share = similarity(minhash, post.minhash)
                if share > ALIKE:
                    yield share, entry, post


def _without_face(post: KnownPost) -> KnownPost:
    return replace(post, shown_digest="")


def _name(path: str, taken: set[str]) -> str:
    """Name a post after the path where it is seen first: the same from an older state, too."""
    number = 0
    while True:
        said = f"{path}\n{number}".encode("utf-8", "surrogatepass")
        name = blake2b(said, digest_size=8).hexdigest()
        if name not in taken:
            return name
        number += 1


def _oldest_first(entry: VisiblePost) -> tuple[bool, int, str]:
    return entry.instant is None, entry.instant or 0, entry.path
