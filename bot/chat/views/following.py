"""What a reader follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import discord
from discord import Interaction, ui

from bot.announce.subscription import Pause, Subscription
from bot.blog.tag import tag_key
from bot.chat import text
from bot.chat.actions import Action
from bot.chat.custom_ids import Follow, tag_of
from bot.chat.interaction import (
    answer,
    client_of,
    library_of,
    prepare,
    subscriptions_of,
    words_of,
)
from bot.chat.subscription_ids import UnfollowAll
from bot.chat.views.layout import Layout, heading, small
from bot.chat.views.notice import Notice
from bot.chat.words import Words, typed

# As many as a menu offers, which is how a channel's are chosen.
MOST_TAGS = 25
TAG = 30


class Following(Layout):
    """What a reader hears of, and how to change that."""

    concerns_all: ClassVar = False

    def __init__(self, followed: Subscription, advice: str, words: Words) -> None:
        super().__init__()
        since = words.say("Since {when}, by direct message.", when=f"<t:{followed.since}:D>")
        closed = f"⚠️ {closed_messages(words)}" if followed.pause else None
        stop: ui.Button[Any] = ui.Button(
            label=words.say("Unfollow everything"),
            style=discord.ButtonStyle.danger,
            custom_id=str(UnfollowAll()),
        )
        top = heading(words.say("What you follow"))
        self.show(f"{top}\n{followed_text(followed, words)}\n{since}")
        self.show(closed, ui.ActionRow(stop), small(advice))


def followed_text(followed: Subscription, words: Words) -> str:
    """Which posts a reader hears of, in one or two sentences."""
    if followed.tags:
        which = words.say(
            "You follow posts with one of these tags: {tags}", tags=chips(followed.tags)
        )
    else:
        which = words.say("You follow all posts.")
    if not followed.without:
        return which
    but = words.say("Never those with one of these tags: {tags}", tags=chips(followed.without))
    return f"{which}\n{but}"


def chips(tags: Sequence[str], most: int = MOST_TAGS) -> str:
    """Tags on one line, ``most`` of them at most."""
    return text.chips(tags[:most], TAG) + (" …" if len(tags) > most else "")


def closed_messages(words: Words) -> str:
    """That a reader takes no direct messages, and what to do about it."""
    return words.say(
        "I cannot write to you, so what you follow is paused. Allow direct messages in a server"
        " that we share, or add me to your apps, then use {command}.",
        command=typed("follow", words),
    )


def key_of(interaction: Interaction) -> str:
    """Names the subscription of whoever uses the bot."""
    return Subscription(place="reader", reader=interaction.user.id).key


def now_of(interaction: Interaction) -> int:
    """When it was used, in Unix seconds."""
    return int(interaction.created_at.timestamp())


async def follow(interaction: Interaction, ref: str) -> None:
    """Announce posts to the reader, of the tag that a ``tag_ref`` names if not empty."""
    words = words_of(interaction)
    tag = await tag_of(library_of(interaction), ref) if ref else None
    if ref and tag is None:
        await answer(interaction, Notice(words.say("No post carries this tag any more.")))
        return
    subscriptions = subscriptions_of(interaction)
    before = await subscriptions.get(key_of(interaction))
    fresh = Subscription(
        place="reader",
        reader=interaction.user.id,
        tags=(tag.name,) if tag else (),
        since=now_of(interaction),
    )
    after = replace(
        widened(before, tag.name if tag else None) if before else fresh,
        locale=str(interaction.locale),
    )
    if is_too_much(after):
        await answer(interaction, too_much(words))
        return
    await subscriptions.keep(after)
    said = followed_text(after, words)
    if before is None or before.pause is not None:
        said = await prepare(interaction, greet(interaction, after, words), hide=True)
    await answer(interaction, Notice(said))


def widened(followed: Subscription, tag: str | None) -> Subscription:
    """The same with posts of one more tag, or with all posts."""
    if tag is None:
        return replace(followed, tags=(), without=())
    without = tuple(each for each in followed.without if tag_key(each) != tag_key(tag))
    tags = followed.tags
    if tags and tag_key(tag) not in map(tag_key, tags):
        tags = (*tags, tag)
    return replace(followed, tags=tags, without=without)


def narrowed(followed: Subscription, tag: str) -> Subscription | None:
    """The same without posts of that tag; None where nothing is left."""
    if not followed.tags:
        without = (*(each for each in followed.without if tag_key(each) != tag_key(tag)), tag)
        return replace(followed, without=without)
    tags = tuple(each for each in followed.tags if tag_key(each) != tag_key(tag))
    return replace(followed, tags=tags) if tags else None


def is_too_much(followed: Subscription) -> bool:
    """Whether it names more tags than a reader may."""
    return max(len(followed.tags), len(followed.without)) > MOST_TAGS


def too_much(words: Words) -> Notice:
    """That it does."""
    return Notice(words.say("You cannot name more than {n} tags.", n=MOST_TAGS))


async def greet(interaction: Interaction, followed: Subscription, words: Words) -> str:
    """Write to the reader, which shows whether announcements can reach them; say so."""
    ending = words.say("{command} ends that.", command=typed("unfollow", words))
    said = followed_text(followed, words)
    coming = words.say("The next ones come to you here, one message for each.")
    view = Notice(f"🔔 {said}\n{coming} {ending}")
    view.stop()
    subscriptions = subscriptions_of(interaction)
    try:
        await interaction.user.send(view=view)
    except discord.Forbidden:
        closed = Pause(reason="closed", since=now_of(interaction), told=True)
        await subscriptions.pause(followed.key, closed)
        return f"{said}\n⚠️ {closed_messages(words)}"
    except discord.HTTPException:  # which says nothing of the reader
        pass
    await subscriptions.resume(followed.key)
    later = words.say("The next ones come by direct message, and none of those already there.")
    here = words.say("{command} ends that.", command=client_of(interaction).mention("unfollow"))
    return f"🔔 {said}\n{later} {here}"


async def unfollow_all(interaction: Interaction) -> None:
    """Forget whoever clicks or asks."""
    words = words_of(interaction)
    if await subscriptions_of(interaction).remove(key_of(interaction)):
        said = words.say("You follow nothing any more, and nothing is kept about you.")
    else:
        said = nothing_followed(interaction)
    await answer(interaction, Notice(said))


def nothing_followed(interaction: Interaction) -> str:
    """That a reader follows nothing, and how to begin."""
    return words_of(interaction).say(
        "You follow nothing. {command} sends you new posts by direct message.",
        command=client_of(interaction).mention("follow"),
    )


class FollowButton(Action[Follow], kind=Follow):
    """Announces posts to whoever clicks."""

    async def act(self, interaction: Interaction) -> None:
        """Add the tag, or all posts, to what they follow."""
        await follow(interaction, self.meaning.tag)


class UnfollowAllButton(Action[UnfollowAll], kind=UnfollowAll):
    """Forgets whoever clicks."""

    async def act(self, interaction: Interaction) -> None:
        """Announce nothing to them any more."""
        await unfollow_all(interaction)
