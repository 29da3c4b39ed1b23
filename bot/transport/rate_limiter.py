"""Keeping below the number of requests that Discord takes from one bot."""

from __future__ import annotations

import asyncio
from collections import deque

# A bot may make 50 requests a second, answers to interactions not counted:
# https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
# Two are left for what is not paced, and for requests that the network bunches together.
REQUESTS_PER_SECOND = 48
WINDOW_SECONDS = 1.0
# How much of the time that a busy process lost is made up for by going faster. More, and the
# network would make of it more than Discord takes in a second.
MADE_UP_SECONDS = 0.05


class RateLimiter:
    """Lets requests go one after the other, evenly, and no second has more than its share.

    Args:
        per_second: how many.
    """

    def __init__(self, per_second: int = REQUESTS_PER_SECOND) -> None:
        self._gap = WINDOW_SECONDS / per_second
        self._next = 0.0
        self._gone: deque[float] = deque(maxlen=per_second)
        self._first_in_line = asyncio.Lock()

    async def turn(self) -> None:
        """Wait until the next request may go."""
        loop = asyncio.get_running_loop()
        async with self._first_in_line:
            now = loop.time()
            self._next = max(self._next, now - MADE_UP_SECONDS)
            at = max(self._next, self._free_again())
            if at > now:
                await asyncio.sleep(at - now)
            self._next += self._gap
            self._gone.append(loop.time())

    def _free_again(self) -> float:
        """When the last second holds less than its share again."""
        is_full = len(self._gone) == self._gone.maxlen
        return self._gone[0] + WINDOW_SECONDS if is_full else 0.0
