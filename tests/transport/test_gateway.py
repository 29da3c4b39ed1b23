"""A bot stays connected, through everything that a network does."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.blog.errors import DiscordRefused
from bot.transport.gateway import connections_wanted, run_gateway
from tests.transport.clients import Greeter
from tests.wire.interactions import Reader
from tests.wire.patience import PATIENCE
from tests.wire.people import TOKEN, Place
from tests.wire.server import LoopbackDiscord


@asynccontextmanager
async def running(
    client: Greeter, passed_over: Callable[[str], None] = lambda _: None
) -> AsyncIterator[None]:
    """Run a bot, and cancel it in the end as the app does."""
    task = asyncio.create_task(run_gateway(client, TOKEN, passed_over))
    yield
    task.cancel()
    async with asyncio.timeout(PATIENCE):
        await asyncio.wait({task})
    assert task.cancelled(), task
    assert client.is_closed()


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


async def test_a_bot_answers_wherever_it_is_used(loopback: LoopbackDiscord) -> None:
    async with running(Greeter()):
        await loopback.gateway.until(identified=1)
        for place in Place:
            for locale in ("en-US", "de", "ja"):
                reader = Reader(place=place, locale=locale)
                reply = await loopback.interact(reader.command("hello", name="Ada"))
                assert reply.text == f"Hello Ada, in {locale}"


@pytest.mark.parametrize("trouble", ["ask_to_reconnect", "cut"])
async def test_a_bot_that_lost_its_connection_resumes_and_misses_nothing(
    loopback: LoopbackDiscord, trouble: str
) -> None:
    async with running(Greeter()):
        await loopback.gateway.until(identified=1)
        leave = getattr(loopback.gateway, trouble)()
        # Sent while the bot is away.
        waiting = asyncio.create_task(loopback.interact(Reader().command("hello")))
        if leave is not None:
            await leave
        await loopback.gateway.until(resumed=1)
        assert (await waiting).text.startswith("Hello you")
    assert len(loopback.gateway.identified) == 1


async def test_a_bot_whose_session_is_gone_begins_a_new_one(loopback: LoopbackDiscord) -> None:
    async with running(Greeter()):
        await loopback.gateway.until(identified=1)
        await loopback.gateway.invalidate_session()
        await loopback.gateway.until(identified=2)
        reply = await loopback.interact(Reader().command("hello"))
        assert reply.text.startswith("Hello you")


async def test_a_gateway_that_is_down_at_first_is_tried_again(
    loopback: LoopbackDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    loopback.gateway.refusals = 1
    async with running(Greeter()):
        await loopback.gateway.until(identified=1)
    (warning,) = warnings(caplog)
    assert re.match(r"Lost the connection \(503.*\); attempting a reconnect in \d", warning)
    assert "Traceback" not in caplog.text


async def test_an_outage_half_way_through_the_login_is_waited_for(
    loopback: LoopbackDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    loopback.fail("GET", "/oauth2/applications/@me", 503)
    async with running(Greeter()):
        await loopback.gateway.until(identified=1)
        assert (await loopback.interact(Reader().command("hello"))).text
    (warning,) = warnings(caplog)
    assert warning.startswith("Cannot reach Discord (503 Service Unavailable")


async def test_rate_limits_and_outages_are_waited_out(loopback: LoopbackDiscord) -> None:
    loopback.fail("GET", "/users/@me", 429)
    loopback.fail("PUT", "/applications/[0-9]+/commands", 500)
    async with running(Greeter()):
        await loopback.gateway.until(identified=1)
        for status in (429, 500):
            loopback.fail("POST", "/interactions/.*", status)
            assert (await loopback.interact(Reader().command("hello"))).text
    assert loopback.rest.count("PUT", ".*/commands") == 1


async def test_cloudflares_own_limit_is_waited_out_too(
    loopback: LoopbackDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    loopback.fail("GET", "/users/@me", 429, retry_after=None)
    async with running(Greeter()):
        await loopback.gateway.until(identified=1)
    (warning,) = warnings(caplog)
    assert warning.startswith("Cannot reach Discord (429 Too Many Requests")


async def test_a_gateway_that_does_not_say_goodbye_is_left_all_the_same(
    loopback: LoopbackDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.gateway.CLOSE_SECONDS", 0.1)
    async with running(Greeter()):
        await loopback.gateway.until(identified=1)
        loopback.gateway.is_deaf = True
        await loopback.interact(Reader().command("hello"))


async def test_a_token_that_discord_rejects_is_named(loopback: LoopbackDiscord) -> None:
    with pytest.raises(DiscordRefused, match=r"^DISCORD_TOKEN: Discord rejects this token"):
        await run_gateway(Greeter(), "another token")
    assert [call.status for call in loopback.rest.calls] == [401]


@pytest.mark.parametrize(
    ("code", "complaint"), [(4004, "rejects this token"), (4014, "does not grant the intents")]
)
async def test_a_gateway_that_turns_the_bot_away_says_why(
    loopback: LoopbackDiscord, code: int, complaint: str
) -> None:
    loopback.gateway.close_with = code
    with pytest.raises(DiscordRefused, match=complaint):
        await run_gateway(Greeter(), TOKEN)


async def test_a_request_that_discord_refuses_for_good_ends_the_run(
    loopback: LoopbackDiscord,
) -> None:
    loopback.fail("GET", "/oauth2/applications/@me", 400)
    with pytest.raises(DiscordRefused, match=r"refuses the application \(400 Bad Request"):
        await run_gateway(Greeter(), TOKEN)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 200, "text": ("text/html", "<html>Log in to the network</html>")},
        {"status": 200, "text": ("text/html", "")},
        {"status": 200, "text": ("application/json", "[]")},
        {"status": 200, "text": ("application/json", "{")},
        {"status": 403},
        {"status": 403, "text": ("text/html", "<html>Access denied</html>")},
    ],
    ids=["HTML", "nothing", "a list", "half", "403", "403 of a proxy"],
)
async def test_an_answer_that_is_none_of_discords_is_waited_out(
    loopback: LoopbackDiscord, caplog: pytest.LogCaptureFixture, fault: dict[str, Any]
) -> None:
    for path in ("/users/@me", "/gateway/bot"):
        loopback.fail("GET", path, **fault)
    assert await connections_wanted(TOKEN) == 1
    waits = [r for r in caplog.records if r.getMessage().startswith("Cannot reach Discord (")]
    assert len(waits) >= 1
    assert all("\n" not in record.getMessage() and not record.exc_info for record in waits)


async def test_an_event_that_cannot_be_parsed_ends_nothing(
    loopback: LoopbackDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    counted: list[str] = []
    async with running(Greeter(), counted.append):
        await loopback.gateway.until(identified=1)
        shown = (await loopback.interact(Reader().command("hello"))).shown
        click = Reader().click({**shown, "thread": 5}, "a button")
        for event, data in (
            ("INTERACTION_CREATE", click),
            ("INTERACTION_CREATE", {}),
            ("GUILD_CREATE", {"id": None}),
        ):
            await loopback.gateway.dispatch(event, data)
        reply = await loopback.interact(Reader().command("hello"))
        assert reply.text.startswith("Hello you")
    said = [line for line in warnings(caplog) if line.startswith("Passed over an event ")]
    assert said == [
        "Passed over an event INTERACTION_CREATE that cannot be parsed",
        "Passed over an event GUILD_CREATE that cannot be parsed",
    ], "each type is logged once"
    assert counted == ["INTERACTION_CREATE", "INTERACTION_CREATE", "GUILD_CREATE"]
    traces = [r.exc_text or str(r.exc_info) for r in caplog.records if "Passed over" in r.message]
    assert "'int'" in traces[0], "it was the thread"
    assert len(loopback.gateway.identified) == 1, "the session is kept"
