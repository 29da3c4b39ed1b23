"""/search and /ask: what the posts say."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import locale_str

from bot.chat import text
from bot.chat.interaction import answer, is_aside, prepare, translator_of
from bot.chat.suggestions import suggest_searches
from bot.chat.views import asked, search_results
from bot.chat.views.layout import Notice

# https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-structure
LONGEST_OPTION = 6_000
LONGEST_QUESTION = 300


@app_commands.command(
    name=locale_str("search"), description=locale_str("Search the text of all posts")
)
@app_commands.rename(query=locale_str("query"), hide=locale_str("hide"))
@app_commands.describe(
    query=locale_str("Words to search for"),
    hide=locale_str("Show the answer only to you"),
)
@app_commands.autocomplete(query=suggest_searches)
async def search(
    interaction: Interaction,
    query: str,
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the first page of results, or in private that there are none."""
    typed = text.plain(query, LONGEST_OPTION)
    if not typed:
        empty = Notice(translator_of(interaction).gettext("Tell me which words to look for."))
        await answer(interaction, empty)
        return
    results = await prepare(
        interaction, search_results.results_of(interaction, typed, 1), hide=hide
    )
    await answer(interaction, results, hide=hide)


@app_commands.command(
    name=locale_str("ask"), description=locale_str("Ask a question, answered from the posts")
)
@app_commands.rename(question=locale_str("question"), hide=locale_str("hide"))
@app_commands.describe(
    question=locale_str("What you want to know, in your own words"),
    hide=locale_str("Show the answer only to you"),
)
async def ask(
    interaction: Interaction,
    question: app_commands.Range[str, 2, LONGEST_QUESTION],
    hide: bool = True,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with what the posts say, in private unless asked otherwise."""
    typed = text.plain(question, LONGEST_QUESTION)
    if not typed:
        empty = Notice(translator_of(interaction).gettext("Tell me what you want to know."))
        await answer(interaction, empty)
        return
    await asked.answer_question(interaction, typed, hide=hide and is_aside(interaction))
