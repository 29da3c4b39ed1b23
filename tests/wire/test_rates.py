"""The loopback Discord's rate limits: as many requests as Discord takes, and no more."""

from __future__ import annotations

import asyncio
import time

import discord
import pytest
from discord.http import Route

from bot.transport.api import use_api_base
from tests.wire.guild import CHANNEL_ID
from tests.wire.people import TOKEN
from tests.wire.rates import ROUTES, Limits
from tests.wire.server import LoopbackDiscord

SEND = "/channels/210/messages"


def test_a_bucket_holds_five_messages_in_five_seconds() -> None:
    limits = Limits()
    verdicts = [limits.judge("POST", SEND) for _ in range(6)]
    assert [verdict.retry_after is None for verdict in verdicts] == [True] * 5 + [False]
    assert [v.headers["X-RateLimit-Remaining"] for v in verdicts] == ["4", "3", "2", "1", "0", "0"]
    assert 4.5 < (verdicts[-1].retry_after or 0) <= 5
    assert not verdicts[-1].is_global
    assert limits.judge("POST", "/channels/211/messages").retry_after is None


def test_all_requests_together_are_fifty_a_second_and_interactions_are_free() -> None:
    limits = Limits()
    passed = [limits.judge("GET", f"/channels/{n}") for n in range(50)]
    assert all(verdict.retry_after is None for verdict in passed)
    refused = limits.judge("GET", "/channels/99")
    assert refused.is_global
    assert 0 < (refused.retry_after or 0) <= 1
    assert limits.judge("POST", "/webhooks/1/token").retry_after is None
    assert (limits.refused, limits.refused_globally) == (1, 1)


async def test_discord_py_heeds_the_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setitem(ROUTES, "POST /channels/+/messages", (5, 1.0))
    async with (
        LoopbackDiscord() as loopback,
        discord.Client(intents=discord.Intents(guilds=True)) as client,
    ):
        use_api_base(loopback.base)
        await client.login(TOKEN)
        limits = loopback.rest.limits = Limits()
        began = time.monotonic()
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=CHANNEL_ID)
        asked = (client.http.request(route, json={"content": "Hello"}) for _ in range(6))
        await asyncio.gather(*asked)
        assert time.monotonic() - began > 0.9
        assert limits.refused == 0
        assert len(loopback.read(CHANNEL_ID)) == 6
    assert loopback.rest.complaints == []
