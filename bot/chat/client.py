"""The bot as Discord knows it: the client and its tree of commands."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Sequence

import aiohttp
import discord
from discord import Interaction, InteractionType, app_commands

from bot.blog.errors import StateUnavailable
from bot.chat import routes
from bot.chat.commands import COMMANDS
from bot.chat.commands.search import ask
from bot.chat.context import Context
from bot.chat.errors import reply_to_error
from bot.chat.i18n import CommandTranslator
from bot.chat.interaction import context_of, observed
from bot.chat.views import following

log = logging.getLogger(__name__)

Sync = Callable[[app_commands.CommandTree], Awaitable[Sequence[app_commands.AppCommand]]]

LONGEST_WAIT_SECONDS = 60.0


class Tree(app_commands.CommandTree):
    """A command tree that answers every error and observes every use."""

    async def _call(self, interaction: Interaction) -> None:
        """Call a command or complete an option: the only method that both pass."""
        with observed(interaction):
            try:
                await super()._call(interaction)
            except app_commands.AppCommandError as error:  # such as a command that is no more
                await self.on_error(interaction, error)
        if interaction.type is InteractionType.application_command:
            await self._warn_unreachable(interaction)

    async def _warn_unreachable(self, interaction: Interaction) -> None:
        unreachable = context_of(interaction).unreachable
        try:
            if unreachable and await unreachable.take(interaction.user.id):
                await following.warn_unreachable(interaction)
        except StateUnavailable as error:
            log.warning("Could not look whom to tell that they cannot be reached: %s", error)
        except Exception:
            log.exception("Could not tell a reader that they cannot be reached")

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """Tell the reader; discord.py's own handler only logs."""
        await reply_to_error(interaction, error)


class Slashpost(discord.Client):
    """Answers slash commands from a library of posts.

    Args:
        context: what answers are made from.
        sync: makes Discord's list of commands equal to the tree's and returns that list.
        http_trace: is told of every request to Discord.
    """

    def __init__(
        self, context: Context, *, sync: Sync, http_trace: aiohttp.TraceConfig | None = None
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
        self.context = context
        self.tree = Tree(
            self,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
        )
        context.commands = [each for each in COMMANDS if each is not ask or context.asker]
        for command in context.commands:
            self.tree.add_command(command)
        self._sync = sync

    async def setup_hook(self) -> None:
        """Tell Discord the commands."""
        await self.tree.set_translator(CommandTranslator())
        told = await self._sync(self.tree)
        self.context.command_ids = {command.name: command.id for command in told}

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Stop announcing in a server that the bot has left."""
        await self._note(guild, is_there=False)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Resume announcing in a server that has the bot again."""
        await self._note(guild, is_there=True)

    async def _note(self, guild: discord.Guild, *, is_there: bool) -> None:
        subscriptions = self.context.subscriptions
        if subscriptions is None:
            return
        try:
            if is_there:
                await subscriptions.returned(guild.id)
            else:
                await subscriptions.left(guild.id, int(time.time()))
        except StateUnavailable as error:
            log.warning("Server %d: could not note that it was joined or left: %s", guild.id, error)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer clicks and forms; the tree answers commands."""
        if interaction.type in {InteractionType.component, InteractionType.modal_submit}:
            await routes.dispatch(interaction)


class ShardedSlashpost(Slashpost, discord.AutoShardedClient):
    """Slashpost over as many connections as Discord asks of a bot in many servers."""
