"""The bot as Discord knows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiohttp
import discord
from discord import Interaction, app_commands

from bot import __version__
from bot.blog.library import Library
from bot.blog.pictures import Pictures
from bot.blog.usage import Tell
from bot.chat.actions import Action
from bot.chat.answers import Answers
from bot.chat.commands import COMMANDS
from bot.chat.cooldown import Cooldown
from bot.chat.interaction import answer, words_of
from bot.chat.pages import Pages
from bot.chat.tree import Tree
from bot.chat.usage import ended, noted
from bot.chat.views.help import CommandInfo
from bot.chat.views.notice import Notice
from bot.chat.views.post_card import RandomButton, RelatedMenu, TurnButton
from bot.chat.views.post_list import NarrowMenu, PageButton
from bot.chat.views.post_page import JumpMenu, ReadButton, ReadOnButton, TurnPageButton
from bot.chat.views.search_results import SearchPageButton
from bot.chat.views.sharing import SaveButton, ShareButton
from bot.chat.views.tag_list import TagMenu, TagsPageButton
from bot.chat.words import CommandTranslator

Sync = Callable[[app_commands.CommandTree], Awaitable[Sequence[app_commands.AppCommand]]]

ACTIONS: tuple[type[Action[Any, Any]], ...] = (
    ReadButton,
    TurnButton,
    RelatedMenu,
    RandomButton,
    PageButton,
    NarrowMenu,
    TagMenu,
    TagsPageButton,
    SearchPageButton,
    ReadOnButton,
    TurnPageButton,
    JumpMenu,
    ShareButton,
    SaveButton,
)

# Between two posts that somebody shares in a channel.
SHARING_SECONDS = 60


class Slashpost(discord.Client):
    """Answers slash commands from a library of posts.

    Args:
        library: the posts.
        sync: makes Discord's list of commands equal to the tree's and returns that list.
        pictures: those beside the posts, if there are any.
        version: what /about shows.
        tell: hears of every interaction that was dealt with.
        http_trace: hears of every request to Discord.
    """

    def __init__(
        self,
        library: Library,
        *,
        sync: Sync,
        pictures: Pictures | None = None,
        version: str = __version__,
        tell: Tell = lambda _: None,
        http_trace: aiohttp.TraceConfig | None = None,
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            http_trace=http_trace,  # type: ignore[arg-type] # None is its default
        )
        self.library = library
        self.answers = Answers(library)
        self.pages = Pages(library)
        self.pictures = pictures
        self.sharing = Cooldown(SHARING_SECONDS)
        self.version = version
        self.tell = tell
        self.tree = Tree(
            self,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
        )
        for command in COMMANDS:
            self.tree.add_command(command)
        self.add_dynamic_items(*ACTIONS)  # to answer clicks on old messages
        self._sync = sync
        self._command_ids: dict[str, int] = {}

    async def setup_hook(self) -> None:
        """Tell Discord the commands."""
        await self.tree.set_translator(CommandTranslator())
        self._command_ids = {command.name: command.id for command in await self._sync(self.tree)}

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer clicks on what no version of this bot, or only an older one, has sent."""
        if interaction.type is not discord.InteractionType.component:
            return
        data: Mapping[str, Any] = interaction.data or {}
        custom_id = data["custom_id"]
        if any(action.kind.pattern.fullmatch(custom_id) for action in ACTIONS):
            return
        with noted(interaction, "unknown"):
            ended(interaction, "outdated")
            outdated = words_of(interaction).say(
                "This button is from an older version. Use the command again."
            )
            await answer(interaction, Notice(outdated))

    def mention(self, name: str) -> str:
        """A command in a message: clickable once Discord has given it an id."""
        command_id = self._command_ids.get(name)
        return f"`/{name}`" if command_id is None else f"</{name}:{command_id}>"

    def commands(self) -> list[CommandInfo]:
        """All commands, in the order of /help."""
        return [CommandInfo(self.mention(c.name), c.description) for c in COMMANDS]
