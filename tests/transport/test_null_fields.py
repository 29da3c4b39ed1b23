"""A click is answered although a field that may be missing is there and null."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from discord import app_commands

from bot.chat.client import Slashpost
from bot.chat.context import Context
from bot.transport.gateway import run_gateway
from tests.chat.blog import fill, garden, open_index
from tests.transport.clerk import answering
from tests.wire.interactions import Reader
from tests.wire.people import TOKEN, Place
from tests.wire.server import LoopbackDiscord

# https://docs.discord.com/developers/resources/message#message-object
OF_A_MESSAGE = (
    *("thread", "poll", "call", "resolved", "activity", "application", "application_id", "nonce"),
    *("interaction", "message_reference", "referenced_message", "message_snapshots", "position"),
    *("sticker_items", "stickers", "webhook_id", "role_subscription_data", "reactions", "embeds"),
)
# https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
OF_AN_INTERACTION = ("channel", "guild", "guild_locale", "entitlements")


async def no_sync(_: app_commands.CommandTree) -> Sequence[app_commands.AppCommand]:
    """Tell Discord nothing: the loopback knows every command."""
    return []


@asynccontextmanager
async def serving(
    loopback: LoopbackDiscord, transport: str, folder: Path
) -> AsyncIterator[list[str]]:
    """The bot over one of the two; the events that it could not parse."""
    passed_over: list[str] = []
    async with open_index(folder) as index:
        await fill(index, garden())
        client = Slashpost(Context(library=index), sync=no_sync)
        if transport == "http":
            async with answering(loopback, client, passed_over=passed_over.append):
                yield passed_over
            return
        task = asyncio.create_task(run_gateway(client, TOKEN, passed_over.append))
        await loopback.gateway.until(identified=1)
        yield passed_over
        task.cancel()
        await asyncio.wait({task})


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize("transport", ["gateway", "http"])
async def test_a_null_is_as_good_as_nothing(
    loopback: LoopbackDiscord, transport: str, place: Place, tmp_path: Path
) -> None:
    reader = Reader(place=place)
    async with serving(loopback, transport, tmp_path) as passed_over:
        command = reader.command("latest") | dict.fromkeys(OF_AN_INTERACTION)
        listed = await loopback.interact(command)
        (read, *_) = [each for each in listed.custom_ids if each.startswith("read")]
        nulls: list[dict[str, Any]] = [dict.fromkeys([name]) for name in OF_A_MESSAGE]
        for each in (*nulls, dict.fromkeys(OF_A_MESSAGE)):
            click = reader.click({**listed.shown, **each}, read)
            opened = await loopback.interact(click)
            assert "Bed number" in opened.text, each
    assert passed_over == []
