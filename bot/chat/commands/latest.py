"""/latest: the newest posts."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.chat.commands.suggestions import suggest_tags
from bot.chat.custom_ids import tag_of, tag_ref
from bot.chat.interaction import answer, library_of, words_of
from bot.chat.views.post_list import PER_PAGE, list_of
from bot.chat.words import described, named


@app_commands.command(name=named("latest"), description=described("Show the newest posts"))
@app_commands.rename(tag=named("tag"), count=named("count"), hide=named("hide"))
@app_commands.describe(
    tag=described("Only posts with this tag"),
    count=described("How many posts a page shows, 1 to 5"),
    hide=described("Show the answer to you alone"),
)
@app_commands.autocomplete(tag=suggest_tags)
async def latest(
    interaction: Interaction,
    tag: str = "",
    count: app_commands.Range[int, 1, PER_PAGE] = PER_PAGE,
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the first page of the newest posts."""
    await show_posts(interaction, tag, count, hide=hide)


async def show_posts(interaction: Interaction, typed_tag: str, count: int, *, hide: bool) -> None:
    """Answer with posts of a tag that a reader typed or chose, or of all for no tag."""
    if not typed_tag.strip():
        await answer(interaction, await list_of(interaction, 1, count, ""), hide=hide)
        return
    library = library_of(interaction)
    tag = await tag_of(library, typed_tag)
    if tag is None:
        from bot.chat.views.miss import TagMiss

        await answer(interaction, await TagMiss.of(typed_tag, library, words_of(interaction)))
        return
    await answer(interaction, await list_of(interaction, 1, count, tag_ref(tag.name)), hide=hide)
