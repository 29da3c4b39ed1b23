"""Empties the outbox with several workers at once."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from bot.announce.delivery_worker import DeliveryWorker
from bot.announce.lease import Lease
from bot.announce.ledger import OlderPosts
from bot.announce.services import Services
from bot.blog.errors import StateUnavailable

log = logging.getLogger(__name__)

# Discord takes 50 requests a second and answers within a few tenths of one.
AT_ONCE = 16
# How often to check the outbox although nobody calls: another machine may have filled it.
LONGEST_WAIT = 60.0
UNTIL_STATE_IS_BACK = 5.0
UNTIL_OTHERS_ARE_DONE = 1.0
# More than clocks are corrected by.
MOST_SECONDS_BACK = 30.0


class Sender:
    """Claims leases and starts a worker for each.

    Args:
        services: what workers need.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._outbox = services.outbox
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._workers: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._wake.set()
        self._state_is_there = True
        self._ahead = time.time() - time.monotonic()

    def wake(self) -> None:
        """Check the outbox now."""
        self._wake.set()

    @property
    def is_idle(self) -> bool:
        """Whether no worker runs, and the outbox held nothing that could be sent."""
        return not self._workers and not self._wake.is_set()

    async def run(self) -> None:
        """Send what the outbox holds, until cancelled."""
        try:
            while True:
                self._wake.clear()
                try:
                    await self._mind_clock()
                    await self._send_all()
                    seconds = await self._outbox.wait()
                except StateUnavailable as error:
                    self._report(error)
                    seconds = UNTIL_STATE_IS_BACK
                else:
                    self._state_is_there = True
                await self._wait(seconds)
        finally:
            for task in self._workers:
                task.cancel()
            await asyncio.gather(*self._workers, return_exceptions=True)

    async def _mind_clock(self) -> None:
        """Notice a clock that goes back: what was put off by it would wait for it again."""
        ahead = time.time() - time.monotonic()
        if self._ahead - ahead > MOST_SECONDS_BACK:
            log.warning("The clock went back by %.0f s", self._ahead - ahead)
            await self._outbox.forget_times()
        self._ahead = ahead

    async def _send_all(self) -> None:
        """Start a worker for every subscription that has something to send or change."""
        while True:
            await self._slots.acquire()
            lease = None
            try:
                lease = await self._outbox.claim(
                    self._services.owner, self._services.generation, self._services.lease_seconds
                )
            except OlderPosts as error:
                self._services.outdated = str(error)
            finally:
                if lease is None:
                    self._slots.release()
            if lease is None:
                return
            task = asyncio.create_task(self._deliver(lease))
            self._workers.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._workers.discard(task)
        self._slots.release()
        self.wake()  # what was put off is due before long

    async def _deliver(self, lease: Lease) -> None:
        try:
            await DeliveryWorker(self._services, lease).run()
        except StateUnavailable as error:
            self._report(error)

    async def _wait(self, seconds: float | None) -> None:
        """Wait for ``wake``, or until something falls due."""
        if seconds is None:
            seconds = LONGEST_WAIT
        elif seconds <= 0:  # another machine holds the lease
            seconds = UNTIL_OTHERS_ARE_DONE
        with suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, LONGEST_WAIT)):
                await self._wake.wait()

    def _report(self, error: StateUnavailable) -> None:
        """Log that the state is unavailable, once until it is back."""
        if self._state_is_there:
            log.error("Announcements wait: %s", error)
        self._state_is_there = False
