"""A bot with one command, to try the transport without the rest of Slashpost."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import app_commands, ui

from bot.transport.commands import sync_commands


class Greeter(discord.Client):
    """Answers /hello, and a button below the answer."""

    def __init__(self, description: str = "Say hello") -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)
        self.synced: Sequence[app_commands.AppCommand] = ()

        @self.tree.command(description=description)
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        @app_commands.describe(name="Whom to greet")
        async def hello(interaction: discord.Interaction, name: str = "you") -> None:
            view = ui.LayoutView(timeout=None)
            view.add_item(ui.TextDisplay(f"Hello {name}, in {interaction.locale}"))
            view.stop()
            await interaction.response.send_message(view=view)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Begin a new session at once, where discord.py would wait for five seconds."""

    async def setup_hook(self) -> None:
        """Send the commands."""
        self.synced = await sync_commands(self.tree)
