"""Over HTTP, too, a slow answer is announced at once and follows as an edit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from discord import app_commands

from bot.chat import interaction
from bot.chat.client import Slashpost
from bot.chat.context import Context
from bot.chat.custom_ids import SearchPage
from tests.chat.blog import fill, garden
from tests.chat.slow import PATIENCE, Slow
from tests.transport.clerk import answering
from tests.wire.interactions import DEFERRED_MESSAGE, DEFERRED_UPDATE, EPHEMERAL, Reader
from tests.wire.people import Place
from tests.wire.server import LoopbackDiscord


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
