"""Sends announcements to Discord, so that each arrives once."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from typing import Any

import discord
from discord.http import Route

from bot.announce.delivery import Message, MessageGone, NoAccess, Sent
from bot.announce.subscription import Subscription
from bot.blog.tag import tag_key
from bot.transport.channels import DiscordChannels
from bot.transport.permissions import READ_HISTORY
from bot.transport.rate_limiter import RateLimiter
from bot.transport.rest import Archived, Locked, Rest

log = logging.getLogger(__name__)

Payload = dict[str, Any]

# https://docs.discord.com/developers/resources/message#message-object-message-flags
CROSSPOSTED, SILENT, COMPONENTS_V2 = 1 << 0, 1 << 12, 1 << 15
# https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel
MOST_TAGS = 5
# https://docs.discord.com/developers/resources/channel#channel-object-channel-flags
REQUIRES_TAG = 1 << 4
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
ALREADY_PUBLISHED, ALREADY_A_THREAD = 40033, 160004
# By how much this machine's clock may be ahead of Discord's.
CLOCK_SECONDS = 600.0
CHANNEL = "/channels/{channel_id}"
MESSAGES = CHANNEL + "/messages"
MESSAGE = MESSAGES + "/{message_id}"
PAGE = 100
# How far a search goes: 5,000 messages that others wrote since the first attempt.
MOST_PAGES = 50


class DiscordMessenger:
    """Sends messages over REST: implements ``Messenger``.

    Args:
        client: the bot; nothing of its cache is used.
        rate_limiter: shared by everything that uses the same token.
    """

    def __init__(self, client: discord.Client, *, rate_limiter: RateLimiter | None = None) -> None:
        rate_limiter = rate_limiter or RateLimiter()
        self._rest = Rest(client, rate_limiter)
        self._channels = DiscordChannels(client, rate_limiter=rate_limiter)
        self._readers: dict[int, int] = {}  # their channels of direct messages

    async def send(self, delivery: str, to: Subscription, message: Message) -> Sent:
        """Send a message; twice within minutes gives the message that is there already.

        In a forum, where Discord has no nonce, a lost response ends in ``TryLater``.
        """
        body = _content(message) | {"allowed_mentions": _mentions(message)}
        try:
            if to.place == "forum":
                return await self._post(_id(to.channel), message, body)
            return await self._write(to, body | {"nonce": delivery, "enforce_nonce": True})
        except NoAccess:
            if to.guild is not None:
                await self._must_be_in(to.guild)
            raise

    async def _write(self, to: Subscription, body: Payload) -> Sent:
        route = Route("POST", MESSAGES, channel_id=await self._channel(to))
        return _sent(await self._rest.ask(route, body=body))

    async def _must_be_in(self, guild: int) -> None:
        """Tell a server that the bot has left from one where a channel is closed to it."""
        try:
            await self._rest.ask(Route("GET", "/guilds/{guild_id}", guild_id=guild))
        except NoAccess as error:
            raise NoAccess("the bot is not in the server", "left") from error

    async def _post(self, forum: int, message: Message, first: Payload) -> Sent:
        """Open a post in a forum. Thread and first message share an id."""
        body = {
            "name": message.title,
            "applied_tags": await self._tags(forum, message.tags),
            "message": first,
        }
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=forum)
        thread = await self._rest.ask(route, body=body, once=True)
        return Sent(channel=int(thread["id"]), message=int(thread["id"]))

    async def _tags(self, forum: int, wanted: Sequence[str]) -> list[str]:
        """The ids of the forum's tags with the names of the message's.

        Where a post needs one and none fits, the forum's first, rather than no post at all.
        """
        channel = await self._rest.ask(Route("GET", CHANNEL, channel_id=forum))
        free = [tag for tag in channel.get("available_tags", ()) if not tag["moderated"]]
        keys = {tag_key(tag) for tag in wanted}
        fitting = [tag["id"] for tag in free if tag_key(tag["name"]) in keys]
        if not fitting and channel.get("flags", 0) & REQUIRES_TAG:
            fitting = [tag["id"] for tag in free[:1]]
        return fitting[:MOST_TAGS]

    async def find(self, delivery: str, to: Subscription, since: float) -> Sent | None:
        """The bot's own message with that id in a button, sent since then."""
        after = discord.utils.time_snowflake(
            dt.datetime.fromtimestamp(since - CLOCK_SECONDS, tz=dt.UTC)
        )
        messages = self._openings(to, after) if to.place == "forum" else self._history(to, after)
        async with contextlib.aclosing(messages):
            async for message in messages:
                if int(message["author"]["id"]) == self._rest.me and _holds(message, delivery):
                    return _sent(message)
        return None

    async def _history(self, to: Subscription, after: int) -> AsyncGenerator[Payload, None]:
        """Messages after one with that id, newest first."""
        route = Route("GET", MESSAGES, channel_id=await self._channel(to))
        query: dict[str, str | int] = {"limit": PAGE}
        for _ in range(MOST_PAGES):
            page = await self._rest.ask(route, query=query)
            if not page:
                # Without this permission, Discord shows an empty channel.
                await self._must_read(to)
                return
            for message in page:
                if int(message["id"]) <= after:
                    return
                yield message
            if len(page) < PAGE:
                return
            query["before"] = page[-1]["id"]
        log.warning("%s: no message among the last %d messages", to.key, PAGE * MOST_PAGES)

    async def _must_read(self, to: Subscription) -> None:
        if to.guild is None:
            return
        missing = (await self._channels.look(_id(to.channel), to)).missing
        if READ_HISTORY in missing:
            raise NoAccess(f"the bot lacks the permission {READ_HISTORY}")

    async def _openings(self, to: Subscription, after: int) -> AsyncGenerator[Payload, None]:
        """The first messages of the posts that the bot opened in a forum."""
        threads = self._threads(to, after)
        async with contextlib.aclosing(threads):
            async for thread in threads:
                its = int(thread["id"])
                if int(thread["owner_id"]) != self._rest.me or its < after:
                    continue
                with contextlib.suppress(MessageGone):
                    yield await self._rest.ask(
                        Route("GET", MESSAGE, channel_id=its, message_id=its)
                    )

    async def _threads(self, to: Subscription, after: int) -> AsyncGenerator[Payload, None]:
        """A forum's posts that are open, then those archived after a message's id."""
        forum = _id(to.channel)
        route = Route("GET", "/guilds/{guild_id}/threads/active", guild_id=_id(to.guild))
        active = await self._rest.ask(route)
        for thread in active["threads"]:
            if int(thread["parent_id"]) == forum:
                yield thread
        path = "/channels/{channel_id}/threads/archived/public"
        route = Route("GET", path, channel_id=forum)
        query = {"limit": str(PAGE)}
        for _ in range(MOST_PAGES):
            page = await self._rest.ask(route, query=query)
            for thread in page["threads"]:
                yield thread
            if not page["threads"] or not page["has_more"]:
                return
            query["before"] = page["threads"][-1]["thread_metadata"]["archive_timestamp"]
            if _instant(query["before"]) < discord.utils.snowflake_time(after):
                return

    async def edit(self, sent: Sent, message: Message) -> None:
        """Change a message, and the name of a forum's post; an archived thread stays so."""
        try:
            try:
                await self._change(sent, message)
            except Archived:
                await self._archive(sent.channel, archived=False)
                try:
                    await self._change(sent, message)
                finally:
                    await self._archive(sent.channel, archived=True)
        except Locked as error:
            raise MessageGone(f"{error.reason}: its messages stay as they are") from error

    async def _change(self, sent: Sent, message: Message) -> None:
        body = _content(message) | {"flags": COMPONENTS_V2, "allowed_mentions": {"parse": []}}
        route = Route("PATCH", MESSAGE, channel_id=sent.channel, message_id=sent.message)
        await self._rest.ask(route, body=body)
        if sent.channel != sent.message:
            return
        thread = await self._rest.ask(Route("GET", CHANNEL, channel_id=sent.channel))
        if thread["name"] != message.title:
            await self._set(sent.channel, name=message.title)

    async def _archive(self, thread: int, *, archived: bool) -> None:
        await self._set(thread, archived=archived)

    async def _set(self, thread: int, **fields: object) -> None:
        await self._rest.ask(Route("PATCH", CHANNEL, channel_id=thread), body=fields)

    async def start_thread(self, sent: Sent, message: Message) -> int:
        """Hang a thread on a message; the two share an id."""
        path = MESSAGE + "/threads"
        route = Route("POST", path, channel_id=sent.channel, message_id=sent.message)
        await self._rest.ask(route, body={"name": message.title}, already=ALREADY_A_THREAD)
        return sent.message

    async def publish(self, sent: Sent) -> None:
        """Pass a message on: ten an hour in one channel, then ``TryLater`` says when."""
        path = MESSAGE + "/crosspost"
        route = Route("POST", path, channel_id=sent.channel, message_id=sent.message)
        await self._rest.ask(route, already=ALREADY_PUBLISHED)

    async def _channel(self, to: Subscription) -> int:
        """Where its messages go; a reader's direct messages are opened first."""
        if to.reader is None:
            return _id(to.channel)
        if to.reader not in self._readers:
            body = {"recipient_id": str(to.reader)}
            channel = await self._rest.ask(Route("POST", "/users/@me/channels"), body=body)
            self._readers[to.reader] = int(channel["id"])
        return self._readers[to.reader]


