"""/announce: where a server hears of new posts."""

from __future__ import annotations

import discord
from discord import AppCommandOptionType, ChannelType, Interaction, app_commands

from bot.chat.commands.suggestions import Choices, quietly
from bot.chat.words import described, named


class ChannelOption(app_commands.Transformer):
    """A channel that posts may be announced in, by its id: over HTTP nothing more is known."""

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
    name=named("announce"),
    description=described("Announce new posts in this server"),
    default_permissions=discord.Permissions(manage_guild=True),
    allowed_contexts=app_commands.AppCommandContext(
        guild=True, dm_channel=False, private_channel=False
    ),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


def where(interaction: Interaction, channel: int | None) -> int:
    """The channel that is meant: that of the command, unless another was chosen."""
    return channel or interaction.channel_id or 0


@announce.command(name=named("here"), description=described("Announce new posts in a channel"))
@app_commands.rename(channel=named("channel"))
@app_commands.describe(channel=described("This channel, unless you choose another"))
async def here(interaction: Interaction, channel: ChannelId | None = None) -> None:
    """Begin, and answer with the settings."""
    from bot.chat import announcing

    await announcing.begin_in(interaction, where(interaction, channel))


@announce.command(name=named("list"), description=described("Show where new posts are announced"))
async def list_(interaction: Interaction) -> None:
    """Answer with the server's channels."""
    from bot.chat import announcing

    await announcing.list_all(interaction)


@announce.command(
    name=named("edit"), description=described("Change what is announced in a channel")
)
@app_commands.rename(channel=named("channel"))
@app_commands.describe(channel=described("This channel, unless you choose another"))
async def edit(interaction: Interaction, channel: ChannelId | None = None) -> None:
    """Answer with the settings."""
    from bot.chat import announcing

    await announcing.edit_in(interaction, where(interaction, channel))


@announce.command(name=named("remove"), description=described("Announce nothing in a channel"))
@app_commands.rename(channel=named("channel"))
@app_commands.describe(channel=described("This channel, unless you choose another"))
async def remove(interaction: Interaction, channel: ChannelId | None = None) -> None:
    """Ask whether the settings shall go."""
    from bot.chat import announcing

    await announcing.remove_from(interaction, where(interaction, channel))


@announce.command(
    name=named("pause"), description=described("Pause announcements, or let them go on")
)
@app_commands.rename(channel=named("channel"))
@app_commands.describe(channel=described("This channel, unless you choose another"))
async def pause(interaction: Interaction, channel: ChannelId | None = None) -> None:
    """Turn the pause on or off, and answer with the settings."""
    from bot.chat import announcing

    await announcing.pause_in(interaction, where(interaction, channel))


@quietly
async def suggest_any_posts(interaction: Interaction, current: str) -> Choices:
    """Drafts and posts of the future first, then what readers see."""
    from bot.chat import announcing

    return await announcing.any_posts(interaction, current)


@announce.command(
    name=named("test"), description=described("Show how a post would be announced, to you alone")
)
@app_commands.rename(slug=named("post"), channel=named("channel"))
@app_commands.describe(
    slug=described("Title, slug or link of the post; drafts too"),
    channel=described("This channel, unless you choose another"),
)
@app_commands.autocomplete(slug=suggest_any_posts)
async def preview(interaction: Interaction, slug: str, channel: ChannelId | None = None) -> None:
    """Answer with the announcement as it would be, and a word that nothing was sent."""
    from bot.chat import announcing

    await announcing.preview_in(interaction, slug, where(interaction, channel))
