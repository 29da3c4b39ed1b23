"""/ask: an answer from the posts, where the blogger has named a language model."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import locale_str

from bot.chat import text
from bot.chat.interaction import answer, is_aside, translator_of
from bot.chat.views import asked
from bot.chat.views.layout import Notice

LONGEST_QUESTION = 300


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
