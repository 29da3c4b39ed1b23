"""Keeps a machine awake that its host suspends when no request is open."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp

from bot.blog.background import supervised

log = logging.getLogger(__name__)

# A host that suspends machines looks every few minutes which are used.
SECONDS_BETWEEN_CHECKS = 5.0
# A check that is later than that comes after a suspension.
LEAST_SLEEP_SECONDS = 15.0
# Work that is done in that time needs no request.
GRACE_SECONDS = 3.0
# An answer that comes sooner with messages still waiting means that these are blocked.
LEAST_SECONDS = 1.0
MOST_REQUESTS = 20
TIMEOUT = aiohttp.ClientTimeout(total=90)


class KeepAwake:
    """Keeps a request to the bot's own public address open while there is something to send.

    Args:
        url: the address of ``/hooks/stay``, through the host's proxy.
        secret: the bearer token of that address.
        drained: waits until what is new has been announced, for some seconds at most; how
            many messages still wait.
    """

    def __init__(self, url: str, secret: str, drained: Callable[[float], Awaitable[int]]) -> None:
        self._url = url
        self._secret = secret
        self._drained = drained
        self._is_due = True

    async def notify(self) -> None:
        """Check soon whether there is something to send. Returns at once."""
        self._is_due = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Check after each ``notify`` and after each suspension, while the context is open."""
        async with supervised(self._run, name="stay awake"):
            yield

    async def _run(self) -> None:
        while True:
            if self._is_due:
                self._is_due = False
                if await self._drained(GRACE_SECONDS):
                    await self._hold()
            before = time.time()
            await asyncio.sleep(SECONDS_BETWEEN_CHECKS)
            # Unlike the loop's clock, this one goes on while the machine is suspended.
            self._is_due |= time.time() - before > LEAST_SLEEP_SECONDS

    async def _hold(self) -> None:
        """Repeat the request until nothing waits; give up where that does not help."""
        loop = asyncio.get_running_loop()
        headers = {"Authorization": f"Bearer {self._secret}"}
        async with aiohttp.ClientSession(headers=headers, timeout=TIMEOUT) as session:
            for _ in range(MOST_REQUESTS):
                start = loop.time()
                try:
                    async with session.post(self._url, raise_for_status=True) as response:
                        waiting = (await response.json()).get("waiting")
                except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                    log.info("The machine may fall asleep before all is announced: %s", error)
                    return
                if not waiting or loop.time() - start < LEAST_SECONDS:
                    return
