"""/post: one post."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import locale_str

from bot.chat.interaction import answer, library_of, translator_of
from bot.chat.suggestions import post_meant, suggest_posts, suggest_sections
from bot.chat.views import not_found, open_post
from bot.chat.views.post_card import card_of


@app_commands.command(name=locale_str("post"), description=locale_str("Show one post"))
@app_commands.rename(
    typed=locale_str("post"), section=locale_str("section"), hide=locale_str("hide")
)
@app_commands.describe(
    typed=locale_str("Title, short name or link of the post"),
    section=locale_str("Open the post at this section, for you alone"),
    hide=locale_str("Show the answer to you alone"),
)
@app_commands.autocomplete(typed=suggest_posts, section=suggest_sections)
async def post(
    interaction: Interaction,
    typed: str,
    section: str = "",
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the post's card, open it, or say in private what is closest to what was typed."""
    library, tr = library_of(interaction), translator_of(interaction)
    found = await post_meant(library, typed)
    if found is None:
        await answer(interaction, await not_found.PostNotFound.of(typed, library, tr))
    elif section.strip():
        opening = open_post.open_section(interaction, found.key, section)
        await open_post.read_aside(interaction, opening)
    else:
        await answer(interaction, await card_of(found.key, interaction), hide=hide)
