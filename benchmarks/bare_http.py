"""The bare bot behind the HTTP transport of Slashpost, to compare commands by themselves.

python -m benchmarks.bare_http PORT
"""

from __future__ import annotations

import asyncio
import os
import sys

import discord
from aiohttp import web
from discord.http import Route

from benchmarks.bare import Bare
from bot.transport.interactions import Interactions
from bot.web.interactions import add_interactions
from bot.web.server import listening


class Quiet(Bare):
    """Sends no commands."""

    async def setup_hook(self) -> None:
        """There is nothing to do."""


async def answer(bot: discord.Client, port: int) -> None:
    """Answer signed interactions, for ever."""
    async with bot:
        interactions = Interactions(bot, apology=lambda _: {"type": 4, "data": {"content": "?"}})
        routes = web.Application()
        add_interactions(routes, interactions)
        async with listening(routes, port):
            await bot.login(os.environ["DISCORD_TOKEN"])
            assert bot.application is not None, "login() asks for it"
            interactions.trust(bot.application.verify_key)
            await asyncio.Event().wait()


if __name__ == "__main__":
    Route.BASE = os.environ["DISCORD_API_BASE"]
    asyncio.run(answer(Quiet(), int(sys.argv[1])))
