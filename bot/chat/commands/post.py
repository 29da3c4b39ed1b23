"""/post: one post."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.chat.commands.suggestions import post_meant, suggest_posts, suggest_sections
from bot.chat.interaction import answer, library_of, words_of
from bot.chat.views.post_card import card_of
from bot.chat.words import described, named


@app_commands.command(name=named("post"), description=described("Show one post"))
@app_commands.rename(slug=named("slug"), section=named("section"), hide=named("hide"))
@app_commands.describe(
    slug=described("Title, slug or link of the post"),
    section=described("Open the post at this section, for you alone"),
    hide=described("Show the answer to you alone"),
)
@app_commands.autocomplete(slug=suggest_posts, section=suggest_sections)
async def post(
    interaction: Interaction,
    slug: str,
    section: str = "",
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the post's card, open it, or say in private what is closest to the slug."""
    library, words = library_of(interaction), words_of(interaction)
    found = await post_meant(library, slug)
    if found is None:
        from bot.chat.views.miss import PostMiss

        await answer(interaction, await PostMiss.of(slug, library, words))
    elif section.strip():
        from bot.chat.views.post_page import open_section, read_aside

        await read_aside(interaction, open_section(interaction, found.key, section))
    else:
        await answer(interaction, await card_of(found.key, interaction), hide=hide)
