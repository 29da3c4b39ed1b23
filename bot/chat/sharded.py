"""The bot over several connections at once, which Discord asks of one in many servers."""

from __future__ import annotations

import discord

from bot.chat.client import Slashpost


class ShardedSlashpost(Slashpost, discord.AutoShardedClient):
    """The same bot; discord.py opens as many connections as Discord recommends."""
