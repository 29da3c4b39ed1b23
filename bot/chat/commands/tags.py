"""/tags: what the posts are about."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import locale_str

from bot.chat.commands.latest import show_posts
from bot.chat.interaction import answer
from bot.chat.suggestions import suggest_tags
from bot.chat.views import tag_list
from bot.chat.views.post_list import PER_PAGE


@app_commands.command(
    name=locale_str("tags"), description=locale_str("Show all tags, or a tag's posts")
)
@app_commands.rename(tag=locale_str("tag"), hide=locale_str("hide"))
@app_commands.describe(
    tag=locale_str("The tag whose posts to show"),
    hide=locale_str("Show the answer to you alone"),
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
