"""Which posts are known, so that a post is new only once."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bot.announce.subscription import SUBSCRIPTION, Subscription, to_subscription
from bot.state.database import LEDGER, Database, Row, Transaction, upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """A post that was seen before.

    Attributes:
        id: names it ever after, whatever becomes of its path, slug and text.
        path: where it was last, as in ``Post``.
        slug: its last slug.
        title: its last title.
        digest: of its last text, as in ``Post``.
        minhash: of its last text: what is compared when a post has moved.
        shown_digest: changes with what an announcement shows of it; empty while it is gone.
    """

    id: str
    path: str
    slug: str
    title: str
    digest: str
    minhash: frozenset[int] = frozenset()
    shown_digest: str

    @property
    def is_gone(self) -> bool:
        """Whether readers see it no more: withdrawn, or deleted."""
        return not self.shown_digest


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
    """What a scan of the posts changes.

    Attributes:
        posts: those that are new, have changed or are gone; in full.
        assignments: what is to be announced, oldest first.
    """

    posts: Sequence[KnownPost] = ()
    assignments: Sequence[Assignment] = ()


POST = "id, path, slug, title, digest, sketch, face"


def post_row(post: KnownPost) -> Row:
    """The values of ``POST``."""
    sketch = struct.pack(f"<{len(post.minhash)}I", *sorted(post.minhash))
    return post.id, post.path, post.slug, post.title, post.digest, sketch, post.shown_digest


def to_post(row: Row) -> KnownPost:
    """The post of a row of ``POST``."""
    name, path, slug, title, digest, sketch, shown_digest = row
    return KnownPost(
        id=name,
        path=path,
        slug=slug,
        title=title,
        digest=digest,
        minhash=frozenset(struct.unpack(f"<{len(sketch) // 4}I", sketch)),
        shown_digest=shown_digest,
    )


ROWS_AT_ONCE = 500

_KEEP_POST = upsert("known_posts", POST)
_ADD_DELIVERY = """
    INSERT INTO deliveries (id, subscription, position, state, attempts, since, not_before,
        channel, message, thread, published, letter, problem)
    VALUES ($1, $2, $3, 'waiting', 0, $4, 0, NULL, NULL, NULL, 0, '', '')
    ON CONFLICT (id) DO NOTHING
"""
_ADD_POST = """
    INSERT INTO delivery_posts (subscription, post, delivery, number, shown)
    VALUES ($1, $2, $3, $4, '') ON CONFLICT (subscription, post) DO NOTHING
"""
# Without a condition on the state: Postgres would pass over a delivery that another machine
# is about to record as done. So it waits for that, and sees what came of it.
_MARK_CHANGED = """
    UPDATE deliveries SET state = CASE state
        WHEN 'done' THEN 'changed' WHEN 'dropped' THEN 'waiting' ELSE state END
    WHERE id IN (SELECT delivery FROM delivery_posts WHERE post = $1)
"""


class Ledger:
    """Remembers posts. Every method may raise StateUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def posts(self) -> Sequence[KnownPost]:
        """All known posts, those that are gone included."""
        rows = await self._database.rows(f"SELECT {POST} FROM known_posts")  # noqa: S608
        return await asyncio.to_thread(_to_posts, rows)

    async def revise(self, generation: int, decide: Callable[[Known], Revision]) -> Revision | None:
        """Record what ``decide`` makes of the posts, and what is to be sent, in one transaction.

        Args:
            generation: of the source that was scanned.
            decide: called in another thread, with nobody else revising meanwhile.

        Returns:
            What was recorded; None where the ledger has seen a later generation, and so was
            left as it is.
        """
        async with self._database.transaction() as transaction:
            await transaction.alone(LEDGER)
            before = await transaction.rows("SELECT generation, looked FROM ledger")
            newest, looked = before[0] if before else (0, await transaction.now())
            if 0 < generation < newest:
                return None
            posts = await transaction.rows(f"SELECT {POST} FROM known_posts")  # noqa: S608
            subscriptions = await transaction.rows(
                f"SELECT {SUBSCRIPTION} FROM subscriptions ORDER BY since, key"  # noqa: S608
            )

            def revision_of_rows() -> Revision:
                return decide(
                    Known(
                        posts=_to_posts(posts),
                        subscriptions=[to_subscription(row) for row in subscriptions],
                        is_first=not before,
                    )
                )

            revision = await asyncio.to_thread(revision_of_rows)
            await _write_posts(transaction, revision.posts, {name for name, *_ in posts})
            await _assign(transaction, revision.assignments, since=looked)
            await transaction.rows(
                "INSERT INTO ledger (one, generation, looked) VALUES (1, $1, $2)"
                " ON CONFLICT (one) DO UPDATE"
                " SET generation = excluded.generation, looked = excluded.looked",
                max(generation, newest),
                await transaction.now(),
            )
        return revision


async def _write_posts(
    transaction: Transaction, posts: Sequence[KnownPost], known: Collection[str]
) -> None:
    # The first scan finds thousands; in batches, the event loop stays responsive.
    for start in range(0, len(posts), ROWS_AT_ONCE):
        some = posts[start : start + ROWS_AT_ONCE]
        await transaction.many(_KEEP_POST, [post_row(post) for post in some])
        await transaction.many(_MARK_CHANGED, [(post.id,) for post in some if post.id in known])


async def _assign(
    transaction: Transaction, assignments: Sequence[Assignment], *, since: float
) -> None:
    ((last,),) = await transaction.rows("SELECT coalesce(max(position), 0) FROM deliveries")
    await transaction.many(
        _ADD_DELIVERY,
        [
            (given.delivery, given.subscription, position, since)
            for position, given in enumerate(assignments, start=last + 1)
        ],
    )
    await transaction.many(
        _ADD_POST,
        [
            (given.subscription, post, given.delivery, number)
            for given in assignments
            for number, post in enumerate(given.posts)
        ],
    )


def _to_posts(rows: Sequence[Row]) -> list[KnownPost]:
    return [to_post(row) for row in rows]
