"""Which requests Discord has signed, and when by Discord's clock."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp
from discord.http import Route
from multidict import MultiMapping
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

log = logging.getLogger(__name__)

# A Date header has whole seconds, and is as old as the response took to arrive.
PRECISION_SECONDS = 5
# A clock that is further off is worth a warning, which is repeated after an hour.
MAX_OFFSET_SECONDS = 60
SECONDS_BETWEEN_WARNINGS = 3600.0
# A reader waits for the answer, and Discord answers within a fraction of this.
ASK_SECONDS = 1.5
SECONDS_BETWEEN_QUESTIONS = 30.0


class DiscordClock:
    """A clock that the ``Date`` headers of Discord's responses correct.

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
        """Correct the clock by every response of Discord's that ``trace`` reports."""
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


# https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers
SIGNATURE = "X-Signature-Ed25519"
TIMESTAMP = "X-Signature-Timestamp"
# How far a request may be from now, so that nobody can send a recorded one again for ever.
MAX_AGE_SECONDS = 300

_HEX_SIGNATURE = re.compile(r"[0-9a-fA-F]{128}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class Signatures:
    """Verifies requests with an application's public key.

    Args:
        public_key: the application's ``verify_key``, 64 hexadecimal digits.
        clock: Unix seconds.

    Raises:
        ValueError: that is no public key.
    """

    def __init__(self, public_key: str, *, clock: Callable[[], float] = time.time) -> None:
        self._key = VerifyKey(bytes.fromhex(public_key))
        self._clock = clock
        self._newest = 0

    def verify(self, headers: MultiMapping[str], body: bytes) -> bool:
        """Whether Discord has signed exactly this body, within five minutes of now."""
        sent = self.signed_at(headers, body)
        return sent is not None and self.accept(sent)

    def signed_at(self, headers: MultiMapping[str], body: bytes) -> int | None:
        """When Discord has signed exactly this body, in Unix seconds; None if it has not."""
        if (found := well_formed(headers)) is None:
            return None
        signature, timestamp = found
        try:
            self._key.verify(timestamp.encode() + body, bytes.fromhex(signature))
        except BadSignatureError:
            return None
        return int(timestamp)

    def accept(self, sent: int) -> bool:
        """Whether what was signed then is neither old nor of the future.

        A clock may lag for a moment after its machine was suspended, so what was accepted
        before counts, too: that moves the time by five minutes at most.
        """
        now = self._clock()
        if sent > now + MAX_AGE_SECONDS or sent < max(now, self._newest) - MAX_AGE_SECONDS:
            return False
        self._newest = max(self._newest, sent)
        return True


def well_formed(headers: MultiMapping[str]) -> tuple[str, str] | None:
    """The signature and the timestamp, if there is one of each and they look like it."""
    signatures, timestamps = headers.getall(SIGNATURE, []), headers.getall(TIMESTAMP, [])
    if len(signatures) != 1 or len(timestamps) != 1:
        return None
    signature, timestamp = signatures[0], timestamps[0]
    if not _HEX_SIGNATURE.fullmatch(signature) or not _SECONDS.fullmatch(timestamp):
        return None
    return signature, timestamp
