"""/search: full text."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.chat import text
from bot.chat.commands.suggestions import suggest_searches
from bot.chat.interaction import answer, prepare, words_of
from bot.chat.views.notice import Notice
from bot.chat.words import described, named

# https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-structure
LONGEST_OPTION = 6_000


@app_commands.command(name=named("search"), description=described("Search the text of all posts"))
@app_commands.rename(query=named("query"), hide=named("hide"))
@app_commands.describe(
    query=described("Words that the posts contain"),
    hide=described("Show the answer to you alone"),
)
@app_commands.autocomplete(query=suggest_searches)
async def search(
    interaction: Interaction,
    query: str,
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the first page of results, or in private that there are none."""
    from bot.chat.views.search_results import results_of

    words = text.plain(query, LONGEST_OPTION)
    if not words:
        empty = Notice(words_of(interaction).say("Tell me which words to look for."))
        await answer(interaction, empty)
        return
    results = await prepare(interaction, results_of(interaction, words, 1), hide=hide)
    await answer(interaction, results, hide=hide)
