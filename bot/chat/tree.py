"""The commands, and what happens when one of them fails."""

from __future__ import annotations

import logging

from discord import Interaction, InteractionType, app_commands

from bot.blog.errors import StateUnavailable
from bot.chat.errors import reply_to_error
from bot.chat.interaction import client_of
from bot.chat.usage import noted

log = logging.getLogger(__name__)


class Tree(app_commands.CommandTree):
    """A command tree that answers every error, and notes what it is asked."""

    async def _call(self, interaction: Interaction) -> None:
        """Lead commands and their suggestions here: the only place that both pass."""
        with noted(interaction):
            try:
                await super()._call(interaction)
            except app_commands.AppCommandError as error:  # such as a command that is no more
                await self.on_error(interaction, error)
        if interaction.type is InteractionType.application_command:
            await self._tell(interaction)

    async def _tell(self, interaction: Interaction) -> None:
        """Tell the reader that they cannot be reached, if that is so and they have not heard."""
        untold = client_of(interaction).untold
        if untold is None:
            return
        try:
            await untold.tell(interaction)
        except StateUnavailable as error:
            log.warning("Could not look whom to tell that they cannot be reached: %s", error)
        except Exception:
            log.exception("Could not tell a reader that they cannot be reached")

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """Tell the reader; discord.py's own handler only logs."""
        await reply_to_error(interaction, error)
