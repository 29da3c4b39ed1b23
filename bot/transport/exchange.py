"""One interaction that came as a request, and its answer on the way back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import discord
import orjson

Payload = dict[str, Any]

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
UNKNOWN_WEBHOOK = 10015
UNKNOWN_INTERACTION = 10062


class Exchange:
    """Waits for an answer, and lets whoever gave it go on once it has left."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self._arrived = False

    async def give(self, answer: bytes) -> None:
        """Answer, and return when the answer has left: only then can more be sent.

        Raises:
            discord.NotFound: another answer was given before, such as the one at the
                deadline, or Discord has hung up.
        """
        if self._answer.done():
            raise too_late()
        self._answer.set_result(answer)
        await self._over.wait()
        if not self._arrived:
            raise too_late()

    async def answer(self, seconds: float) -> bytes:
        """The answer as JSON, once it is given.

        Raises:
            TimeoutError: none was in time, and none can be given any more.
        """
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(self._answer)
        except TimeoutError:
            self._answer.cancel()
            raise

    def close(self, *, arrived: bool) -> None:
        """The request is over, its answer sent or not."""
        self._arrived = arrived
        self._over.set()


def encode(answer: Payload) -> bytes:
    """Write an answer as JSON."""
    return orjson.dumps(answer)


def too_late() -> discord.NotFound:
    """The error that Discord answers with when nobody waits for an answer any more."""
    message = {"code": UNKNOWN_INTERACTION, "message": "Unknown interaction"}
    return discord.NotFound(_Status(), message)


@dataclass(frozen=True, slots=True)
class _Status:
    """All that an exception of discord.py reads of a response."""

    status: int = HTTPStatus.NOT_FOUND
    reason: str = HTTPStatus.NOT_FOUND.phrase


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over HTTP.

    Attributes:
        status: of the response.
        body: JSON, or nothing.
        exchange: is told when the body has left.
    """

    status: HTTPStatus
    body: bytes = b""
    exchange: Exchange = field(default_factory=Exchange)

    def sent(self, *, arrived: bool) -> None:
        """The body has left, or the connection was lost before."""
        self.exchange.close(arrived=arrived)
