"""A machine whose clock is wrong answers all the same, and says so."""

from __future__ import annotations

import logging
import time

import aiohttp
import pytest

from bot.transport.signatures import DiscordClock
from tests.transport.clerk import Clerk, answering
from tests.wire.endpoint import encoded, ping, signed
from tests.wire.people import TOKEN
from tests.wire.server import LoopbackDiscord


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (360, "6 minutes ahead of"),
        (-3600, "60 minutes behind"),
        (31_536_000, "365 days ahead of"),
        (30, None),
        (0, None),
    ],
)
async def test_discords_own_clock_decides(
    loopback: LoopbackDiscord, ahead: int, said: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    clock = DiscordClock(local=lambda: time.time() + ahead)
    async with answering(loopback, Clerk(), clock=clock):
        url = str(loopback.answers.application["interactions_endpoint_url"])
        body = encoded(ping())
        for seconds, status in ((0, 200), (-400, 401), (400, 401), (31_536_000, 401), (0, 200)):
            headers = signed(body, timestamp=str(int(time.time()) + seconds))
            response = await loopback.answers.poster.post(url, body, headers)
            assert response.status == status, seconds
    warnings = [one.getMessage() for one in caplog.records if "clock is" in one.getMessage()]
    expected = f"This machine's clock is {said} Discord's: set it, or let NTP do so"
    assert warnings == ([expected] if said else [])


async def test_a_wrong_clock_is_said_as_soon_as_discord_answers_anything(
    loopback: LoopbackDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    clock = DiscordClock(local=lambda: time.time() + 360)
    async with answering(loopback, clerk := Clerk(), logs_in=False, clock=clock):
        clerk.http.http_trace = aiohttp.TraceConfig()
        clock.add_to(clerk.http.http_trace)
        await clerk.login(TOKEN)
    assert [one for one in caplog.records if "6 minutes ahead" in one.getMessage()]


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Foo 2026 99:99:99 GMT"])
async def test_what_is_no_date_changes_nothing(date: str | None) -> None:
    clock = DiscordClock(local=lambda: 5.0)
    clock.learn(date)
    assert clock.now() == 5.0


async def test_a_discord_that_is_down_is_asked_twice_a_minute_only(
    loopback: LoopbackDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    clock = DiscordClock(local=lambda: time.time() - 3600)
    async with answering(loopback, Clerk(), logs_in=False, clock=clock):
        url = str(loopback.answers.application["interactions_endpoint_url"])
        loopback.fail("GET", "/gateway", 0, times=9)
        body = encoded(ping())
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                response = await loopback.answers.poster.post(url, body, signed(body))
                assert response.status == 401
    asked = [one for one in caplog.records if "could not be asked" in one.getMessage()]
    assert len(asked) == 1
