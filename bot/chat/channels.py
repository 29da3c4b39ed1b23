"""What an administrator may change and needs to know of a channel that posts are announced in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord import Interaction
from discord.app_commands import locale_str
from discord.utils import utcnow

from bot.announce.message import MessengerError, NoAccess
from bot.announce.subscription import Channel, Subscription
from bot.blog.errors import StateUnavailable
from bot.chat import text
from bot.chat.custom_ids import CustomId
from bot.chat.i18n import Translator
from bot.chat.interaction import context_of, is_own_answer, subscriptions_of
from bot.chat.views.following import MOST_TAGS, chips
from bot.chat.views.layout import small

# For this long the answer to a command proves that its reader was allowed to use it: Discord
# knows exceptions that only it can look up.
# https://docs.discord.com/developers/interactions/application-commands#permissions
TRUSTED_FOR = dt.timedelta(minutes=15)

# Of what Discord said, and of the names of permissions, so that all fits into a message.
DETAIL = 150
PERMISSIONS = 300

# What announcing found, as a pause keeps it (``bot.transport.rest``), as a sentence for readers.
REASONS = {
    "the channel is gone": locale_str("The channel is gone."),
    "the bot is not in the server": locale_str("I am not in this server."),
    "there is no such user any more": locale_str("The account is gone."),
    "the forum takes no post without a tag": locale_str(
        "This forum requires a tag on every post: give its tags the same names as the blog's."
    ),
    "the bot does not see the channel": locale_str(
        "I cannot see this channel. Give my role **View Channel** there, if it still exists."
    ),
    "this reader takes no direct messages from the bot": locale_str("Direct messages are closed."),
    "this kind of channel takes no messages": locale_str(
        "Posts cannot be announced in a channel of that kind."
    ),
    "the bot lacks a permission in the channel": locale_str(
        "I lack a permission in this channel. Give it to my role in its settings."
    ),
    "this kind of channel takes no announcements": locale_str(
        "Posts cannot be announced in a channel of that kind."
    ),
    "this reader shares no server with the bot any more": locale_str(
        "We share no server any more."
    ),
    "the channel is in no server": locale_str("The channel is in no server."),
    "the thread is archived": locale_str("The thread is archived. Open it again."),
    "the thread is locked": locale_str("The thread is locked. Unlock it."),
    "the message is gone": locale_str("The message is gone."),
}
WITHOUT_DETAIL = {
    "left": "the bot is not in the server",
    "closed": "this reader takes no direct messages from the bot",
    "gone": "there is no such user any more",
}
# Followed by the permission's name.
LACKS = "the bot lacks the permission "


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
        """Whether the bot has every permission that it needs there."""
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
    """The subscription of a channel in the interaction's server."""
    found = await subscriptions_of(interaction).get(key_of(channel))
    return found if found and found.guild == interaction.guild_id else None


def key_of(channel: int) -> str:
    """The key of a channel's subscription."""
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
    """The language to announce in: the server's, or that of whoever sets it up.

    Discord says English of every server that has chosen none.
    """
    servers = interaction.guild_locale
    if servers is None or servers is discord.Locale.american_english:
        return str(interaction.locale)
    return str(servers)


def summary(subscription: Subscription, tr: Translator) -> str:
    """What is announced, where and how."""
    return "\n".join(filter(None, (which(subscription, tr), *delivery_options(subscription, tr))))


def which(subscription: Subscription, tr: Translator, most: int = MOST_TAGS) -> str:
    """Which posts are announced where; ``most`` tags are named."""
    channel = f"<#{subscription.channel}>"
    if subscription.tags:
        only = tr.gettext(
            "New posts with one of these tags go to {channel}: {tags}",
            channel=channel,
            tags=chips(subscription.tags, most),
        )
    else:
        only = tr.gettext("All new posts go to {channel}.", channel=channel)
    if not subscription.without:
        return only
    never = tr.gettext(
        "Never those with one of these tags: {tags}", tags=chips(subscription.without, most)
    )
    return f"{only}\n{never}"


