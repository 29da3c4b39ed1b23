"""/follow, /unfollow and /following: posts by direct message."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import locale_str

from bot.announce.subscription import Subscription
from bot.blog.post import tag_key
from bot.chat import limits, text
from bot.chat.commands.posts import find_tag
from bot.chat.custom_ids import tag_of, tag_ref
from bot.chat.interaction import (
    answer,
    library_of,
    subscriptions_of,
    translator_of,
)
from bot.chat.suggestions import Choices, quietly, suggest_tags
from bot.chat.views import announced_list, following
from bot.chat.views.layout import Notice

# Stands for all tags, whatever the language; the word is understood as well.
EVERYTHING = "~all"


@app_commands.command(
    name=locale_str("follow"), description=locale_str("Get new posts by direct message")
)
@app_commands.rename(tag=locale_str("tag"))
@app_commands.describe(
    tag=locale_str("Only posts with this tag, in addition to what you already follow")
)
@app_commands.autocomplete(tag=suggest_tags)
async def follow_(interaction: Interaction, tag: str = "") -> None:
    """Add a tag, or all posts, to what the reader follows."""
    if not tag.strip():
        await following.follow(interaction, "")
        return
    found = await find_tag(interaction, tag)
    if found is not None:
        await following.follow(interaction, tag_ref(found.name))


@quietly
async def suggest_followed(interaction: Interaction, current: str) -> Choices:
    """What the reader may unfollow."""
    followed = await subscriptions_of(interaction).get(following.key_of(interaction))
    if followed is None:
        return []
    if not followed.tags:
        return await suggest_tags(interaction, current)
    everything = translator_of(interaction).gettext("everything")
    named_tags = [(everything, EVERYTHING), *((tag, tag_ref(tag)) for tag in followed.tags)]
    return [
        app_commands.Choice(
            name=text.without_mentions(text.label(name, limits.CHOICE_TEXT // 2)), value=value
        )
        for name, value in named_tags
        if tag_key(current) in tag_key(name)
    ][: limits.CHOICES]


@app_commands.command(
    name=locale_str("unfollow"), description=locale_str("Stop getting posts by direct message")
)
@app_commands.rename(tag=locale_str("tag"))
@app_commands.describe(
    tag=locale_str("Stop only this tag; leave it out or type “all” to stop everything")
)
@app_commands.autocomplete(tag=suggest_followed)
async def unfollow(interaction: Interaction, tag: str = "") -> None:
    """Remove a tag from what the reader follows, or the whole subscription."""
    followed = await subscriptions_of(interaction).get(following.key_of(interaction))
    if followed is None or is_all(interaction, tag):
        await following.unfollow_all(interaction)
        return
    name = await tag_meant(interaction, followed, tag)
    if name is None:
        said = translator_of(interaction).gettext(
            "You do not follow {tag}.", tag=text.chip(tag, limits.CHOICE_TEXT)
        )
        await answer(interaction, Notice(said))
    else:
        await unfollow_tag(interaction, followed, name)


def is_all(interaction: Interaction, typed: str) -> bool:
    """Whether a reader means all tags, or names none."""
    return typed.strip().casefold() in {
        "",
        EVERYTHING,
        "all",
        translator_of(interaction).gettext("everything").casefold(),
    }


async def tag_meant(interaction: Interaction, followed: Subscription, typed: str) -> str | None:
    """The tag that ``typed`` names, among those followed; for a reader of all, among the blog's."""
    if not followed.tags:
        found = await tag_of(library_of(interaction), typed)
        return found.name if found else None
    meant = {tag_key(typed), typed}
    return next((tag for tag in followed.tags if {tag_key(tag), tag_ref(tag)} & meant), None)


async def unfollow_tag(interaction: Interaction, followed: Subscription, tag: str) -> None:
    """Unfollow one tag."""
    tr = translator_of(interaction)
    left = following.narrowed(followed, tag)
    if left is None:
        await following.unfollow_all(interaction)
    elif following.is_too_much(left):
        await answer(interaction, following.too_much(tr))
    else:
        await subscriptions_of(interaction).keep(left)
        await answer(interaction, Notice(following.followed_text(left, tr)))


@app_commands.command(name=locale_str("following"), description=locale_str("Show what you follow"))
async def following_(interaction: Interaction) -> None:
    """Answer with what the reader follows."""
    await answer(interaction, await announced_list.following_of(interaction))
