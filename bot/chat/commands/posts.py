"""/latest, /post, /tags and /random: posts to look at."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import locale_str

from bot.blog.post import Tag
from bot.chat.custom_ids import tag_of, tag_ref
from bot.chat.interaction import answer, library_of, translator_of
from bot.chat.suggestions import post_meant, suggest_posts, suggest_sections, suggest_tags
from bot.chat.views import not_found, open_post, tag_list
from bot.chat.views.post_card import card_of, random_card
from bot.chat.views.post_list import PER_PAGE, list_of


@app_commands.command(name=locale_str("latest"), description=locale_str("Show the newest posts"))
@app_commands.rename(tag=locale_str("tag"), count=locale_str("count"), hide=locale_str("hide"))
@app_commands.describe(
    tag=locale_str("Only posts with this tag"),
    count=locale_str("How many posts to show on a page, 1 to 5"),
    hide=locale_str("Show the answer only to you"),
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


@app_commands.command(name=locale_str("post"), description=locale_str("Show one post"))
@app_commands.rename(
    typed=locale_str("post"), section=locale_str("section"), hide=locale_str("hide")
)
@app_commands.describe(
    typed=locale_str("Title, short name or link of the post"),
    section=locale_str("Open the post at this section, only for you"),
    hide=locale_str("Show the answer only to you"),
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


@app_commands.command(
    name=locale_str("tags"), description=locale_str("Show all tags, or a tag's posts")
)
@app_commands.rename(tag=locale_str("tag"), hide=locale_str("hide"))
@app_commands.describe(
    tag=locale_str("Show the posts with this tag"),
    hide=locale_str("Show the answer only to you"),
)
@app_commands.autocomplete(tag=suggest_tags)
async def tags(
    interaction: Interaction,
    tag: str = "",
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with all tags, or with the posts of the one given."""
    if tag.strip():
        await show_posts(interaction, tag, PER_PAGE, hide=hide)
    else:
        await answer(interaction, await tag_list.tags_of(interaction, 1), hide=hide)


@app_commands.command(name=locale_str("random"), description=locale_str("Show a random post"))
@app_commands.rename(hide=locale_str("hide"))
@app_commands.describe(hide=locale_str("Show the answer only to you"))
async def random(
    interaction: Interaction,
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the card of any post."""
    await answer(interaction, await random_card(interaction), hide=hide)
