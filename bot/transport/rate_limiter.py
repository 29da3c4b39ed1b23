"""Keeps requests within Discord's rate limits, and repairs discord.py's record of them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque

import aiohttp
from discord.http import HTTPClient

from bot.transport.api import RATE_LIMITED

log = logging.getLogger(__name__)

# A bot may make 50 requests a second, answers to interactions not counted:
# https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
# Two are left for what is not paced, and for requests that the network bunches together.
REQUESTS_PER_SECOND = 48
WINDOW_SECONDS = 1.0
# After a delay, requests may follow each other faster to make up for so much of it. With more,
# a second could hold more requests than Discord takes.
MADE_UP_SECONDS = 0.05

# discord.py itself waits for no longer than the client's ``max_ratelimit_timeout`` of 60 s, and
# a request takes at most 20 s.
LONGEST_SILENCE = 90.0


class RateLimiter:
    """Spaces requests evenly, so that no second holds more than the limit.

    Args:
        per_second: how many.
    """

    def __init__(self, per_second: int = REQUESTS_PER_SECOND) -> None:
        self._gap = WINDOW_SECONDS / per_second
        self._next = 0.0
        self._gone: deque[float] = deque(maxlen=per_second)
        self._first_in_line = asyncio.Lock()

    async def wait(self) -> None:
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


class LimitsGuard:
    """Repairs the state in which discord.py 2.7 is left when one of its requests is cancelled.

    A request cancelled while it waits out a global rate limit leaves the lock closed that all
    others wait for. One cancelled as it returns leaves its route's rate limit with nothing
    left and nobody to refill it, so that each later request waits for 30 s first.

    Args:
        http: discord.py's client; its private state is known nowhere else.
    """

    def __init__(self, http: HTTPClient) -> None:
        self._http = http
        self._global_until = 0.0
        # When the first request began of those since Discord last answered.
        self._silent_since: float | None = None
        self._longest = LONGEST_SILENCE

    def begun(self) -> None:
        """Note that a request begins."""
        if self._silent_since is None:
            self._silent_since = asyncio.get_running_loop().time()

    async def answered(self, response: aiohttp.ClientResponse) -> None:
        """Note what a response says of limits: for ``raise_for_status`` of aiohttp's requests."""
        self._silent_since, self._longest = None, LONGEST_SILENCE
        if response.status != RATE_LIMITED:
            return
        try:
            said = json.loads(await response.read())
            seconds = float(said["retry_after"])
        except (ValueError, KeyError, TypeError):  # Cloudflare's own, which is HTML
            return
        self._longest = max(LONGEST_SILENCE, seconds + LONGEST_SILENCE)
        if said.get("global"):
            loop = asyncio.get_running_loop()
            self._global_until = max(self._global_until, loop.time() + seconds)
            # A little later than discord.py itself, so that usually nothing is left to do.
            loop.call_later(seconds + 0.1, self._open)

    def failed(self) -> None:
        """Note that a request ended without an answer: that is not discord.py's fault."""
        self._silent_since = None

    def cancelled(self) -> None:
        """Repair discord.py's state after a request was cancelled."""
        for bucket in self._http._buckets.values():  # noqa: SLF001 - see the class
            if bucket.remaining <= 0 and not bucket.outgoing and bucket.expires is None:
                bucket.reset()  # type: ignore[no-untyped-call]
        now = asyncio.get_running_loop().time()
        if self._silent_since is None or now - self._silent_since < self._longest:
            return
        log.error(
            "No request has reached Discord for %.0f s, longer than any limit that it set;"
            " what is known of its limits is forgotten",
            now - self._silent_since,
        )
        self._silent_since = None
        self._http._buckets.clear()  # noqa: SLF001
        self._http._global_over.set()  # noqa: SLF001

    def _open(self) -> None:
        """Release requests once the global limit is over, even if its request was cancelled."""
        if asyncio.get_running_loop().time() >= self._global_until:
            self._http._global_over.set()  # noqa: SLF001
