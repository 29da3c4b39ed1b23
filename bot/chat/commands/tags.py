"""/tags: what the posts are about."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.chat.commands.latest import show_posts
from bot.chat.commands.suggestions import suggest_tags
from bot.chat.interaction import answer
from bot.chat.views.post_list import PER_PAGE
from bot.chat.words import described, named


@app_commands.command(name=named("tags"), description=described("Show all tags, or a tag's posts"))
@app_commands.rename(tag=named("tag"), hide=named("hide"))
@app_commands.describe(
    tag=described("The tag whose posts to show"),
    hide=described("Show the answer to you alone"),
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
        from bot.chat.views.tag_list import tags_of

        await answer(interaction, await tags_of(interaction, 1), hide=hide)
