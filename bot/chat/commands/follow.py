"""/follow, /unfollow and /following: what a reader wants to hear of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import Interaction, app_commands

from bot.blog.tag import tag_key
from bot.chat import limits, text
from bot.chat.commands.suggestions import Choices, quietly, suggest_tags
from bot.chat.custom_ids import tag_of, tag_ref
from bot.chat.interaction import (
    answer,
    client_of,
    library_of,
    subscriptions_of,
    words_of,
)
from bot.chat.views.notice import Notice
from bot.chat.words import described, named

if TYPE_CHECKING:
    from bot.announce.subscription import Subscription

# Stands for all tags, whatever the language; the word is understood as well.
EVERYTHING = "~all"


@app_commands.command(
    name=named("follow"), description=described("Get new posts by direct message")
)
@app_commands.rename(tag=named("tag"))
@app_commands.describe(tag=described("Only posts with this tag, besides those you follow already"))
@app_commands.autocomplete(tag=suggest_tags)
async def follow_(interaction: Interaction, tag: str = "") -> None:
    """Add a tag, or all posts, to what the reader hears of."""
    from bot.chat.views.following import follow

    if not tag.strip():
        await follow(interaction, "")
        return
    library = library_of(interaction)
    found = await tag_of(library, tag)
    if found is None:
        from bot.chat.views.miss import TagMiss

        await answer(interaction, await TagMiss.of(tag, library, words_of(interaction)))
        return
    await follow(interaction, tag_ref(found.name))


@quietly
async def suggest_followed(interaction: Interaction, current: str) -> Choices:
    """What the reader may unfollow."""
    from bot.chat.views.following import key_of

    followed = await subscriptions_of(interaction).get(key_of(interaction))
    if followed is None:
        return []
    if not followed.tags:
        return await suggest_tags(interaction, current)
    everything = words_of(interaction).say("everything")
    named_tags = [(everything, EVERYTHING), *((tag, tag_ref(tag)) for tag in followed.tags)]
    return [
        app_commands.Choice(
            name=text.without_mentions(text.label(name, limits.CHOICE_TEXT // 2)), value=value
        )
        for name, value in named_tags
        if tag_key(current) in tag_key(name)
    ][: limits.CHOICES]


@app_commands.command(
    name=named("unfollow"), description=described("Get no more posts by direct message")
)
@app_commands.rename(tag=named("tag"))
@app_commands.describe(tag=described("Only this tag; everything without it, or with “all”"))
@app_commands.autocomplete(tag=suggest_followed)
async def unfollow(interaction: Interaction, tag: str = "") -> None:
    """Take a tag from what the reader hears of, or forget the reader."""
    from bot.chat.views.following import key_of, unfollow_all

    followed = await subscriptions_of(interaction).get(key_of(interaction))
    if followed is None or is_all(interaction, tag):
        await unfollow_all(interaction)
        return
    name = await tag_meant(interaction, followed, tag)
    if name is None:
        said = words_of(interaction).say(
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
        words_of(interaction).say("everything").casefold(),
    }


async def tag_meant(interaction: Interaction, followed: Subscription, typed: str) -> str | None:
    """The tag that is meant: one that is followed, or one of the blog's where all are."""
    if not followed.tags:
        found = await tag_of(library_of(interaction), typed)
        return found.name if found else None
    meant = {tag_key(typed), typed}
    return next((tag for tag in followed.tags if {tag_key(tag), tag_ref(tag)} & meant), None)


async def unfollow_tag(interaction: Interaction, followed: Subscription, tag: str) -> None:
    """Announce no posts of one tag any more."""
    from bot.chat.views.following import (
        followed_text,
        is_too_much,
        narrowed,
        too_much,
        unfollow_all,
    )

    words = words_of(interaction)
    left = narrowed(followed, tag)
    if left is None:
        await unfollow_all(interaction)
    elif is_too_much(left):
        await answer(interaction, too_much(words))
    else:
        await subscriptions_of(interaction).keep(left)
        await answer(interaction, Notice(followed_text(left, words)))


@app_commands.command(name=named("following"), description=described("Show what you follow"))
async def following(interaction: Interaction) -> None:
    """Answer with what the reader hears of."""
    from bot.chat.views.following import Following, key_of, nothing_followed

    client, words = client_of(interaction), words_of(interaction)
    followed = await subscriptions_of(interaction).get(key_of(interaction))
    if followed is None:
        await answer(interaction, Notice(nothing_followed(interaction)))
        return
    advice = words.say(
        "{follow} adds a tag, {unfollow} takes one away.",
        follow=client.mention("follow"),
        unfollow=client.mention("unfollow"),
    )
    await answer(interaction, Following(followed, advice, words))
