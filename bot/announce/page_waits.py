"""Posts whose announcements wait until their public page is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.state.database import Database, Row, Transaction

# Between the first two requests for a page; doubled after each further one.
FIRST_DELAY = 15.0
# What went out without its page is named by `announce status` for so long.
SECONDS_NAMED = 7 * 24 * 3600.0


class PageProbe(Protocol):
    """Asks for public pages."""

    async def problem(self, link: str) -> str:
        """Why a reader who opens the link finds no page; empty if there is one.

        Empty, too, where the bot may not ask: for an address that is not public.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWait:
    """A post that waits for its page, or went out without it.

    Attributes:
        post: id of the known post.
        path: as in ``Post``.
        title: its title.
        asks: how often the page was asked for.
        since: Unix seconds of the first request; 0 before it.
        is_over: whether the longest wait has passed, so that the announcement goes out.
        problem: what the last request found; or empty.
    """

    post: str
    path: str
    title: str
    asks: int
    since: float
    is_over: bool
    problem: str


# A row without ``due`` is one of a wait that is over.
_WAITS = (
    "SELECT w.post, p.path, p.title, w.asks, w.since, CASE WHEN w.due IS NULL THEN 1 ELSE 0 END,"
    " w.problem FROM page_waits AS w JOIN known_posts AS p ON p.id = w.post"
)
_BEGIN = """
    INSERT INTO page_waits (post, since, asks, due, problem)
    SELECT CAST($1 AS TEXT), 0, 0, CAST($2 AS DOUBLE PRECISION), ''
    WHERE EXISTS (
        SELECT 1 FROM delivery_posts AS p JOIN deliveries AS d ON d.id = p.delivery
        WHERE p.post = $1 AND d.state = 'waiting'
    ) AND NOT EXISTS (
        SELECT 1 FROM delivery_posts AS p JOIN deliveries AS d ON d.id = p.delivery
        WHERE p.post = $1 AND d.message IS NOT NULL
    ) ON CONFLICT (post) DO NOTHING
"""


async def begin_waits(transaction: Transaction, posts: Iterable[str]) -> None:
    """Let the first announcements of these posts wait, as far as there are any to come."""
    now = await transaction.now()
    await transaction.many(_BEGIN, [(post, now) for post in posts])


class PageWaits:
    """Keeps the waits. Every method may raise StateUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, seconds: float) -> PageWait | None:
        """A post whose page is to be asked for now, or None.

        Nobody else gets it for that many seconds.
        """
        async with self._database.transaction() as transaction:
            now = await transaction.now()
            due = "SELECT post FROM page_waits WHERE due <= $1 ORDER BY due LIMIT 1"
            for (post,) in await transaction.claim(due, now):
                again = "UPDATE page_waits SET due = $2 WHERE post = $1"
                await transaction.rows(again, post, now + seconds)
                rows = await transaction.rows(f"{_WAITS} WHERE w.post = $1", post)
                return _to_wait(rows[0])
        return None

    async def release(self, wait: PageWait) -> None:
        """Let anybody ask for a page at once that was claimed and not asked for."""
        async with self._database.transaction() as transaction:
            releasing = "UPDATE page_waits SET due = $2 WHERE post = $1 AND asks = $3 AND due > $2"
            await transaction.rows(releasing, wait.post, await transaction.now(), wait.asks)

    async def end(self, wait: PageWait) -> None:
        """Let a post be announced: its page is there, or nobody can ask for it."""
        async with self._database.transaction() as transaction:
            ending = "DELETE FROM page_waits WHERE post = $1 AND due IS NOT NULL"
            await transaction.rows(ending, wait.post)

    async def go_on(self, wait: PageWait, problem: str, longest: float) -> bool:
        """Note what a request found in the page's place.

        Args:
            wait: as ``claim`` gave it.
            problem: what was found.
            longest: seconds after the first request at which the wait is over.

        Returns:
            Whether it is over, so that the post is announced all the same.
        """
        async with self._database.transaction() as transaction:
            now = await transaction.now()
            since = min(wait.since or now, now)  # a clock that went back prolongs nothing
            is_over = now >= since + longest
            due = min(now + FIRST_DELAY * 2.0 ** min(wait.asks, 30), since + longest)
            # Unless somebody else has asked since.
            await transaction.rows(
                "UPDATE page_waits SET asks = asks + 1, since = $3, due = $4, problem = $5"
                " WHERE post = $1 AND asks = $2 AND due IS NOT NULL",
                wait.post,
                wait.asks,
                since,
                None if is_over else due,
                problem,
            )
            await transaction.rows(
                "DELETE FROM page_waits WHERE due IS NULL AND since < $1", now - SECONDS_NAMED
            )
        return is_over

    async def end_all(self) -> None:
        """Let everything be announced that waits for its page."""
        async with self._database.transaction() as transaction:
            await transaction.rows("DELETE FROM page_waits WHERE due IS NOT NULL")

    async def wait(self) -> float | None:
        """Seconds until the next page is to be asked for; None where nothing waits for one."""
        async with self._database.transaction() as transaction:
            ((first,),) = await transaction.rows("SELECT min(due) FROM page_waits")
            return None if first is None else max(0.0, first - await transaction.now())

    async def all(self) -> Sequence[PageWait]:
        """Those that wait, and those that went out without their page lately; oldest first."""
        rows = await self._database.rows(f"{_WAITS} ORDER BY w.since, w.post")
        return [_to_wait(row) for row in rows]


def _to_wait(row: Row) -> PageWait:
    post, path, title, asks, since, is_over, problem = row
    return PageWait(
        post=post,
        path=path,
        title=title,
        asks=asks,
        since=since,
        is_over=bool(is_over),
        problem=problem,
    )
