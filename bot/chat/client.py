"""The bot as Discord knows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import Interaction, InteractionType, app_commands

from bot import __version__
from bot.blog.library import Library
from bot.blog.pictures import Pictures
from bot.blog.usage import Tell
from bot.chat.answers import Answers
from bot.chat.clicks import lead
from bot.chat.commands import COMMANDS, Command
from bot.chat.cooldown import Cooldown
from bot.chat.interaction import answer, words_of
from bot.chat.pages import Pages
from bot.chat.told import Untold
from bot.chat.tree import Tree
from bot.chat.usage import ended, noted
from bot.chat.views.help import CommandInfo
from bot.chat.views.notice import Notice
from bot.chat.words import CommandTranslator

if TYPE_CHECKING:
    from bot.announce.channel import Channels
    from bot.announce.outbox import Backlog
    from bot.announce.subscription import Subscriptions

Sync = Callable[[app_commands.CommandTree], Awaitable[Sequence[app_commands.AppCommand]]]

LONGEST_WAIT_SECONDS = 60.0

# Between two posts that somebody shares in a channel.
SHARING_SECONDS = 60


class Slashpost(discord.Client):
    """Answers slash commands from a library of posts.

    Args:
        library: the posts.
        sync: makes Discord's list of commands equal to the tree's and returns that list.
        pictures: those beside the posts, if there are any.
        subscriptions: who wants to hear of new posts; None where that cannot be kept.
        backlog: tells how much is still to be announced, for /about.
        version: what /about shows.
        tell: hears of every interaction that was dealt with.
        http_trace: hears of every request to Discord.

    Attributes:
        channels: looks at those that posts are to be announced in; None where nothing can be.
    """

    def __init__(
        self,
        library: Library,
        *,
        sync: Sync,
        pictures: Pictures | None = None,
        subscriptions: Subscriptions | None = None,
        backlog: Callable[[], Awaitable[Backlog]] | None = None,
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
            # Longer waits, such as an hour until the next message may be published, are for
            # whoever asked to plan.
            max_ratelimit_timeout=LONGEST_WAIT_SECONDS,
            http_trace=http_trace,  # type: ignore[arg-type] # None is its default
        )
        self.library = library
        self.answers = Answers(library)
        self.pages = Pages(library)
        self.pictures = pictures
        self.subscriptions = subscriptions
        self.channels: Channels | None = None
        self.backlog = backlog
        self.untold = Untold(subscriptions) if subscriptions else None
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
        self._sync = sync
        self._command_ids: dict[str, int] = {}

    async def setup_hook(self) -> None:
        """Tell Discord the commands."""
        await self.tree.set_translator(CommandTranslator())
        self._command_ids = {command.name: command.id for command in await self._sync(self.tree)}

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer clicks and forms, those too that no version of this bot, or an older one, sent."""
        if interaction.type not in {InteractionType.component, InteractionType.modal_submit}:
            return
        data: Mapping[str, Any] = interaction.data or {}
        if await lead(interaction, data["custom_id"]):
            return
        with noted(interaction, "unknown"):
            ended(interaction, "outdated")
            outdated = words_of(interaction).say(
                "This button is from an older version. Use the command again."
            )
            await answer(interaction, Notice(outdated))

    def mention(self, name: str) -> str:
        """A command in a message, such as ``announce here``: clickable once it has an id."""
        command_id = self._command_ids.get(name.partition(" ")[0])
        return f"`/{name}`" if command_id is None else f"</{name}:{command_id}>"

    def commands(self, *, manages: bool) -> list[CommandInfo]:
        """All commands, in the order of /help.

        Args:
            manages: whether for somebody who may use those for administrators too.
        """
        shown = [each for each in COMMANDS if manages or each.default_permissions is None]
        return [CommandInfo(self.mention(start_of(each)), each.description) for each in shown]


def start_of(command: Command) -> str:
    """The name of a command, or of the first one of a group: a group alone cannot be used."""
    first = command.commands[0] if isinstance(command, app_commands.Group) else command
    return first.qualified_name
