"""Over HTTP, too, a slow answer is announced at once and follows as an edit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from discord import app_commands

from bot.chat import interaction
from bot.chat.client import Slashpost
from bot.chat.context import Context
from bot.chat.custom_ids import SavePage, SearchPage
from bot.transport.gateway import run_gateway
from tests.announce.conftest import until
from tests.chat.blog import fill, garden
from tests.chat.slow import PATIENCE, Slow
from tests.transport.clerk import answering
from tests.wire.interactions import DEFERRED_MESSAGE, DEFERRED_UPDATE, EPHEMERAL, Reader
from tests.wire.people import TOKEN, Place
from tests.wire.server import LoopbackDiscord

# Seconds for which a request hangs that is to be cancelled.
HANG = 20.0


async def no_sync(_: app_commands.CommandTree) -> Sequence[app_commands.AppCommand]:
    """Tell Discord nothing: the loopback knows every command."""
    return []


@pytest.fixture
async def slashpost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slashpost]:
    """The bot over a library that takes longer than the bot waits."""
    monkeypatch.setattr(interaction, "PATIENCE_SECONDS", PATIENCE)
    async with Slow(tmp_path / "index.db") as index:
        await fill(index, garden())
        yield Slashpost(Context(library=index), sync=no_sync)


@pytest.mark.parametrize("place", Place)
async def test_a_slow_answer_is_announced_and_follows(
    loopback: LoopbackDiscord, slashpost: Slashpost, place: Place
) -> None:
    reader = Reader(place=place)
    async with answering(loopback, slashpost):
        found = await loopback.interact(reader.command("search", query="garden"))
        assert found.callback == {"type": DEFERRED_MESSAGE}
        assert "12 posts" in found.text

        turned = await loopback.interact(reader.click(found.shown, str(SearchPage(2, "garden"))))
        assert turned.callback == {"type": DEFERRED_UPDATE}
        assert "page 2 of 3" in turned.text

        read, *_ = found.custom_ids
        opened = await loopback.interact(reader.click(found.shown, read))
        alone = place is Place.BOT_DM
        private = {} if alone else {"data": {"flags": EPHEMERAL}}
        assert opened.callback == {"type": DEFERRED_MESSAGE, **private}
        assert opened.is_private is not alone


async def test_what_cannot_be_announced_is_not_done_behind_the_readers_back(
    loopback: LoopbackDiscord, slashpost: Slashpost
) -> None:
    """Discord refuses the deferred answer of a click that sends the reader a message."""
    loopback.fail("POST", "/users/@me/channels", None, delay=HANG)
    task = asyncio.create_task(run_gateway(slashpost, TOKEN))
    try:
        await loopback.gateway.until(identified=1)
        shown = (await loopback.interact(Reader().command("search", query="garden"))).shown
        (post,) = await slashpost.context.library.latest(limit=1)
        loopback.rest.calls.clear()
        loopback.fail("POST", ".*/callback", 404)
        click = Reader().click(shown, str(SavePage(post.key, "", 1)))
        told = asyncio.create_task(loopback.interact(click))
        await loopback.rest.until("POST", "/interactions/.*/callback", times=2)
        await until(lambda: not sending())
        assert loopback.rest.count("POST", "/channels/[0-9]+/messages") == 0
        told.cancel()
    finally:
        task.cancel()
        await asyncio.wait({task})


def sending() -> list[asyncio.Task[Any]]:
    """Tasks that write to a reader."""
    return [each for each in asyncio.all_tasks() if "send_to_reader" in repr(each.get_coro())]
