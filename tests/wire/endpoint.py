"""Requests to a bot's endpoint, signed as Discord signs them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp
from nacl.signing import SigningKey

from tests.wire.patience import PATIENCE
from tests.wire.people import APPLICATION_ID, KEY, new_id

SIGNATURE, TIMESTAMP = "X-Signature-Ed25519", "X-Signature-Timestamp"


@dataclass(frozen=True, slots=True)
class Response:
    """What an endpoint answered."""

    status: int
    content_type: str
    body: bytes

    @property
    def payload(self) -> Any:
        """The body, which is JSON."""
        assert (self.status, self.content_type) == (200, "application/json"), self
        return json.loads(self.body)


def ping() -> dict[str, Any]:
    """What Discord sends to see whether somebody is there."""
    return {
        "id": new_id(),
        "application_id": str(APPLICATION_ID),
        "type": 1,
        "token": f"ping-{new_id()}",
        "version": 1,
        "user": None,
        "entitlements": [],
        "authorizing_integration_owners": {},
        "attachment_size_limit": 10_485_760,
    }


def encoded(interaction: dict[str, Any]) -> bytes:
    """An interaction as it is sent."""
    return json.dumps(interaction, ensure_ascii=False).encode()


def signed(
    body: bytes, *, key: SigningKey = KEY, timestamp: str | None = None
) -> list[tuple[str, str]]:
    """The headers that prove that a body is Discord's."""
    at = str(int(time.time())) if timestamp is None else timestamp
    signature = key.sign(at.encode() + body).signature.hex()
    return [
        (SIGNATURE, signature),
        (TIMESTAMP, at),
        ("Content-Type", "application/json"),
        ("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)"),
    ]


class Poster:
    """Posts to an endpoint over few connections.

    Args:
        seconds: how long to wait for an answer. Discord waits for three, whatever else the
            machine does; tests are as patient as they are elsewhere.
    """

    def __init__(self, seconds: float = PATIENCE) -> None:
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Iterable[tuple[str, str]]) -> Response:
        """Send one request.

        Raises:
            OSError: nobody listens.
            TimeoutError: no answer in time.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._seconds)
            )
        async with self._session.post(url, data=BytesIO(body), headers=list(headers)) as response:
            return Response(response.status, response.content_type, await response.read())

    async def accepts(self, url: str) -> bool:
        """Whether an endpoint answers a ping, and refuses one that somebody else signed.

        https://docs.discord.com/developers/interactions/overview#configuring-an-interactions-endpoint-url
        """
        body = encoded(ping())
        try:
            genuine = await self.post(url, body, signed(body))
            forged = await self.post(url, body, signed(body, key=SigningKey(b"\1" * 32)))
        except (OSError, TimeoutError, aiohttp.ClientError):
            return False
        return genuine.status == 200 and genuine.payload == {"type": 1} and forged.status == 401

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
