"""Known posts, kept in the state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence

from bot.announce.ledger import Assignment, Known, KnownPost, Revision
from bot.state.database import LEDGER, Database, Row, Transaction
from bot.state.known import POST, post_row, to_post
from bot.state.rows import SUBSCRIPTION, to_subscription, upsert

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


class KeptLedger:
    """Implements ``blog.Ledger``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def posts(self) -> Sequence[KnownPost]:
        """All known posts, those that are gone included."""
        rows = await self._database.rows(f"SELECT {POST} FROM known_posts")  # noqa: S608
        return await asyncio.to_thread(_to_posts, rows)

    async def revise(self, generation: int, decide: Callable[[Known], Revision]) -> Revision | None:
        """Write down what ``decide`` makes of the posts, and what is to be sent, at once."""
        async with self._database.transaction() as work:
            await work.alone(LEDGER)
            before = await work.rows("SELECT generation, looked FROM ledger")
            newest, looked = before[0] if before else (0, await work.now())
            if 0 < generation < newest:
                return None
            posts = await work.rows(f"SELECT {POST} FROM known_posts")  # noqa: S608
            subscriptions = await work.rows(
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
            await _write_posts(work, revision.posts, {name for name, *_ in posts})
            await _assign(work, revision.assignments, since=looked)
            await work.rows(
                "INSERT INTO ledger (one, generation, looked) VALUES (1, $1, $2)"
                " ON CONFLICT (one) DO UPDATE"
                " SET generation = excluded.generation, looked = excluded.looked",
                max(generation, newest),
                await work.now(),
            )
        return revision


async def _write_posts(
    work: Transaction, posts: Sequence[KnownPost], known: Collection[str]
) -> None:
    # The first look finds thousands, and the event loop has other things to do.
    for start in range(0, len(posts), ROWS_AT_ONCE):
        some = posts[start : start + ROWS_AT_ONCE]
        await work.many(_KEEP_POST, [post_row(post) for post in some])
        await work.many(_MARK_CHANGED, [(post.id,) for post in some if post.id in known])


async def _assign(work: Transaction, assignments: Sequence[Assignment], *, since: float) -> None:
    ((last,),) = await work.rows("SELECT coalesce(max(position), 0) FROM deliveries")
    await work.many(
        _ADD_DELIVERY,
        [
            (given.delivery, given.subscription, position, since)
            for position, given in enumerate(assignments, start=last + 1)
        ],
    )
    await work.many(
        _ADD_POST,
        [
            (given.subscription, post, given.delivery, number)
            for given in assignments
            for number, post in enumerate(given.posts)
        ],
    )


def _to_posts(rows: Sequence[Row]) -> list[KnownPost]:
    return [to_post(row) for row in rows]
