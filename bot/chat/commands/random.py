"""/random: a post by chance."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.chat.interaction import answer
from bot.chat.views.post_card import random_card
from bot.chat.words import described, named


@app_commands.command(name=named("random"), description=described("Show a post by chance"))
@app_commands.rename(hide=named("hide"))
@app_commands.describe(hide=described("Show the answer to you alone"))
async def random(
    interaction: Interaction,
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the card of any post."""
    await answer(interaction, await random_card(interaction), hide=hide)
