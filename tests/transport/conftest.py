"""A loopback Discord that discord.py takes for the real one."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import pytest
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.transport.api import use_api_base
from tests.wire.server import LoopbackDiscord


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Log warnings whatever an earlier test of the command line has set."""
    for logger in (None, "bot", "bot.transport", "discord"):
        caplog.set_level(logging.INFO, logger)


@pytest.fixture(autouse=True)
def retries_come_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a moment between tries, where discord.py draws some seconds at random."""
    monkeypatch.setattr(ExponentialBackoff, "delay", lambda _: 0.02)


@pytest.fixture
async def loopback(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LoopbackDiscord]:
    """A loopback Discord; at the end nothing may have been sent that Discord would refuse."""
    # Only for monkeypatch to put the real addresses back.
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    async with LoopbackDiscord() as discord:
        use_api_base(discord.base)
        yield discord
    assert discord.rest.complaints == []