def _content(message: Message) -> Payload:
    flags = COMPONENTS_V2 | (SILENT if message.silent else 0)
    return {"components": list(message.components), "flags": flags}


def _mentions(message: Message) -> Payload:
    """Nobody, whatever a post says, but the one role that was chosen."""
    roles = [] if message.role is None else [str(message.role)]
    return {"parse": [], "roles": roles}


def _sent(message: Payload) -> Sent:
    thread = message.get("thread")
    return Sent(
        channel=int(message["channel_id"]),
        message=int(message["id"]),
        thread=int(thread["id"]) if thread else None,
        published=bool(message.get("flags", 0) & CROSSPOSTED),
    )


def _holds(message: Payload, delivery: str) -> bool:
    """Whether a button's custom id, in parts between colons, has the delivery's id."""
    return any(delivery in custom_id.split(":") for custom_id in _custom_ids(message))


def _custom_ids(node: Mapping[str, Any]) -> Iterator[str]:
    if "custom_id" in node:
        yield node["custom_id"]
    for child in (*node.get("components", ()), *filter(None, [node.get("accessory")])):
        yield from _custom_ids(child)


def _instant(timestamp: str) -> dt.datetime:
    return dt.datetime.fromisoformat(timestamp)


def _id(value: int | None) -> int:
    assert value is not None, "a subscription of this place has it"
    return value
