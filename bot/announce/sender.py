"""Empties the outbox, many subscriptions at once."""

from __future__ import annotations

import asyncio
import logging
import uuid
from contextlib import suppress

from bot.announce.delivery_worker import DeliveryWorker, Services
from bot.announce.outbox import Lease
from bot.blog.errors import StateUnavailable

log = logging.getLogger(__name__)

# Discord takes 50 requests a second and answers within a few tenths of one.
AT_ONCE = 16
# How long to leave the outbox alone when nobody calls: another machine may have filled it.
LONGEST_REST = 60.0
UNTIL_STATE_IS_BACK = 5.0
UNTIL_OTHERS_ARE_DONE = 1.0


class Sender:
    """Claims turns, and has them used.

    Args:
        means: what it takes.
    """

    def __init__(self, means: Services) -> None:
        self._means = means
        self._outbox = means.outbox
        self._owner = uuid.uuid4().hex
        self._places = asyncio.Semaphore(AT_ONCE)
        self._busy: set[asyncio.Task[None]] = set()
        self._call = asyncio.Event()
        self._call.set()
        self._state_is_there = True

    def wake(self) -> None:
        """Look into the outbox now."""
        self._call.set()

    @property
    def is_resting(self) -> bool:
        """Whether nothing is on its way, and the outbox held nothing that could be sent."""
        return not self._busy and not self._call.is_set()

    async def run(self) -> None:
        """Send what there is to send, for ever."""
        try:
            while True:
                self._call.clear()
                try:
                    await self._send_all()
                    seconds = await self._outbox.wait()
                except StateUnavailable as error:
                    self._complain(error)
                    seconds = UNTIL_STATE_IS_BACK
                else:
                    self._state_is_there = True
                await self._rest(seconds)
        finally:
            for task in self._busy:
                task.cancel()
            await asyncio.gather(*self._busy, return_exceptions=True)

    async def _send_all(self) -> None:
        """Start on every subscription for which something is to be done."""
        while True:
            await self._places.acquire()
            turn = None
            try:
                turn = await self._outbox.claim(
                    self._owner, self._means.catalogue.generation, self._means.lease
                )
            finally:
                if turn is None:
                    self._places.release()
            if turn is None:
                return
            task = asyncio.create_task(self._carry(turn))
            self._busy.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        self._places.release()
        self.wake()  # what was put off is due before long

    async def _carry(self, turn: Lease) -> None:
        try:
            await DeliveryWorker(self._means, turn).run()
        except StateUnavailable as error:
            self._complain(error)

    async def _rest(self, seconds: float | None) -> None:
        """Wait until somebody calls, or something falls due."""
        if seconds is None:
            seconds = LONGEST_REST
        elif seconds <= 0:  # there is something, and it is for others to send
            seconds = UNTIL_OTHERS_ARE_DONE
        with suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, LONGEST_REST)):
                await self._call.wait()

    def _complain(self, error: StateUnavailable) -> None:
        """Say once that the state is gone, until it was back."""
        if self._state_is_there:
            log.error("Announcements wait: %s", error)
        self._state_is_there = False
