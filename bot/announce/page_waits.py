"""Posts whose announcements wait until their public page is there, and who asks for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from bot.announce.catalogue import Catalogue
from bot.blog.errors import IndexUnavailable, StateUnavailable
from bot.state.database import Database, Row, Transaction

log = logging.getLogger(__name__)

# Between the first two requests for a page; doubled after each further one.
FIRST_DELAY = 15.0
# What went out without its page is named by `announce status` for so long.
SECONDS_NAMED = 7 * 24 * 3600.0
AT_ONCE = 8
# Longer than a request may take: until then, no other machine asks for the same page. After a
# machine that was killed, its pages are asked for again so much later.
CLAIM_SECONDS = 20.0
# How often to look although nobody calls: another machine may have added a wait.
SHORTEST_SLEEP, LONGEST_SLEEP = 0.05, 60.0
UNTIL_STATE_IS_BACK = 5.0


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


class PageWaiter:
    """Asks for each page until it is there, or for as long as a wait may be.

    Args:
        waits: where the waits are kept.
        probe: asks for a page; None where nothing is to wait.
        catalogue: knows the posts' links.
        longest: seconds after the first request at which a post is announced all the same.
        released: called when a post need wait no more.
    """

    def __init__(
        self,
        waits: PageWaits,
        probe: PageProbe | None,
        catalogue: Catalogue,
        *,
        longest: float,
        released: Callable[[], None],
    ) -> None:
        self._waits = waits
        self._probe = probe
        self._catalogue = catalogue
        self._longest = longest
        self._released = released
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._requests: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look for new waits now."""
        self._wake.set()

    async def is_waiting(self) -> bool:
        """Whether any post waits for its page."""
        return await self._waits.wait() is not None

    async def run(self) -> None:
        """Ask for pages when they are due, until cancelled."""
        try:
            while True:
                self._wake.clear()
                try:
                    await self._ask_all()
                    seconds = await self._waits.wait()
                except StateUnavailable:  # the sender logs it
                    seconds = UNTIL_STATE_IS_BACK
                if seconds is None:
                    seconds = LONGEST_SLEEP
                # One that has become due this very moment has none left to wait.
                seconds = min(max(seconds, SHORTEST_SLEEP), LONGEST_SLEEP)
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._wake.wait()
        finally:
            for task in self._requests:
                task.cancel()
            await asyncio.gather(*self._requests, return_exceptions=True)

    async def _ask_all(self) -> None:
        """Begin a request for every page that is due."""
        if self._probe is None:  # what waits does so since a time when there was one
            if await self._waits.wait() is not None:
                await self._waits.end_all()
                self._released()
            return
        while True:
            await self._slots.acquire()
            wait = None
            try:
                wait = await self._waits.claim(CLAIM_SECONDS)
            finally:
                if wait is None:
                    self._slots.release()
            if wait is None:
                return
            task = asyncio.create_task(self._ask(self._probe, wait))
            self._requests.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._requests.discard(task)
        self._slots.release()
        self.wake()

    async def _ask(self, probe: PageProbe, wait: PageWait) -> None:
        """Ask for one page. What fails is done again once the claim is over."""
        try:
            post = await self._catalogue.get(wait.path)
            problem = await probe.problem(post.url) if post and post.url else ""
            if not problem:
                await self._waits.end(wait)
                if wait.asks:
                    log.info("The page of %r is there", wait.title)
                self._released()
            elif await self._waits.go_on(wait, problem, self._longest):
                log.warning("%r is announced without its page: %s", wait.title, problem)
                self._released()
            elif not wait.asks:
                log.info("%r is announced once its page is there: %s", wait.title, problem)
        except asyncio.CancelledError:  # the process stops: the next one may ask at once
            with suppress(StateUnavailable):
                await self._waits.release(wait)
            raise
        except (IndexUnavailable, StateUnavailable) as error:
            log.info("Could not ask for the page of %r: %s", wait.title, error)
        except Exception:
            log.exception("Could not ask for the page of %r", wait.title)
