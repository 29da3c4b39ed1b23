"""A bot in a thousand servers or more keeps several connections, as Discord recommends."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest

from bot.blog.errors import DiscordRefused
from bot.transport.gateway import connections_wanted
from tests.transport.clients import Greeter
from tests.transport.test_gateway import running, warnings
from tests.transport.test_state_homes import announced, subscribe_after_first_look, until, write
from tests.wire.interactions import Reader
from tests.wire.people import TOKEN
from tests.wire.process import BotProcess
from tests.wire.server import LoopbackDiscord

SHARDS = 3


class ShardedGreeter(Greeter, discord.AutoShardedClient):
    """One of several connections."""


@pytest.fixture
def discord_with_shards(loopback: LoopbackDiscord) -> LoopbackDiscord:
    """A Discord that recommends several connections."""
    loopback.answers.shards = SHARDS
    return loopback


async def ask_everywhere(loopback: LoopbackDiscord, command: str = "hello") -> None:
    """Use the bot in a server of each connection."""
    for shard in range(SHARDS):
        interaction = Reader().command(command) | {"guild_id": str((1000 + shard) << 22)}
        assert (await loopback.interact(interaction)).text


async def test_discord_says_how_many_connections_it_wants(
    discord_with_shards: LoopbackDiscord,
) -> None:
    discord_with_shards.fail("GET", "/gateway/bot", 503)
    assert await connections_wanted(TOKEN) == SHARDS


@pytest.mark.usefixtures("loopback")
async def test_a_wrong_token_is_noticed_before_anything_is_opened() -> None:
    with pytest.raises(DiscordRefused, match="DISCORD_TOKEN: Discord rejects this token"):
        await connections_wanted("another.token")


async def test_each_connection_brings_its_servers_interactions(
    discord_with_shards: LoopbackDiscord,
) -> None:
    async with running(ShardedGreeter()):
        await discord_with_shards.gateway.until(identified=SHARDS)
        shards = [tuple(each["shard"]) for each in discord_with_shards.gateway.identified]
        assert shards == [(0, 3), (1, 3), (2, 3)]
        await ask_everywhere(discord_with_shards)


async def test_a_connection_that_is_lost_comes_back_beside_the_others(
    discord_with_shards: LoopbackDiscord,
) -> None:
    async with running(ShardedGreeter()):
        await discord_with_shards.gateway.until(identified=SHARDS)
        discord_with_shards.gateway.cut()
        await discord_with_shards.gateway.until(resumed=1)
        await ask_everywhere(discord_with_shards)


async def test_the_whole_bot_serves_over_several_connections_and_announces_once(
    discord_with_shards: LoopbackDiscord, tmp_path: Path
) -> None:
    posts, state = tmp_path / "posts", tmp_path / "state.db"
    posts.mkdir()
    write(posts, "Apples")
    async with BotProcess(
        discord_with_shards.base,
        tmp_path / "i.db",
        *("--state", str(state)),
        posts=posts,
        waits=False,
    ) as process:
        await subscribe_after_first_look(state)
        await discord_with_shards.gateway.until(identified=SHARDS)
        await ask_everywhere(discord_with_shards, "about")
        write(posts, "Bees")
        await until(lambda: announced(discord_with_shards) == ["Bees"])
        write(posts, "Clover")
        await until(lambda: announced(discord_with_shards) == ["Bees", "Clover"])
        assert await process.end() == 0
    assert "Traceback" not in process.log


async def test_a_connection_that_cannot_be_opened_is_one_line_in_the_log(
    discord_with_shards: LoopbackDiscord,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("discord.shard.asyncio.sleep", no_sleep)
    discord_with_shards.gateway.refusals = 1
    async with running(ShardedGreeter()):
        await discord_with_shards.gateway.until(identified=SHARDS)
    (warning,) = warnings(caplog)
    assert warning.startswith("Lost the connection (503")
    assert warning.endswith("failed to connect for shard_id: 0. Retrying...")


async def no_sleep(_: float) -> None:
    """Instead of the five seconds that discord.py waits."""
