"""Keeps a machine awake that its host suspends when no request is open."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp

log = logging.getLogger(__name__)

# A host that suspends a machine looks only every few minutes whether it is used.
SECONDS_BETWEEN_GLANCES = 5.0
# A glance that is later than that comes after a sleep.
LEAST_SLEEP_SECONDS = 15.0
# What is over in that time need not be waited for by a request.
SECONDS_TO_SPARE = 3.0
# A request answered sooner, with messages still waiting, says that these wait for something.
LEAST_SECONDS = 1.0
MOST_REQUESTS = 20
TIMEOUT = aiohttp.ClientTimeout(total=90)


class KeepAwake:
    """Holds a request to the bot's own public address open while there is something to send.

    Args:
        url: the address of ``/hooks/stay``, through the host's proxy.
        secret: what it asks for.
        drained: waits until what is new has been announced, for some seconds at most; how
            many messages still wait.
    """

    def __init__(self, url: str, secret: str, drained: Callable[[float], Awaitable[int]]) -> None:
        self._url = url
        self._secret = secret
        self._drained = drained
        self._is_news = True

    async def notice(self) -> None:
        """Hear that there may be something to send. Returns at once."""
        self._is_news = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Stay awake while it matters, for as long as the context is open.

        It looks whether it matters after each notice, and once something else has woken the
        machine.
        """
        task = asyncio.create_task(self._run(), name="stay awake")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            if self._is_news:
                self._is_news = False
                if await self._drained(SECONDS_TO_SPARE):
                    await self._hold()
            before = time.time()
            await asyncio.sleep(SECONDS_BETWEEN_GLANCES)
            # The clock on the wall goes on while the machine sleeps.
            self._is_news |= time.time() - before > LEAST_SLEEP_SECONDS

    async def _hold(self) -> None:
        """Ask again and again until nothing waits; give up where that does not help."""
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
