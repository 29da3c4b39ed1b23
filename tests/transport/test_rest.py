"""Requests that are given up half-way leave no trace on those that follow."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import types
from collections.abc import AsyncIterator, Coroutine, Generator
from typing import Any

import discord
import discord.http
import pytest
from discord.http import Route

from bot.announce.message import MessengerError, TokenRejected, TryLater
from bot.transport import rate_limiter
from bot.transport.rate_limiter import RateLimiter
from bot.transport.rest import Rest
from tests.wire.guild import CHANNEL_ID
from tests.wire.patience import PATIENCE
from tests.wire.people import TOKEN
from tests.wire.server import LoopbackDiscord

MESSAGES = "/channels/[0-9]+/messages"


@pytest.fixture
async def client(loopback: LoopbackDiscord) -> AsyncIterator[discord.Client]:
    assert loopback.base
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(TOKEN)
        yield client


@pytest.fixture
def rest(client: discord.Client) -> Rest:
    return Rest(client, RateLimiter(10_000))


async def ask(rest: Rest, seconds: float = PATIENCE) -> int:
    """Read the channel; how many messages there are."""
    route = Route("GET", "/channels/{channel_id}/messages", channel_id=CHANNEL_ID)
    async with asyncio.timeout(seconds):
        return await rest.ask(route, len)


async def ask_again_and_again(rest: Rest, seconds: float) -> None:
    """Read the channel with a deadline so short that it is given up while a limit holds."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(TimeoutError):
                await ask(rest, seconds)
                return


async def limited(loopback: LoopbackDiscord, rest: Rest, *, requests: int) -> None:
    """Ask until a global limit has answered so many requests, and give up."""
    asking = asyncio.create_task(ask(rest))
    await loopback.rest.until("GET", MESSAGES, times=requests)
    async with asyncio.timeout(PATIENCE):
        while rest._client.http._global_over.is_set():  # noqa: ASYNC110 - until it is read
            await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.wait({asking})


async def test_one_global_limit_that_is_longer_than_a_deadline_ends(
    loopback: LoopbackDiscord, rest: Rest
) -> None:
    began = asyncio.get_running_loop().time()
    loopback.fail("GET", MESSAGES, 429, retry_after=0.5, is_global=True)
    await limited(loopback, rest, requests=1)
    await ask_again_and_again(rest, 0.1)
    assert asyncio.get_running_loop().time() - began >= 0.5, "nothing was sent before it was over"


async def test_a_longer_global_limit_is_not_cut_short_by_one_before(
    loopback: LoopbackDiscord, rest: Rest
) -> None:
    began = asyncio.get_running_loop().time()
    loopback.fail("GET", MESSAGES, 429, retry_after=0.1, is_global=True)
    loopback.fail("GET", MESSAGES, 429, retry_after=0.5, is_global=True)
    await limited(loopback, rest, requests=2)
    await ask_again_and_again(rest, 0.3)
    assert asyncio.get_running_loop().time() - began >= 0.6


