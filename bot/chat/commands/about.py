"""/about: the blog and the bot."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.blog.errors import StateUnavailable
from bot.chat.errors import explain
from bot.chat.interaction import answer, client_of, words_of
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
    from bot.announce.outbox import Backlog
    from bot.chat.views.about import About

    client = client_of(interaction)
    status = await client.library.status()
    words = words_of(interaction)
    try:
        backlog = await client.backlog() if client.backlog else None
    except StateUnavailable as error:
        backlog = Backlog(problem=explain(error, words))
    view = About(status, client.version, words, backlog)
    await answer(interaction, view, hide=hide)
