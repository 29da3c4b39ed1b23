"""/announce: the channels in which a server announces new posts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import discord
from discord import AppCommandOptionType, ChannelType, Interaction, app_commands
from discord.app_commands import locale_str

from bot.announce.message import Story
from bot.announce.subscription import Subscription
from bot.blog.post import Post
from bot.chat import channels, limits
from bot.chat.custom_ids import NewPost
from bot.chat.i18n import Translator
from bot.chat.interaction import (
    answer,
    library_of,
    now_of,
    prepare,
    sees_unpublished,
    subscriptions_of,
    translator_of,
)
from bot.chat.suggestions import Choices, choice_name, post_choice, post_meant, quietly
from bot.chat.views import (
    announced_list,
    announcement,
    channel_settings,
    not_found,
)
from bot.chat.views.layout import Layout, Notice, Ready

# Drafts and posts of the future among the suggestions while nothing is typed.
UNPUBLISHED_FIRST = 10


class ChannelOption(app_commands.Transformer):
    """A channel that posts may be announced in, as its id: over HTTP nothing more is known."""

    @property
    def type(self) -> AppCommandOptionType:
        """What Discord offers."""
        return AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[ChannelType]:
        """Of which kinds."""
        return [
            ChannelType.text,
            ChannelType.news,
            ChannelType.forum,
            ChannelType.media,
            ChannelType.news_thread,
            ChannelType.public_thread,
            ChannelType.private_thread,
        ]

    async def transform(
        self,
        _interaction: Interaction,
        value: app_commands.AppCommandChannel | app_commands.AppCommandThread,
        /,
    ) -> int:
        """The channel's id."""
        return value.id


ChannelId = app_commands.Transform[int, ChannelOption]

