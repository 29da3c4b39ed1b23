"""/help: what the bot can do."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.chat.interaction import answer, client_of, words_of
from bot.chat.views.help import Help
from bot.chat.words import described, named


@app_commands.command(name=named("help"), description=described("Show what this bot can do"))
@app_commands.rename(hide=named("hide"))
@app_commands.describe(hide=described("Show the answer to you alone"))
async def help_(
    interaction: Interaction,
    hide: bool = True,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the list of commands, in private unless asked otherwise."""
    manages = interaction.permissions.manage_guild
    view = Help(client_of(interaction).commands(manages=manages), words_of(interaction))
    await answer(interaction, view, hide=hide)
