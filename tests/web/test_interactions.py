"""Requests reach whoever answers them, and it hears when the answer has left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp
import pytest
from aiohttp import web
from multidict import MultiMapping

from bot.web.interactions import add_interactions
from bot.web.server import listening


@dataclass
class Echo:
    """Answers with the body, and remembers what became of that."""

    status: HTTPStatus = HTTPStatus.OK
    body: bytes = b""
    arrived: list[bool] = field(default_factory=list)

    def refusal(self, headers: MultiMapping[str]) -> HTTPStatus | None:
        """Refuse what says that it is forged."""
        return HTTPStatus.UNAUTHORIZED if "X-Forged" in headers else None

    async def receive(
        self, headers: MultiMapping[str], body: bytes, *, proven: Callable[[], None]
    ) -> Echo:
        """Answer."""
        assert headers.getall("X-Twice") == ["1", "2"]
        proven()
        self.body = body
        return self

    def sent(self, *, arrived: bool) -> None:
        """Remember."""
        self.arrived.append(arrived)


async def test_the_raw_body_and_all_headers_are_handed_on() -> None:
    echo = Echo()
    routes = web.Application()
    add_interactions(routes, echo)
    headers = [("X-Twice", "1"), ("X-Twice", "2"), ("Content-Type", "text/plain")]
    async with listening(routes, 0) as port, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}/interactions"
        async with session.post(url, data=b'{"\xc3\xa9" :1}', headers=headers) as response:
            assert response.headers["Content-Type"] == "application/json"
            assert await response.read() == b'{"\xc3\xa9" :1}'
        async with session.get(url) as response:
            assert response.status == 405
    assert echo.arrived == [True]


async def test_whoever_trickles_a_request_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.server.READ_SECONDS", 0.1)
    routes = web.Application()
    add_interactions(routes, echo := Echo())
    async with listening(routes, 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /interactions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        await writer.drain()
        assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        writer.close()
    assert echo.arrived == []
