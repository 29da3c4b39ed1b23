"""The commands, and what happens when one of them fails."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.chat.errors import reply_to_error


class Tree(app_commands.CommandTree):
    """A command tree that answers every error."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """Tell the reader; discord.py's own handler only logs."""
        await reply_to_error(interaction, error)