announce = app_commands.Group(
    name=locale_str("announce"),
    description=locale_str("Announce new posts in this server"),
    default_permissions=discord.Permissions(manage_guild=True),
    allowed_contexts=app_commands.AppCommandContext(
        guild=True, dm_channel=False, private_channel=False
    ),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


def where(interaction: Interaction, channel: int | None) -> int:
    """The chosen channel, or else the command's."""
    return channel or interaction.channel_id or 0


@announce.command(
    name=locale_str("here"), description=locale_str("Announce new posts in a channel")
)
@app_commands.rename(channel=locale_str("channel"))
@app_commands.describe(channel=locale_str("This channel, unless you choose another"))
async def here(interaction: Interaction, channel: ChannelId | None = None) -> None:
    """Start announcing, and answer with the settings."""
    view = await prepare(interaction, begin(interaction, where(interaction, channel)), hide=True)
    await answer(interaction, view, hide=True)


async def begin(interaction: Interaction, channel: int) -> Layout:
    """Start announcing in a channel; its settings, or why that is not possible."""
    tr = translator_of(interaction)
    subscription = await channels.announced_in(interaction, channel)
    if subscription is not None:
        return await channel_settings.settings_of(interaction, subscription)
    subscription = Subscription(
        place="text",
        guild=interaction.guild_id,
        channel=channel,
        locale=channels.locale_of(interaction),
        since=now_of(interaction),
    )
    access = await channels.access_to(interaction, channel, subscription)
    seen = access.channel
    if seen is None or "View Channel" in seen.missing:
        return Notice(channels.unknown(access, tr) or unseen(tr))
    if seen.place is None or seen.guild != interaction.guild_id:
        return Notice(tr.gettext("Posts cannot be announced in a channel of that kind."))
    subscription = replace(subscription, place=seen.place)
    await subscriptions_of(interaction).keep(subscription)
    return await channel_settings.settings_of(interaction, subscription, access)


def unseen(tr: Translator) -> str:
    """The notice that the bot cannot see a channel, and what to do about it."""
    return tr.gettext(
        "I cannot see this channel. Give my role **View Channel** there, and try again."
    )


@announce.command(
    name=locale_str("list"), description=locale_str("Show where new posts are announced")
)
async def list_(interaction: Interaction) -> None:
    """Answer with the server's channels."""
    await answer(interaction, await announced_list.announced_list_of(interaction, 1))


@announce.command(
    name=locale_str("edit"), description=locale_str("Change what is announced in a channel")
)
@app_commands.rename(channel=locale_str("channel"))
@app_commands.describe(channel=locale_str("This channel, unless you choose another"))
async def edit(interaction: Interaction, channel: ChannelId | None = None) -> None:
    """Answer with the settings."""
    subscription = await channels.announced_in(interaction, where(interaction, channel))
    if subscription is None:
        await answer(interaction, nothing_announced(interaction, channel))
        return
    making = channel_settings.settings_of(interaction, subscription)
    await answer(interaction, await prepare(interaction, making, hide=True))


@announce.command(name=locale_str("remove"), description=locale_str("Stop announcing in a channel"))
@app_commands.rename(channel=locale_str("channel"))
@app_commands.describe(channel=locale_str("This channel, unless you choose another"))
async def remove(interaction: Interaction, channel: ChannelId | None = None) -> None:
    """Ask whether to stop announcing."""
    subscription = await channels.announced_in(interaction, where(interaction, channel))
    if subscription is None:
        await answer(interaction, nothing_announced(interaction, channel))
        return
    question = channel_settings.StopQuestion(
        where(interaction, channel), translator_of(interaction)
    )
    await answer(interaction, question)


@announce.command(
    name=locale_str("pause"), description=locale_str("Pause announcements, or resume them")
)
@app_commands.rename(channel=locale_str("channel"))
@app_commands.describe(channel=locale_str("This channel, unless you choose another"))
async def pause(interaction: Interaction, channel: ChannelId | None = None) -> None:
    """Turn the pause on or off, and answer with the settings."""
    subscription = await channels.announced_in(interaction, where(interaction, channel))
    if subscription is None:
        await answer(interaction, nothing_announced(interaction, channel))
        return
    is_paused = subscription.pause is not None and subscription.pause.reason == "admin"
    subscription = await channel_settings.pausing(interaction, on=not is_paused)(subscription)
    making = channel_settings.settings_of(interaction, subscription)
    await answer(interaction, await prepare(interaction, making, hide=True))


def nothing_announced(interaction: Interaction, channel: int | None) -> Notice:
    """The notice that nothing is announced in the channel."""
    return channel_settings.not_announced(where(interaction, channel), translator_of(interaction))


@quietly
async def suggest_any_posts(interaction: Interaction, current: str) -> Choices:
    """Suggest posts, after drafts and posts of the future for those who may see them."""
    library, tr = library_of(interaction), translator_of(interaction)
    unpublished = await library.unpublished() if await sees_unpublished(interaction) else ()
    hidden = [post for post in unpublished if is_like(post, current)]
    if not current.strip():
        hidden = hidden[:UNPUBLISHED_FIRST]
    seen = await library.suggest(current, limits.CHOICES)
    titles = Counter(post.title for post in seen)
    choices = [
        *(unpublished_choice(post, tr) for post in hidden),
        *(post_choice(post, is_only=titles[post.title] == 1) for post in seen),
    ]
    return list({choice.name: choice for choice in choices}.values())[: limits.CHOICES]


def is_like(post: Post, typed: str) -> bool:
    """Whether its title or slug holds what was typed."""
    return any(typed.strip().casefold() in name.casefold() for name in (post.title, post.slug))


def unpublished_choice(post: Post, tr: Translator) -> app_commands.Choice[str]:
    """A choice for an unpublished post, by its key: its slug may belong to another."""
    behind = tr.gettext("not published")
    name = choice_name(post.title, f" ({behind})", post.slug)
    return app_commands.Choice(name=name, value=post.key)


@announce.command(
    name=locale_str("test"),
    description=locale_str("Preview how a post would be announced, only for you"),
)
@app_commands.rename(typed=locale_str("post"), channel=locale_str("channel"))
@app_commands.describe(
    typed=locale_str("Title, short name or link of the post"),
    channel=locale_str("This channel, unless you choose another"),
)
@app_commands.autocomplete(typed=suggest_any_posts)
async def preview(interaction: Interaction, typed: str, channel: ChannelId | None = None) -> None:
    """Answer with the announcement as it would be, and that nothing was sent."""
    library, tr = library_of(interaction), translator_of(interaction)
    may_see_all = await sees_unpublished(interaction)
    post = await (library.find_any(typed) if may_see_all else post_meant(library, typed))
    if post is None:
        await answer(interaction, await not_found.PostNotFound.of(typed, library, tr))
        return
    to = where(interaction, channel)
    subscription = await channels.announced_in(interaction, to) or Subscription(
        place="text", channel=to, locale=channels.locale_of(interaction)
    )
    story = Story(title=post.title, post=post)
    message = announcement.Announcements().compose(NewPost.PREVIEW, [story], subscription)
    await answer(interaction, Ready(message.components), hide=True)
    note = Notice(preview_note(post, subscription, tr))
    note.stop()
    await interaction.followup.send(view=note, ephemeral=True)


def preview_note(post: Post, subscription: Subscription, tr: Translator) -> str:
    """The note that nothing was sent, and whether such a post would be announced."""
    channel = f"<#{subscription.channel}>"
    only_you = tr.gettext("Only you see this; nothing was sent.")
    if subscription.guild is None:
        nothing = tr.gettext("Nothing is announced in {channel}.", channel=channel)
        return f"{only_you} {nothing}"
    if not subscription.wants(post.tags):
        no = tr.gettext(
            "Because of its tags, this post would not be announced in {channel}.", channel=channel
        )
        return f"{only_you} {no}"
    return only_you
