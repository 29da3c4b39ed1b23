"""The commands, and what happens when one of them fails."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.chat.errors import reply_to_error
from bot.chat.usage import noted


class Tree(app_commands.CommandTree):
    """A command tree that answers every error, and notes what it is asked."""

    async def _call(self, interaction: Interaction) -> None:
        """Lead commands and their suggestions here: the only place that both pass."""
        with noted(interaction):
            try:
                await super()._call(interaction)
            except app_commands.AppCommandError as error:  # such as a command that is no more
                await self.on_error(interaction, error)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """Tell the reader; discord.py's own handler only logs."""
        await reply_to_error(interaction, error)
