"""/random: a post by chance."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import locale_str

from bot.chat.interaction import answer
from bot.chat.views.post_card import random_card


@app_commands.command(name=locale_str("random"), description=locale_str("Show a post by chance"))
@app_commands.rename(hide=locale_str("hide"))
@app_commands.describe(hide=locale_str("Show the answer to you alone"))
async def random(
    interaction: Interaction,
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the card of any post."""
    await answer(interaction, await random_card(interaction), hide=hide)
