"""What the commands of /announce do, imported when an administrator uses one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from discord import Interaction, app_commands

from bot.announce.delivery import Story
from bot.announce.subscription import Subscription
from bot.blog.post import Post
from bot.chat import limits
from bot.chat.announcements import Cards
from bot.chat.channels import access_to, announced_in, locale_of
from bot.chat.commands.suggestions import Choices, choice_name, post_choice
from bot.chat.effects import unknown
from bot.chat.interaction import (
    answer,
    library_of,
    prepare,
    subscriptions_of,
    words_of,
)
from bot.chat.subscription_ids import PREVIEW
from bot.chat.views.announced_list import announced_list_of
from bot.chat.views.channel_settings import (
    StopQuestion,
    not_announced,
    pausing,
    settings_of,
)
from bot.chat.views.following import now_of
from bot.chat.views.layout import Layout, Ready
from bot.chat.views.miss import PostMiss
from bot.chat.views.notice import Notice
from bot.chat.words import Words

# Drafts and posts of the future among the suggestions while nothing is typed.
UNPUBLISHED_FIRST = 10


async def begin_in(interaction: Interaction, channel: int) -> None:
    """Begin, and answer with the settings."""
    view = await prepare(interaction, begin(interaction, channel), hide=True)
    await answer(interaction, view, hide=True)


async def begin(interaction: Interaction, channel: int) -> Layout:
    """Announce in a channel from now on; its settings, or why that cannot be."""
    words = words_of(interaction)
    wish = await announced_in(interaction, channel)
    if wish is not None:
        return await settings_of(interaction, wish)
    wish = Subscription(
        place="text",
        guild=interaction.guild_id,
        channel=channel,
        locale=locale_of(interaction),
        since=now_of(interaction),
    )
    access = await access_to(interaction, channel, wish)
    seen = access.channel
    if seen is None or "View Channel" in seen.missing:
        return Notice(unknown(access, words) or unseen(words))
    if seen.place is None or seen.guild != interaction.guild_id:
        return Notice(words.say("Posts cannot be announced in a channel of that kind."))
    wish = replace(wish, place=seen.place)
    await subscriptions_of(interaction).keep(wish)
    return await settings_of(interaction, wish, access)


def unseen(words: Words) -> str:
    """That a channel cannot be looked at, and what to do about it."""
    return words.say(
        "I do not see this channel. Give my role **View Channel** there, and try again."
    )


async def list_all(interaction: Interaction) -> None:
    """Answer with the server's channels."""
    await answer(interaction, await announced_list_of(interaction, 1))


async def edit_in(interaction: Interaction, channel: int) -> None:
    """Answer with the settings."""
    wish = await announced_in(interaction, channel)
    if wish is None:
        await answer(interaction, not_announced(channel, words_of(interaction)))
        return
    view = await prepare(interaction, settings_of(interaction, wish), hide=True)
    await answer(interaction, view)


async def remove_from(interaction: Interaction, channel: int) -> None:
    """Ask whether the settings shall go."""
    words = words_of(interaction)
    wish = await announced_in(interaction, channel)
    question = StopQuestion(channel, words) if wish else not_announced(channel, words)
    await answer(interaction, question)


async def pause_in(interaction: Interaction, channel: int) -> None:
    """Turn the pause on or off, and answer with the settings."""
    wish = await announced_in(interaction, channel)
    if wish is None:
        await answer(interaction, not_announced(channel, words_of(interaction)))
        return
    is_paused = wish.pause is not None and wish.pause.reason == "admin"
    wish = await pausing(interaction, on=not is_paused)(wish)
    view = await prepare(interaction, settings_of(interaction, wish), hide=True)
    await answer(interaction, view)


async def any_posts(interaction: Interaction, current: str) -> Choices:
    """Drafts and posts of the future first, then what readers see."""
    library, words = library_of(interaction), words_of(interaction)
    hidden = [post for post in await library.unpublished() if is_like(post, current)]
    if not current.strip():
        hidden = hidden[:UNPUBLISHED_FIRST]
    seen = await library.suggest(current, limits.CHOICES)
    titles = Counter(post.title for post in seen)
    choices = [
        *(unpublished_choice(post, words) for post in hidden),
        *(post_choice(post, is_only=titles[post.title] == 1) for post in seen),
    ]
    return list({choice.name: choice for choice in choices}.values())[: limits.CHOICES]


def is_like(post: Post, typed: str) -> bool:
    """Whether its title or slug holds what was typed."""
    return any(typed.strip().casefold() in name.casefold() for name in (post.title, post.slug))


def unpublished_choice(post: Post, words: Words) -> app_commands.Choice[str]:
    """A post that readers do not see, by its key: a slug may be that of another."""
    behind = words.say("not published")
    name = choice_name(post.title, f" ({behind})", post.slug)
    return app_commands.Choice(name=name, value=post.key)


async def preview_in(interaction: Interaction, slug: str, channel: int) -> None:
    """Answer with the announcement as it would be, and a word that nothing was sent."""
    library, words = library_of(interaction), words_of(interaction)
    found = await library.find_any(slug)
    if found is None:
        await answer(interaction, await PostMiss.of(slug, library, words))
        return
    wish = await announced_in(interaction, channel) or Subscription(
        place="text", channel=channel, locale=locale_of(interaction)
    )
    letter = Cards().compose(PREVIEW, [Story(title=found.title, post=found)], wish)
    await answer(interaction, Ready(letter.components), hide=True)
    note = Notice(fate(found, wish, words))
    note.stop()
    await interaction.followup.send(view=note, ephemeral=True)


def fate(post: Post, wish: Subscription, words: Words) -> str:
    """That a preview is one, and whether such a post would be announced."""
    channel = f"<#{wish.channel}>"
    only_you = words.say("Only you see this; nothing was sent.")
    if wish.guild is None:
        nothing = words.say("Nothing is announced in {channel}.", channel=channel)
        return f"{only_you} {nothing}"
    if not wish.wants(post.tags):
        no = words.say("By its tags, this post would not go to {channel}.", channel=channel)
        return f"{only_you} {no}"
    return only_you
