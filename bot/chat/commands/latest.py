"""/latest: the newest posts."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import locale_str

from bot.blog.tag import Tag
from bot.chat.custom_ids import tag_of, tag_ref
from bot.chat.interaction import answer, library_of, translator_of
from bot.chat.suggestions import suggest_tags
from bot.chat.views import not_found
from bot.chat.views.post_list import PER_PAGE, list_of


@app_commands.command(name=locale_str("latest"), description=locale_str("Show the newest posts"))
@app_commands.rename(tag=locale_str("tag"), count=locale_str("count"), hide=locale_str("hide"))
@app_commands.describe(
    tag=locale_str("Only posts with this tag"),
    count=locale_str("How many posts a page shows, 1 to 5"),
    hide=locale_str("Show the answer to you alone"),
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
    tag = await find_tag(interaction, typed_tag)
    if tag is not None:
        found = await list_of(interaction, 1, count, tag_ref(tag.name))
        await answer(interaction, found, hide=hide)


async def find_tag(interaction: Interaction, typed: str) -> Tag | None:
    """The tag that a reader typed or chose; where there is none, None, and the reader is told."""
    library = library_of(interaction)
    tag = await tag_of(library, typed)
    if tag is None:
        tr = translator_of(interaction)
        await answer(interaction, await not_found.TagNotFound.of(typed, library, tr))
    return tag
