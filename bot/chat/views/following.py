"""What a reader follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import discord
from discord import Interaction

from bot.announce.subscription import Pause, Subscription
from bot.blog.post import tag_key
from bot.chat import text
from bot.chat.custom_ids import Follow, UnfollowAll, tag_of
from bot.chat.i18n import Translator, command
from bot.chat.interaction import (
    answer,
    context_of,
    direct_messages,
    library_of,
    now_of,
    prepare,
    subscriptions_of,
    translator_of,
)
from bot.chat.views.layout import Notice

# As many as a menu offers, which is how a channel's are chosen.
MOST_TAGS = 25
TAG = 30


def followed_text(followed: Subscription, tr: Translator) -> str:
    """Which posts a reader follows, in one or two sentences."""
    if followed.tags:
        which = tr.gettext(
            "You follow posts with one of these tags: {tags}", tags=chips(followed.tags)
        )
    else:
        which = tr.gettext("You follow all posts.")
    if not followed.without:
        return which
    but = tr.gettext("Never those with one of these tags: {tags}", tags=chips(followed.without))
    return f"{which}\n{but}"


def chips(tags: Sequence[str], most: int = MOST_TAGS) -> str:
    """Tags on one line, ``most`` of them at most."""
    return text.chips(tags[:most], TAG) + (" …" if len(tags) > most else "")


def closed_messages(tr: Translator) -> str:
    """The notice that a reader takes no direct messages, and what to do about it."""
    return tr.gettext(
        "I cannot write to you, so what you follow is paused. Allow direct messages in a server"
        " that we share, or add me to your apps, then use {command}.",
        command=command("follow", tr),
    )


def key_of(interaction: Interaction) -> str:
    """The key of the reader's subscription."""
    return Subscription(place="reader", reader=interaction.user.id).key


async def follow(interaction: Interaction, ref: str) -> None:
    """Subscribe the reader to all posts, or to those of the tag that a ``tag_ref`` names."""
    tr = translator_of(interaction)
    tag = await tag_of(library_of(interaction), ref) if ref else None
    if ref and tag is None:
        await answer(interaction, Notice(tr.gettext("No post has this tag any more.")))
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
        await answer(interaction, too_much(tr))
        return
    await subscriptions.keep(after)
    said = followed_text(after, tr)
    if before is None or before.pause is not None:
        said = await prepare(interaction, greet(interaction, after, tr), hide=True)
    await answer(interaction, Notice(said))


def widened(followed: Subscription, tag: str | None) -> Subscription:
    """The subscription with one more tag, or with all posts."""
    if tag is None:
        return replace(followed, tags=(), without=())
    without = tuple(each for each in followed.without if tag_key(each) != tag_key(tag))
    tags = followed.tags
    if tags and tag_key(tag) not in map(tag_key, tags):
        tags = (*tags, tag)
    return replace(followed, tags=tags, without=without)


def narrowed(followed: Subscription, tag: str) -> Subscription | None:
    """The subscription without a tag; None if nothing is left."""
    if not followed.tags:
        without = (*(each for each in followed.without if tag_key(each) != tag_key(tag)), tag)
        return replace(followed, without=without)
    tags = tuple(each for each in followed.tags if tag_key(each) != tag_key(tag))
    return replace(followed, tags=tags) if tags else None


def is_too_much(followed: Subscription) -> bool:
    """Whether the subscription names more tags than a reader may follow."""
    return max(len(followed.tags), len(followed.without)) > MOST_TAGS


def too_much(tr: Translator) -> Notice:
    """The notice that a reader names too many tags."""
    return Notice(tr.gettext("You cannot name more than {n} tags.", n=MOST_TAGS))


async def greet(interaction: Interaction, followed: Subscription, tr: Translator) -> str:
    """Send the reader a direct message, and answer with whether announcements arrive."""
    ending = tr.gettext("{command} ends that.", command=command("unfollow", tr))
    said = followed_text(followed, tr)
    coming = tr.gettext("New posts come to you here, one message for each.")
    view = Notice(f"🔔 {said}\n{coming} {ending}")
    view.stop()
    subscriptions = subscriptions_of(interaction)
    try:
        await (await direct_messages(interaction)).send(view=view)
    except discord.Forbidden:
        closed = Pause(reason="closed", since=now_of(interaction), told=True)
        await subscriptions.pause(followed.key, closed)
        return f"{said}\n⚠️ {closed_messages(tr)}"
    except discord.HTTPException:  # which says nothing of the reader
        pass
    await subscriptions.resume(followed.key)
    later = tr.gettext(
        "New posts come by direct message; those that are there already are not sent."
    )
    here = tr.gettext("{command} ends that.", command=context_of(interaction).mention("unfollow"))
    return f"🔔 {said}\n{later} {here}"


async def unfollow_all(interaction: Interaction) -> None:
    """Delete the reader's subscription."""
    tr = translator_of(interaction)
    if await subscriptions_of(interaction).remove(key_of(interaction)):
        said = tr.gettext("You follow nothing any more, and nothing is kept about you.")
    else:
        said = nothing_followed(interaction)
    await answer(interaction, Notice(said))


def nothing_followed(interaction: Interaction) -> str:
    """The notice that a reader follows nothing, and how to begin."""
    return translator_of(interaction).gettext(
        "You follow nothing. {command} sends you new posts by direct message.",
        command=context_of(interaction).mention("follow"),
    )


async def follow_clicked(interaction: Interaction, this: Follow) -> None:
    """Follow what the button names."""
    await follow(interaction, this.tag)


async def unfollow_clicked(interaction: Interaction, _: UnfollowAll) -> None:
    """Unfollow everything."""
    await unfollow_all(interaction)


async def warn_unreachable(interaction: Interaction) -> None:
    """Tell a reader privately, once, after an answer, that they take no direct messages."""
    subscriptions, key = subscriptions_of(interaction), key_of(interaction)
    followed = await subscriptions.get(key)
    if followed is None or followed.pause is None or followed.pause.told:
        return
    view = Notice(f"⚠️ {closed_messages(translator_of(interaction))}")
    view.stop()
    await interaction.followup.send(view=view, ephemeral=True)
    await subscriptions.pause(key, replace(followed.pause, told=True))
