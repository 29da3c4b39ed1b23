"""Asks for the pages that announcements wait for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from bot.announce.catalogue import Catalogue
from bot.announce.page_waits import PageProbe, PageWait, PageWaits
from bot.blog.errors import IndexUnavailable, StateUnavailable

log = logging.getLogger(__name__)

AT_ONCE = 8
# Longer than a request may take: until then, no other machine asks for the same page. After a
# machine that was killed, its pages are asked for again so much later.
CLAIM_SECONDS = 20.0
# How often to look although nobody calls: another machine may have added a wait.
LONGEST_SLEEP = 60.0
UNTIL_STATE_IS_BACK = 5.0


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
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(seconds or LONGEST_SLEEP, LONGEST_SLEEP)):
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
