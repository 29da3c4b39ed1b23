"""/about: the blog and the bot."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.chat.interaction import answer, client_of, library_of, words_of
from bot.chat.views.about import About
from bot.chat.words import described, named


@app_commands.command(
    name=named("about"), description=described("Show facts about the blog and this bot")
)
@app_commands.rename(hide=named("hide"))
@app_commands.describe(hide=described("Show the answer to you alone"))
async def about(
    interaction: Interaction,
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with counts, source, link and version."""
    status = await library_of(interaction).status()
    await answer(
        interaction, About(status, client_of(interaction).version, words_of(interaction)), hide=hide
    )
