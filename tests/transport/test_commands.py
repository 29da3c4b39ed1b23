"""Discord hears of the commands when they change, and only then."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import discord
import pytest
from discord import app_commands
from hypothesis import given
from hypothesis import strategies as st

from bot.transport.commands import matches, sync_commands
from tests.wire.commands import CommandStore
from tests.wire.people import TOKEN
from tests.wire.server import LoopbackDiscord

Tree = app_commands.CommandTree[discord.Client]
Setup = Callable[[Tree], object]


class German(app_commands.Translator):
    """Puts a word before every text that is to be translated."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """German for German readers."""
        del context
        return f"de{string.message.lower()}"[:32] if locale is discord.Locale.german else None


def plain(tree: Tree, description: str = "New posts") -> None:
    @tree.command(description=description)
    async def latest(_: discord.Interaction, tag: str = "", count: int = 5) -> None:
        """Never called."""
        del tag, count


def rich(tree: Tree, *, nsfw: bool = True) -> None:
    @tree.command(nsfw=nsfw)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.choices(kind=[app_commands.Choice(name="One", value="1")])
    async def configure(
        _: discord.Interaction,
        kind: str,
        channel: discord.TextChannel,
        count: app_commands.Range[int, 1, 5] = 1,
        word: app_commands.Range[str, 1, 20] = "x",
    ) -> None:
        """Never called."""
        del kind, channel, count, word

    @configure.autocomplete("word")
    async def words(_: discord.Interaction, text: str) -> list[app_commands.Choice[str]]:
        """Never called."""
        return [app_commands.Choice(name=text, value=text)]

    group = app_commands.Group(name="blog", description="The blog")

    @group.command()
    async def subscribe(_: discord.Interaction) -> None:
        """Never called."""

    tree.add_command(group)

    @tree.context_menu(name="Find Posts")
    async def find(_: discord.Interaction, message: discord.Message) -> None:
        """Never called."""
        del message


async def started(setup: Setup, *, translated: bool = True) -> dict[str, int]:
    """Start a bot up to its commands; return their ids by name."""
    async with discord.Client(intents=discord.Intents.none()) as client:
        tree = app_commands.CommandTree(client)
        setup(tree)
        await client.login(TOKEN)
        if translated:
            await tree.set_translator(German())
        return {command.name: command.id for command in await sync_commands(tree)}


def both(tree: Tree) -> None:
    plain(tree)
    rich(tree)


def written(loopback: LoopbackDiscord) -> int:
    return loopback.rest.count("PUT", "/applications/[0-9]+/commands")


@pytest.mark.parametrize("translated", [False, True])
@pytest.mark.parametrize("setup", [plain, rich])
async def test_a_second_start_writes_nothing_and_knows_the_same_ids(
    loopback: LoopbackDiscord, setup: Setup, *, translated: bool
) -> None:
    first = await started(setup, translated=translated)
    assert written(loopback) == 1
    assert await started(setup, translated=translated) == first
    assert written(loopback) == 1
    assert first


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (plain, lambda tree: plain(tree, "The newest posts")),
        (rich, lambda tree: rich(tree, nsfw=False)),
        (plain, both),
        (both, plain),
    ],
)
async def test_a_change_is_written(loopback: LoopbackDiscord, before: Setup, after: Setup) -> None:
    await started(before)
    first = loopback.answers.commands.tell(translated=True)
    await started(after)
    assert written(loopback) == 2
    assert loopback.answers.commands.tell(translated=True) != first


async def test_a_new_translation_is_written(loopback: LoopbackDiscord) -> None:
    await started(plain, translated=False)
    await started(plain, translated=True)
    assert written(loopback) == 2


words = st.text("abcdefgäあ", min_size=1, max_size=8)
translations = st.dictionaries(st.sampled_from(["de", "ja", "pt-BR"]), words)
options = st.fixed_dictionaries(
    {"type": st.just(3), "name": words, "description": words},
    optional={
        "required": st.booleans(),
        "autocomplete": st.booleans(),
        "name_localizations": translations,
        "description_localizations": st.none() | translations,
        "min_length": st.integers(0, 9),
        "choices": st.lists(st.fixed_dictionaries({"name": words, "value": words}), max_size=2),
    },
)
commands = st.fixed_dictionaries(
    {"name": words, "description": words},
    optional={
        "type": st.just(1),
        "options": st.lists(options, max_size=3),
        "nsfw": st.booleans(),
        "name_localizations": translations,
        "default_member_permissions": st.none() | st.integers(0, 99),
        "contexts": st.none() | st.lists(st.integers(0, 2), unique=True, min_size=1),
        "integration_types": st.none() | st.lists(st.integers(0, 1), unique=True, min_size=1),
        "dm_permission": st.none() | st.booleans(),
    },
)


@given(st.lists(commands, unique_by=lambda command: command["name"], max_size=3))
def test_what_discord_makes_of_a_list_still_matches_it(sent: list[dict[str, Any]]) -> None:
    assert matches(sent, CommandStore().replace(copy.deepcopy(sent)))


@given(commands, options)
def test_one_option_more_does_not_match(command: dict[str, Any], option: dict[str, Any]) -> None:
    more = command | {"options": [*command.get("options", []), option]}
    assert not matches([more], CommandStore().replace([command]))
