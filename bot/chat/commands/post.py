"""/post: one post."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.chat.commands.suggestions import suggest_posts
from bot.chat.interaction import answer, library_of, words_of
from bot.chat.views.miss import CLOSEST, PostMiss
from bot.chat.views.post_card import PostCard
from bot.chat.words import described, named


@app_commands.command(name=named("post"), description=described("Show one post"))
@app_commands.rename(slug=named("slug"), hide=named("hide"))
@app_commands.describe(
    slug=described("Title, slug or link of the post"),
    hide=described("Show the answer to you alone"),
)
@app_commands.autocomplete(slug=suggest_posts)
async def post(
    interaction: Interaction,
    slug: str,
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the post's card, or in private with the posts closest to what was typed."""
    library, words = library_of(interaction), words_of(interaction)
    found = await library.find(slug) or await library.get_by_key(slug)
    if found is None:
        closest = await library.closest(slug, CLOSEST)
        await answer(interaction, PostMiss(slug, closest, words))
        return
    await answer(interaction, await PostCard.of(found, library, words), hide=hide)
