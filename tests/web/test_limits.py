"""Strangers cannot take the memory, the descriptors or the log before they have proven anything."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiMapping

from bot.web.connection import Limits
from bot.web.health import add_health
from bot.web.hooks import Actions, Hooks
from bot.web.interactions import MAX_BYTES, add_interactions
from bot.web.server import listening
from tests.wire.patience import PATIENCE

PROOF = "X-Proof: yes\r\n"
LARGE = "x" * 2**20


@dataclass
class Answer:
    """An answer, and what became of it."""

    status: HTTPStatus
    body: bytes = b""

    def sent(self, *, arrived: bool) -> None:
        """Nothing follows it."""


@dataclass
class Bot:
    """Answers what has a proof in its headers.

    Attributes:
        held: how many answers wait for ``release``.
        refused: why requests and connections were refused.
    """

    release: asyncio.Event = field(default_factory=asyncio.Event)
    held: int = 0
    refused: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    port: int = 0
    clients: list[Client] = field(default_factory=list)

    def refusal(self, headers: MultiMapping[str]) -> HTTPStatus | None:
        """Refuse what has no signature, genuine or not."""
        return None if "X-Signature" in headers or "X-Proof" in headers else HTTPStatus(401)

    async def receive(
        self, headers: MultiMapping[str], body: bytes, *, proven: Callable[[], None]
    ) -> Answer:
        """Answer."""
        self.bodies.append(body)
        if "X-Proof" not in headers:
            return Answer(HTTPStatus.UNAUTHORIZED)
        proven()
        if "X-Wait" in headers:
            self.held += 1
            await self.release.wait()
        return Answer(HTTPStatus.OK, b"{}")

    async def open(self, text: str = "") -> Client:
        """Connect, and send something."""
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port))
        self.clients.append(client)
        await client.send(text)
        return client

    async def ask(self, text: str) -> int:
        """Send a request; the status of its answer."""
        client = await self.open(text)
        try:
            return await client.status()
        finally:
            client.writer.close()

    def close(self) -> None:
        """Close all connections."""
        for client in self.clients:
            client.writer.transport.abort()


@dataclass
class Client:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, text: str) -> None:
        """Write, as long as somebody reads."""
        self.writer.write(text.encode("latin-1"))
        await asyncio.sleep(0)

    async def status(self) -> int:
        """Of the next answer; 0 where the connection was closed instead."""
        try:
            async with asyncio.timeout(PATIENCE):
                line = await self.reader.readline()
                while line and await self.reader.readline() not in {b"\r\n", b""}:
                    pass
        except ConnectionError:
            return 0
        return int(line.split()[1]) if line else 0

    async def is_closed(self, seconds: float = PATIENCE) -> bool:
        """Whether the other side closes the connection in time."""
        try:
            async with asyncio.timeout(seconds):
                while await self.reader.read(2**16):
                    pass
        except ConnectionError:
            return True
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def listening_bot(**limits: float) -> AsyncIterator[Bot]:
    """A bot whose hooks have no secret."""

    async def nothing(*_: object) -> int:
        return 0

    async def lacking() -> list[str]:
        return []

    async def large(_request: web.Request) -> web.Response:
        return web.Response(text=LARGE * 32)

    bot = Bot()
    routes = web.Application()
    add_interactions(routes, bot)
    add_health(routes, lacking)
    routes.router.add_get("/large", large)
    actions = Actions(refresh=nothing, drained=nothing, posts=nothing)  # type: ignore[arg-type]
    Hooks(actions, push_secret="secret", wake_secret=None, stay_secret="s").add_to(routes)
    async with listening(
        routes,
        0,
        limits=Limits(**limits),  # type: ignore[arg-type]
        refused=bot.refused.append,
    ) as bot.port:
        try:
            yield bot
        finally:
            bot.close()


def post(path: str, headers: str = "", length: int | None = 2, body: str = "") -> str:
    """A request whose body may be shorter than it says."""
    size = "" if length is None else f"Content-Length: {length}\r\n"
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{headers}{size}\r\n{body}"


GENUINE = post("/interactions", PROOF, 2, "{}")
HEALTH = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    ("text", "status", "why"),
    [
        pytest.param(post("/interactions", length=100), 401, "unproven", id="no signature"),
        pytest.param(post("/interactions", CHUNKED, None), 401, "unproven", id="chunked"),
        pytest.param(
            post("/interactions", PROOF, MAX_BYTES + 1), 413, "large", id="more than 128 kB"
        ),
        pytest.param(
            post("/interactions", PROOF + "Content-Encoding: gzip\r\n"), 415, "encoded", id="gzip"
        ),
        pytest.param(
            post("/interactions", PROOF + "Content-Encoding: br\r\n"), 415, "encoded", id="br"
        ),
        pytest.param(post("/hooks/wake"), 404, "unknown", id="a hook without a secret"),
        pytest.param(post("/hooks/push"), 403, "unproven", id="a push without a signature"),
        pytest.param(
            post("/hooks/push", "X-Hub-Signature-256: sha256=00\r\n", 2**18 + 1),
            413,
            "large",
            id="a push of more than 256 kB",
        ),
        pytest.param(post("/hooks/stay"), 403, "unproven", id="another process"),
        pytest.param(post("/nowhere"), 404, "unknown", id="no such page"),
        pytest.param(post("/healthz"), 405, "unknown", id="another method"),
    ],
)
async def test_the_headers_are_enough_to_refuse_a_request(text: str, status: int, why: str) -> None:
    """None of these bodies ever comes, so the answer cannot have waited for it."""
    async with listening_bot() as bot:
        async with asyncio.timeout(PATIENCE):
            assert await bot.ask(text) == status
        assert (bot.refused, bot.bodies) == ([why], [])
        assert await bot.ask(GENUINE) == 200


async def test_a_body_that_grows_beyond_its_limit_is_not_kept() -> None:
    async with listening_bot() as bot:
        client = await bot.open(post("/interactions", PROOF + CHUNKED, None))
        chunk = f"{2**14:x}\r\n{'x' * 2**14}\r\n"
        for _ in range(9):
            await client.send(chunk)
        assert await client.status() == 413
        assert bot.bodies == []


async def test_a_refused_body_does_not_hide_the_answer_from_who_sends_all_of_it() -> None:
    async with listening_bot() as bot:
        assert await bot.ask(post("/interactions", length=2**20, body=LARGE)) == 401
        assert await bot.ask(post("/interactions", PROOF, 2**20, LARGE)) == 413


async def test_whoever_says_nothing_is_sent_away() -> None:
    async with listening_bot(headers_seconds=0.5) as bot:
        silent, slow = await bot.open(), await bot.open("GET /healthz HTTP/1.1\r\nHo")
        assert await silent.is_closed()
        assert await slow.is_closed()
        assert bot.refused == ["slow"], "saying nothing is no fault"


async def test_headers_that_trickle_do_not_gain_time() -> None:
    async with listening_bot(headers_seconds=0.3) as bot:
        client = await bot.open("GET /healthz HTTP/1.1\r\n")

        async def trickle() -> None:
            while not client.writer.is_closing():
                await client.send("X-A: b\r\n")
                await asyncio.sleep(0.02)

        task = asyncio.create_task(trickle())
        assert await client.is_closed()
        task.cancel()


async def test_a_connection_that_has_carried_a_proof_may_be_idle_for_longer() -> None:
    async with listening_bot(idle_seconds=0.1, known_idle_seconds=60) as bot:
        known, stranger = await bot.open(GENUINE), await bot.open(HEALTH)
        assert (await known.status(), await stranger.status()) == (200, 200)
        assert await stranger.is_closed()
        await known.send(GENUINE)
        await known.reader.readexactly(2)
        assert await known.status() == 200


async def test_the_oldest_stranger_makes_room() -> None:
    async with listening_bot(connections=4) as bot:
        known = await bot.open(GENUINE)
        assert await known.status() == 200
        waiting = await bot.open(post("/interactions", PROOF + "X-Wait: 1\r\n", 2, "{}"))
        async with asyncio.timeout(PATIENCE):
            while not bot.held:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.01)
        strangers = [await bot.open() for _ in range(8)]
        assert all([await each.is_closed() for each in strangers[:6]])
        assert await bot.ask(GENUINE) == 200, "a new connection of Discord's"
        bot.release.set()
        assert await waiting.status() == 200, "its request has proven itself"
        await known.reader.readexactly(2)
        await known.send(GENUINE)
        assert await known.status() == 200
        assert set(bot.refused) == {"crowded"}


async def test_where_all_are_known_the_longest_idle_makes_room() -> None:
    async with listening_bot(connections=2) as bot:
        first, second = await bot.open(GENUINE), await bot.open(GENUINE)
        assert (await first.status(), await second.status()) == (200, 200)
        assert await bot.ask(GENUINE) == 200
        assert await first.is_closed()
        assert not await second.is_closed(0.1)


@pytest.mark.parametrize("sent", [60_000, 100])
async def test_bodies_that_are_held_back_leave_room_for_the_one_that_is_genuine(sent: int) -> None:
    async with listening_bot(bytes=200_000) as bot:
        body = "x" * sent
        liars = [
            await bot.open(post("/interactions", "X-Signature: no\r\n", sent + 1, body))
            for _ in range(12)
        ]
        if sent > 1000:
            closed = asyncio.as_completed([each.is_closed() for each in liars])
            assert all([await next(closed) for _ in range(9)])
        assert await bot.ask(GENUINE) == 200
        if sent < 1000:
            assert not any([await each.is_closed(0.05) for each in liars])


async def test_nobody_is_waited_for_who_does_not_take_his_answer() -> None:
    async with listening_bot(write_seconds=0.1) as bot:
        client = await bot.open("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            while not bot.refused:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.01)
        assert bot.refused == ["slow"]
        assert await client.is_closed()


MALFORMED = [
    "BLAH\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nA: \x1b[31m\r\n\r\n",
    "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: x\r\nCookie: {'a' * 9000}\r\n\r\n",
    f"GET /{'a' * 9000} HTTP/1.1\r\nHost: x\r\n\r\n",
    post("/interactions", PROOF + CHUNKED, None, "zz\r\n"),
    post("/interactions", PROOF + CHUNKED, None, "-1\r\nx"),
]


@pytest.mark.parametrize("text", MALFORMED)
async def test_what_clients_do_wrong_is_counted_and_not_logged(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening_bot() as bot:
        with caplog.at_level(logging.INFO):
            assert await bot.ask(text) in {0, 400, 404}
            client = await bot.open(post("/interactions", PROOF, 9, "{"))
            client.writer.transport.abort()
            assert await bot.ask(GENUINE) == 200
        assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
        assert "malformed" in bot.refused or bot.refused == ["unknown"]


@given(st.lists(st.binary(max_size=300), max_size=4))
def test_any_bytes_leave_a_server_that_answers(parts: list[bytes]) -> None:
    async def send() -> None:
        async with listening_bot() as bot:
            client = await bot.open()
            for part in parts:
                client.writer.write(part)
                await asyncio.sleep(0)
            client.writer.write_eof()
            assert await client.is_closed()
            assert await bot.ask(GENUINE) == 200

    asyncio.run(send())


async def test_a_stranger_cannot_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with listening_bot() as bot:
        for _ in range(5):
            assert await bot.ask(post("/hooks/wake", length=0)) == 404
    assert len([each for each in caplog.records if "WAKE_SECRET" in each.message]) == 1


async def test_an_error_of_ours_is_still_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(_request: web.Request) -> web.Response:
        raise ZeroDivisionError

    routes = web.Application()
    routes.router.add_get("/", fail)
    async with listening(routes, 0) as port:
        client = Client(*await asyncio.open_connection("127.0.0.1", port))
        await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await client.status() == 500
        client.writer.transport.abort()
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert record.exc_info


async def test_a_bomb_is_never_inflated() -> None:
    bomb = gzip.compress(bytes(2**26)).decode("latin-1")
    async with listening_bot() as bot:
        header = f"{PROOF}Content-Encoding: gzip\r\n"
        statuses = [await bot.ask(post("/interactions", header, len(bomb), bomb))]
        assert statuses == [415]
        assert bot.bodies == []
