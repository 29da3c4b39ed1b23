"""What an administrator needs to know of the channel that posts are announced in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord import Interaction
from discord.utils import utcnow

from bot.announce.channel import Channel
from bot.announce.message import MessengerError, NoAccess
from bot.announce.subscription import Subscription
from bot.blog.errors import StateUnavailable
from bot.chat.custom_ids import CustomId
from bot.chat.interaction import context_of, is_own_answer, subscriptions_of

# For so long the answer to a command shows that its reader was allowed to use it: Discord
# knows exceptions that only it can look up.
# https://docs.discord.com/developers/interactions/application-commands#permissions
TRUSTED_FOR = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Access:
    """What the bot finds when it looks at a channel.

    Attributes:
        channel: the channel; None where it cannot be seen now.
        is_closed: whether that is since the bot has no access, or the channel is gone.
    """

    channel: Channel | None
    is_closed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether all that is wanted can be done there."""
        seen = self.channel
        return seen is not None and not seen.missing and not seen.timed_out


async def access_to(
    interaction: Interaction, channel: int, subscription: Subscription | None
) -> Access:
    """Look at a channel, and what the bot lacks there for what ``subscription`` asks.

    Raises:
        StateUnavailable: nothing can be announced at all.
    """
    channels = context_of(interaction).channels
    if channels is None:
        raise StateUnavailable("Nothing can be announced here")
    try:
        given = permissions_in(interaction, channel)
        return Access(await channels.look(channel, subscription, given=given))
    except NoAccess:
        return Access(None, is_closed=True)
    except MessengerError:  # Discord does not answer
        return Access(None)


def permissions_in(interaction: Interaction, channel: int) -> int | None:
    """The bot's permissions in a channel that an option names, where Discord tells them."""
    data: Mapping[str, Any] = interaction.data or {}
    resolved = data.get("resolved", {}).get("channels", {}).get(str(channel), {})
    told = str(resolved.get("app_permissions", ""))
    return int(told) if told.isascii() and told.isdecimal() else None


async def announced_in(interaction: Interaction, channel: int) -> Subscription | None:
    """What is announced in a channel of the server that the interaction comes from."""
    found = await subscriptions_of(interaction).get(key_of(channel))
    return found if found and found.guild == interaction.guild_id else None


def key_of(channel: int) -> str:
    """Names the subscription of a channel."""
    return Subscription(place="text", channel=channel).key


def may_manage(interaction: Interaction, clicked: CustomId) -> bool:
    """Whether whoever clicks may change what is announced in the server.

    Args:
        interaction: the click.
        clicked: the button or menu that was used, or that opened the form which was sent. A
            member without the permission may use it in a young answer to a command of theirs
            that holds it: Discord let them use that command.
    """
    if interaction.permissions.manage_guild or interaction.permissions.administrator:
        return True
    message = interaction.message
    return (
        message is not None
        and is_own_answer(interaction)
        and utcnow() - message.created_at < TRUSTED_FOR
        and str(clicked) in custom_ids_in(message.components)
    )


def custom_ids_in(components: Iterable[Any]) -> Iterator[str]:
    """The custom ids of discord.py's components, and of those that they hold."""
    for component in components:
        if custom_id := getattr(component, "custom_id", None):
            yield custom_id
        for inner in ("children", "components"):
            yield from custom_ids_in(getattr(component, inner, ()))
        if accessory := getattr(component, "accessory", None):
            yield from custom_ids_in([accessory])


def locale_of(interaction: Interaction) -> str:
    """The language to announce in: the server's own, or that of whoever sets it up.

    Discord says English of every server that has chosen none.
    """
    servers = interaction.guild_locale
    if servers is None or servers is discord.Locale.american_english:
        return str(interaction.locale)
    return str(servers)