def delivery_options(subscription: Subscription, tr: Translator) -> list[str]:
    """How they are announced, a sentence each."""
    role = f"<@&{subscription.role}>"
    return [
        tr.gettext("{role} is mentioned, and nobody else.", role=role)
        if subscription.role
        else tr.gettext("Nobody is mentioned."),
        tr.gettext("Notifications make no sound.") if subscription.silent else "",
        tr.gettext("Servers that follow the channel get them too.") if subscription.publish else "",
        tr.gettext("Each post gets a thread.") if subscription.threads else "",
    ]


def trouble(subscription: Subscription, access: Access, tr: Translator) -> str:
    """Why nothing arrives, and what to do about it; empty where all is well."""
    obstacle = obstacle_in(access, tr)
    lines = [paused(subscription, tr), f"⚠️ {obstacle}" if obstacle else ""]
    if obstacle or subscription.pause:
        lines.append(resumes_alone(tr))
    lines += remarks(access.channel, tr) if access.channel else [unknown(access, tr)]
    return "\n".join(filter(None, lines))


def obstacle_in(access: Access, tr: Translator) -> str:
    """What keeps announcements from a channel now; empty where nothing does."""
    if access.channel:
        return missing_permissions(access.channel, tr)
    if access.is_closed:
        return tr.gettext(
            "I cannot see this channel. Give my role **View Channel** there, if it still exists."
        )
    return ""


def unknown(access: Access, tr: Translator) -> str:
    """The notice that Discord does not answer; empty if it does."""
    if access.channel or access.is_closed:
        return ""
    return tr.gettext("Discord does not tell me what I may do there. Please try again in a moment.")


def resumes_alone(tr: Translator) -> str:
    """The notice that posts wait until announcing is possible again."""
    return tr.gettext("New posts wait, and are sent as soon as that is possible.")


def paused(subscription: Subscription, tr: Translator) -> str:
    """Since when and why a channel is paused; empty if it is not."""
    if subscription.pause is None:
        return ""
    when = f"<t:{subscription.pause.since}:R>"
    if subscription.pause.reason == "admin":
        return "⏸️ " + tr.gettext("Paused {when} by a member of this server.", when=when)
    detail = subscription.pause.detail or WITHOUT_DETAIL.get(subscription.pause.reason, "")
    why, said = reason_of(detail, tr)
    if why:
        paused_since = tr.gettext("Paused {when}.", when=when) + " " + why
    else:
        paused_since = tr.gettext("Paused {when}, since I have no access.", when=when)
    said = small(text.markdown(said, DETAIL))
    return "\n".join(filter(None, (f"⚠️ {paused_since}", said)))


def reason_of(detail: str, tr: Translator) -> tuple[str, str]:
    """Why a channel is paused: a sentence, or nothing where that is not known; what Discord said.

    Args:
        detail: of the pause, one of ``REASONS`` before what Discord said in parentheses.
        tr: into the reader's language.
    """
    missing = detail.removeprefix(LACKS)
    if missing != detail:
        return missing_permissions_named(missing, tr), ""
    known = next((each for each in REASONS if detail.startswith(each)), None)
    if known is None:
        return "", detail
    said = detail.removeprefix(known).strip().removeprefix("(").removesuffix(")")
    return tr.gettext(REASONS[known].message), said


def missing_permissions(channel: Channel, tr: Translator) -> str:
    """Which permissions the bot lacks in a channel; empty where it has all."""
    if channel.timed_out:
        return tr.gettext(
            "I am timed out in this server, so I may not write. A moderator can end that."
        )
    if not channel.missing:
        return ""
    return missing_permissions_named(", ".join(channel.missing), tr)


def missing_permissions_named(missing: str, tr: Translator) -> str:
    """Which permissions the bot lacks, as Discord's settings name them."""
    names = text.markdown(missing, PERMISSIONS)
    return tr.gettext(
        "I lack permissions in this channel: {names}. Give them to my role in its settings.",
        names=f"**{names}**",
    )


def remarks(channel: Channel, tr: Translator) -> list[str]:
    """What an administrator may want to change although announcements arrive."""
    found = []
    if channel.role_gone:
        found.append(tr.gettext("The role that was mentioned is gone. Choose another, or none."))
    if channel.needs_tag:
        found.append(
            tr.gettext(
                "This forum requires a tag on every post: give its tags the same names as"
                " the blog's."
            )
        )
    return [f"ℹ️ {each}" for each in found]  # noqa: RUF001 - it is the sign for information
