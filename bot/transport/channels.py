"""Looking at a channel before announcements go there, and what the bot may do in it.

Over HTTP there is no cache of servers that would know.
https://docs.discord.com/developers/topics/permissions#permission-overwrites
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import ChannelType, Permissions
from discord.http import Route

from bot.announce.message import NoAccess
from bot.announce.subscription import Channel, Place, Subscription
from bot.transport.rate_limiter import RateLimiter
from bot.transport.rest import Rest

Payload = Mapping[str, Any]

ROLE, MEMBER = 0, 1
# The only permissions that a member in a timeout has, even a moderator.
IN_TIMEOUT = Permissions(view_channel=True, read_message_history=True)
# What needs the right to write, wherever that is.
WRITING = Permissions(
    mention_everyone=True, embed_links=True, attach_files=True, send_tts_messages=True
)
# As Discord's settings call them in English, where that is not discord.py's name.
SETTINGS_NAMES = {
    "read_messages": "View Channel",
    "send_messages_in_threads": "Send Messages in Threads",
    "mention_everyone": "Mention @everyone, @here, and All Roles",
}
IN_FORUMS = {"send_messages": "Create Posts"}
READ_HISTORY = "Read Message History"


def allowed(
    channel: Payload, guild: Payload, member: Payload | None = None, *, thread: bool = False
) -> Permissions:
    """What a member may do in a channel; without one, what @everyone may.

    Args:
        channel: with ``permission_overwrites``; a thread's parent.
        guild: with ``roles`` and ``owner_id``.
        member: with ``roles`` and ``user``.
        thread: whether it is about the threads in that channel.
    """
    granted = _granted(channel, guild, member)
    if granted.administrator:
        return granted
    if not (granted.send_messages_in_threads if thread else granted.send_messages):
        granted &= ~WRITING
    return granted if granted.view_channel else Permissions.none()


def _granted(channel: Payload, guild: Payload, member: Payload | None) -> Permissions:
    everyone = guild["id"]
    roles = {everyone, *(member["roles"] if member else ())}
    user = member["user"]["id"] if member else None
    base = Permissions.none()
    for role in guild["roles"]:
        if role["id"] in roles:
            base |= Permissions(int(role["permissions"]))
    if user == guild["owner_id"] or base.administrator:
        return Permissions.all()
    overwrites: Sequence[Payload] = channel.get("permission_overwrites") or ()
    for group in (
        [o for o in overwrites if o["id"] == everyone],
        [o for o in overwrites if o["type"] == ROLE and o["id"] in roles - {everyone}],
        [o for o in overwrites if o["type"] == MEMBER and o["id"] == user],
    ):
        for overwrite in group:
            base &= ~Permissions(int(overwrite["deny"]))
        for overwrite in group:
            base |= Permissions(int(overwrite["allow"]))
    return base & IN_TIMEOUT if member and is_timed_out(member) else base


def is_timed_out(member: Payload) -> bool:
    """Whether moderators have silenced a member for now."""
    until = member.get("communication_disabled_until")
    return bool(until) and dt.datetime.fromisoformat(str(until)) > dt.datetime.now(dt.UTC)


def names(permissions: Permissions, *, forum: bool = False) -> tuple[str, ...]:
    """Permissions as Discord's settings call them in English."""
    known = SETTINGS_NAMES | (IN_FORUMS if forum else {})
    return tuple(
        known.get(name, name.replace("_", " ").title()) for name, given in permissions if given
    )


PLACES: dict[int, Place] = {
    ChannelType.text.value: "text",
    ChannelType.news.value: "news",
    ChannelType.forum.value: "forum",
    ChannelType.media.value: "forum",  # a forum that shows pictures first
    ChannelType.news_thread.value: "thread",
    ChannelType.public_thread.value: "thread",
    ChannelType.private_thread.value: "thread",
}
# https://docs.discord.com/developers/resources/channel#channel-object-channel-flags
REQUIRES_TAG = 1 << 4


class DiscordChannels:
    """Asks Discord about channels: implements ``Channels``.

    Args:
        client: the bot; nothing of its cache is used.
        rate_limiter: shared by everything that uses the same token.
    """

    def __init__(self, client: discord.Client, *, rate_limiter: RateLimiter | None = None) -> None:
        self._rest = Rest(client, rate_limiter or RateLimiter())

    async def look(
        self, channel: int, wish: Subscription | None = None, *, given: int | None = None
    ) -> Channel:
        """A channel, and what the bot lacks there to announce as ``wish`` says."""
        its = await self._channel(channel)
        if not its.get("guild_id"):
            raise NoAccess("the channel is in no server")
        place = PLACES.get(its["type"])
        holder = its
        if place == "thread":
            holder = await self._channel(int(its["parent_id"]))
        server = int(its["guild_id"])
        guild = await self._rest.ask(Route("GET", "/guilds/{guild_id}", guild_id=server), _guild)
        path = "/guilds/{guild_id}/members/{user_id}"
        route = Route("GET", path, guild_id=server, user_id=self._rest.me)
        member = await self._rest.ask(route, _member)
        has = allowed(holder, guild, member, thread=place == "thread")
        if given is not None:
            has = Permissions(given)
        return Channel(
            id=int(its["id"]),
            name=its["name"],
            place=place,
            guild=int(guild["id"]),
            missing=names(needed(place, guild, wish) & ~has, forum=place == "forum"),
            tags=tuple(tag["name"] for tag in its.get("available_tags", ())),
            needs_tag=bool(its.get("flags", 0) & REQUIRES_TAG),
            timed_out=is_timed_out(member),
            role_gone=wish is not None and wish.role not in {None, *mentionable(guild)},
        )

    async def _channel(self, channel: int) -> Payload:
        route = Route("GET", "/channels/{channel_id}", channel_id=channel)
        return await self._rest.ask(route, _channel)


def _with(payload: Payload, *keys: str) -> Payload:
    """The payload, which has these keys.

    Raises:
        KeyError, TypeError: it has not.
    """
    for key in keys:
        payload[key]
    return payload


def _channel(payload: Payload) -> Payload:
    return _with(payload, "id", "type")


def _guild(payload: Payload) -> Payload:
    return _with(payload, "id", "roles", "owner_id")


def _member(payload: Payload) -> Payload:
    return _with(payload, "roles", "user")


def needed(place: Place | None, guild: Payload, wish: Subscription | None) -> Permissions:
    """What the bot must be allowed in a kind of channel to do all that is wished for.

    Publishing one's own message needs nothing more:
    https://docs.discord.com/developers/resources/message#crosspost-message
    """
    # It looks for what it sent before it sends again.
    wanted = Permissions(view_channel=True, read_message_history=True)
    if place == "thread":
        wanted.send_messages_in_threads = True
    else:
        wanted.send_messages = True
    if wish is None:
        return wanted
    if wish.threads and place in {"text", "news"}:
        wanted.create_public_threads = True
    if wish.role is not None and mentionable(guild).get(wish.role) is False:
        wanted.mention_everyone = True
    return wanted


def mentionable(guild: Payload) -> dict[int, bool]:
    """The server's roles by id, and whether everybody may mention them."""
    return {int(role["id"]): role["mentionable"] for role in guild["roles"]}
