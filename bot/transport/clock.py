"""The time as Discord has it, for machines whose own clock is wrong."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp
from discord.http import Route

log = logging.getLogger(__name__)

# A Date header has whole seconds, and travels for a while.
PRECISION_SECONDS = 5
# A clock that is further off is worth a warning, which is repeated after an hour.
MAX_OFFSET_SECONDS = 60
SECONDS_BETWEEN_WARNINGS = 3600.0
# A reader waits for the answer, and Discord answers within a fraction of this.
ASK_SECONDS = 1.5
SECONDS_BETWEEN_QUESTIONS = 30.0


class DiscordClock:
    """Tells the time, corrected by the ``Date`` headers of Discord's responses.

    Args:
        local: the machine's own clock, in Unix seconds.
    """

    def __init__(self, *, local: Callable[[], float] = time.time) -> None:
        self._local = local
        self._offset = 0.0
        self._asked: float | None = None
        self._warned: float | None = None
        self._asking = asyncio.Lock()

    def now(self) -> float:
        """Unix seconds."""
        return self._local() + self._offset

    def add_to(self, trace: aiohttp.TraceConfig) -> None:
        """Learn from every response of Discord's that ``trace`` hears of."""
        trace.on_request_end.append(self._request_ends)

    async def ask(self) -> None:
        """Ask Discord for the time, unless that was done just now. Failures change nothing."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if self._asked is not None and now - self._asked < SECONDS_BETWEEN_QUESTIONS:
                return
            self._asked = now
            try:
                async with (
                    asyncio.timeout(ASK_SECONDS),
                    aiohttp.ClientSession() as session,
                    session.get(f"{Route.BASE}/gateway") as response,
                ):
                    self.learn(response.headers.get("Date"))
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                log.warning("Discord could not be asked for the time: %r", error)

    def learn(self, date: str | None) -> None:
        """Take the time from a ``Date`` header, if it is one."""
        try:
            there = parsedate_to_datetime(date or "").timestamp()
        except (ValueError, OverflowError):
            return
        offset = there - self._local()
        self._offset = offset if abs(offset) > PRECISION_SECONDS else 0.0
        if abs(offset) > MAX_OFFSET_SECONDS:
            self._warn(offset)

    def _warn(self, offset: float) -> None:
        now = asyncio.get_running_loop().time()
        if self._warned is None or now - self._warned > SECONDS_BETWEEN_WARNINGS:
            self._warned = now
            log.warning(
                "This machine's clock is %s %s Discord's: set it, or let NTP do so",
                _in_words(abs(offset)),
                "behind" if offset > 0 else "ahead of",
            )

    async def _request_ends(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        self.learn(params.response.headers.get("Date"))


def _in_words(seconds: float) -> str:
    """A length of time, roughly."""
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