FAULTS: dict[str, dict[str, Any] | None] = {
    "none": None,
    "global limit": {"status": 429, "retry_after": 0.2, "is_global": True},
    "limit": {"status": 429, "retry_after": 0.2},
    "Cloudflare's limit": {"status": 429, "retry_after": None},
    "lost": {"status": 0},
    "refused": {"status": 400},
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_wherever_a_request_is_cancelled_the_next_one_succeeds(
    loopback: LoopbackDiscord, rest: Rest, fault: str
) -> None:
    step = 0
    was_cancelled = True
    while was_cancelled:
        step += 1
        loopback.rest.faults.clear()
        if options := FAULTS[fault]:
            loopback.fail("GET", MESSAGES, **options)
        was_cancelled = await cancelled_at(step, ask(rest))
        loopback.rest.faults.clear()
        await ask(rest)
    assert step > 2, "it waits more than once"


async def cancelled_at(step: int, work: Coroutine[Any, Any, Any]) -> bool:
    """Cancel work where it waits for the so-manieth time; whether it got there."""
    waits = 0

    @types.coroutine
    def driven() -> Generator[Any, Any, None]:
        nonlocal waits
        inner = work.__await__()
        error: BaseException | None = None
        while True:
            try:
                waiting = next(inner) if error is None else inner.throw(error)
            except StopIteration:
                return
            waits += 1
            error = None
            if waits == step:
                if waiting is not None:  # as Task.cancel() does to what the task waits for
                    waiting._asyncio_future_blocking = False
                    waiting.cancel()
                error = asyncio.CancelledError()
                continue
            try:
                yield waiting
            except BaseException as raised:  # noqa: BLE001 - it is the work's
                error = raised

    async def run() -> None:
        with contextlib.suppress(asyncio.CancelledError, MessengerError):
            await driven()

    await asyncio.create_task(run())
    return waits >= step


async def test_a_request_cancelled_as_it_returns_does_not_hold_up_the_next(
    client: discord.Client, rest: Rest
) -> None:
    await ask(rest)
    for limit in client.http._buckets.values():
        await cancel_at_the_end(limit)
    with pytest.raises(TimeoutError):
        await ask(rest, 0.1)
    await ask(rest)


async def cancel_at_the_end(limit: discord.http.Ratelimit) -> None:
    """Give a request up in the moment in which it returns its place to the rate limit."""
    limit.limit = 1
    limit.reset()  # type: ignore[no-untyped-call]

    async def request() -> None:
        async with limit:
            pass

    task = asyncio.create_task(request())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (limit.remaining, limit.outgoing) == (0, 0)


async def test_when_nothing_gets_through_for_too_long_that_is_said_and_mended(
    client: discord.Client,
    rest: Rest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(rate_limiter, "LONGEST_SILENCE", 0.5)
    await ask(rest)
    client.http._global_over.clear()  # by a fault that nobody knows of yet

    def said() -> list[logging.LogRecord]:
        return [each for each in caplog.records if each.name == "bot.transport.rate_limiter"]

    while not said():
        with pytest.raises(TimeoutError):
            await ask(rest, 0.15)
    await ask(rest)
    (record,) = said()
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith("No request has reached Discord for ")


HTML = "<html><head><title>502 Bad Gateway</title></head>\n<body>\n…</body></html>"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", HTML),
        ("text/html", ""),
        ("application/json", '[{"id": "1"'),
        ("application/json", ""),
        ("application/json", "null"),
        ("application/json", '{"message": "hello"}'),
        ("application/json", "[1, 2]"),
        ("application/json", "17"),
    ],
)
async def test_an_answer_of_another_shape_is_for_later_in_one_line(
    loopback: LoopbackDiscord, rest: Rest, kind: str, body: str
) -> None:
    loopback.fail("GET", MESSAGES, 200, text=(kind, body))
    route = Route("GET", "/channels/{channel_id}/messages", channel_id=CHANNEL_ID)
    with pytest.raises(TryLater) as caught:
        await rest.ask(route, lambda answer: [message["id"] for message in answer])
    assert caught.value.reason.startswith("Discord")
    assert "\n" not in caught.value.reason
    assert len(caught.value.reason) < 200


async def test_a_token_that_is_rejected_for_a_while_is_tried_again_soon(
    loopback: LoopbackDiscord, rest: Rest
) -> None:
    loopback.fail("GET", MESSAGES, 401)
    with pytest.raises(TokenRejected) as caught:
        await ask(rest)
    assert caught.value.seconds is not None
    assert caught.value.seconds <= 60
    await ask(rest)


async def test_while_the_bot_stops_a_request_is_for_later(
    client: discord.Client, rest: Rest
) -> None:
    await ask(rest)
    await client.close()
    with pytest.raises(TryLater):
        await ask(rest)
