"""Keeping below the number of requests that Discord takes from one bot."""

from __future__ import annotations

import asyncio

# A bot may make 50 requests a second, answers to interactions not counted:
# https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
# One is left for what is not paced, and for requests that the network bunches together.
REQUESTS_PER_SECOND = 49.0


class Pace:
    """Lets requests go one after the other, evenly: no second has more than its share.

    Args:
        per_second: how many.
    """

    def __init__(self, per_second: float = REQUESTS_PER_SECOND) -> None:
        self._gap = 1 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until the next request may go."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next)
        self._next = mine + self._gap
        if mine > now:
            await asyncio.sleep(mine - now)
