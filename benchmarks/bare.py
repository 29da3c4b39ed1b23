"""A bare discord.py bot with one command: the peer of ``start`` and ``http``.

As a program, it connects to the Discord at DISCORD_API_BASE.
"""

from __future__ import annotations

import logging
import os

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route


class Bare(discord.Client):
    """Answers /hello."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(description="Say hello")
        async def hello(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("Hello!")

    async def setup_hook(self) -> None:
        """Send the commands, as most bots do at every start."""
        await self.tree.sync()


def main() -> None:
    base = os.environ["DISCORD_API_BASE"]
    Route.BASE = base
    gateway = base.replace("http", "ws").replace("/api/v10", "/gateway/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
    Bare().run(os.environ["DISCORD_TOKEN"], log_level=logging.WARNING)


if __name__ == "__main__":
    main()
