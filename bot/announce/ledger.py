"""Which posts are known, and what becomes of those that are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.announce.subscription import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """A post that was seen once, wherever it is now.

    Attributes:
        id: names it ever after, whatever becomes of its path, slug and text.
        path: where it was last, as in ``Post``.
        slug: its last slug.
        title: its last title.
        digest: of its last text, as in ``Post``.
        minhash: of its last text: what is compared when a post has moved.
        face: changes with what an announcement shows of it; empty while it is gone.
    """

    id: str
    path: str
    slug: str
    title: str
    digest: str
    minhash: frozenset[int] = frozenset()
    face: str

    @property
    def is_gone(self) -> bool:
        """Whether readers see it no more: withdrawn, or deleted."""
        return not self.face


@dataclass(frozen=True, slots=True)
class Assignment:
    """Posts that a subscription is to hear of in one message, oldest first.

    Attributes:
        delivery: its ``delivery_id``.
        subscription: key of the subscription.
        posts: ids of known posts.
    """

    delivery: str
    subscription: str
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger holds before it is revised.

    Attributes:
        posts: all of them, those that are gone included.
        subscriptions: all of them, oldest first.
        is_first: whether nobody has ever looked at the posts.
    """

    posts: Sequence[KnownPost]
    subscriptions: Sequence[Subscription]
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a look at the posts changes.

    Attributes:
        posts: those that are new, have changed or are gone; in full.
        assignments: what is to be announced, oldest first.
    """

    posts: Sequence[KnownPost] = ()
    assignments: Sequence[Assignment] = ()


class Ledger(Protocol):
    """Remembers posts. Every method may raise StateUnavailable."""

    async def posts(self) -> Sequence[KnownPost]:
        """All known posts, those that are gone included."""

    async def revise(self, generation: int, decide: Callable[[Known], Revision]) -> Revision | None:
        """Write down what ``decide`` makes of the posts, and what is to be sent, at once.

        Args:
            generation: of the source that was looked at.
            decide: called in another thread, with nobody else revising meanwhile.

        Returns:
            What was written, without deliveries that existed before; None where the ledger
            has seen a later generation, and so was left as it is.
        """
