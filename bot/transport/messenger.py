"""Sends announcements to Discord, so that each arrives once."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import AsyncGenerator, Collection, Sequence
from typing import Any

import discord
from discord.http import Route

from bot.announce.message import Announced, Message, MessageGone, NoAccess, Sent
from bot.announce.subscription import Subscription
from bot.blog.post import tag_key
from bot.transport.channels import READ_HISTORY, DiscordChannels
from bot.transport.message_search import (
    Found,
    MessageSearch,
    Thread,
    to_found,
    to_page,
    to_sent,
    to_threads,
)
from bot.transport.rate_limiter import RateLimiter
from bot.transport.rest import Archived, Locked, Rest

log = logging.getLogger(__name__)

Payload = dict[str, Any]

# https://docs.discord.com/developers/resources/message#message-object-message-flags
SILENT, COMPONENTS_V2 = 1 << 12, 1 << 15
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
        if to.place == "forum":
            return await self._post(_id(to.channel), message, body)
        return await self._write(to, body | {"nonce": delivery, "enforce_nonce": True})

    async def _write(self, to: Subscription, body: Payload) -> Sent:
        route = Route("POST", MESSAGES, channel_id=await self._channel(to))
        return await self._rest.ask(route, to_sent, body=body)

    async def must_be_in_server(self, to: Subscription) -> None:
        """Tell a server that the bot has left from one where a channel is closed to it."""
        if to.guild is None:
            return
        route = Route("GET", "/guilds/{guild_id}", guild_id=to.guild)
        try:
            await self._rest.ask(route, _anything)
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
        thread = await self._rest.ask(route, lambda found: int(found["id"]), body=body, once=True)
        return Sent(channel=thread, message=thread)

    async def _tags(self, forum: int, wanted: Sequence[str]) -> list[str]:
        """The ids of the forum's tags with the names of the message's.

        Where a post needs one and none fits, the forum's first, rather than no post at all.
        """
        keys = {tag_key(tag) for tag in wanted}

        def fitting(channel: Payload) -> list[str]:
            free = [tag for tag in channel.get("available_tags", ()) if not tag["moderated"]]
            found = [tag["id"] for tag in free if tag_key(tag["name"]) in keys]
            if not found and channel.get("flags", 0) & REQUIRES_TAG:
                found = [tag["id"] for tag in free[:1]]
            return found[:MOST_TAGS]

        return await self._rest.ask(Route("GET", CHANNEL, channel_id=forum), fitting)

    async def history(self, to: Subscription, since: float) -> AsyncGenerator[Announced, None]:
        """Read the channel backwards, or the forum's posts, as far as ``since``."""
        after = _snowflake(since)
        messages = self._openings(to, after) if to.place == "forum" else self._history(to, after)
        async with contextlib.aclosing(messages):
            async for message in messages:
                if message.author == self._rest.me and message.buttons:
                    yield Announced(sent=message.sent, buttons=message.buttons)

    async def _history(self, to: Subscription, after: int) -> AsyncGenerator[Found, None]:
        """Messages after one with that id, newest first."""
        route = Route("GET", MESSAGES, channel_id=await self._channel(to))
        query: dict[str, str | int] = {"limit": PAGE}
        for _ in range(MOST_PAGES):
            # Where listing fails, it fails for good: the first page tells.
            once = "before" not in query
            page = await self._rest.ask(route, to_page, query=query, once=once)
            if not page:
                # Without this permission, Discord shows an empty channel.
                await self._must_read(to)
                return
            for message in page:
                if message.id <= after:
                    return
                yield message
            if len(page) < PAGE:
                return
            query["before"] = page[-1].id
        log.warning("%s: read the last %d messages, and no further", to.key, PAGE * MOST_PAGES)

    async def _must_read(self, to: Subscription) -> None:
        if to.guild is None:
            return
        missing = (await self._channels.look(_id(to.channel), to)).missing
        if READ_HISTORY in missing:
            raise NoAccess(f"the bot lacks the permission {READ_HISTORY}")

    async def _openings(self, to: Subscription, after: int) -> AsyncGenerator[Found, None]:
        """The first messages of the posts that the bot opened in a forum."""
        threads = self._threads(to, after)
        async with contextlib.aclosing(threads):
            async for thread in threads:
                if thread.owner != self._rest.me or thread.id < after:
                    continue
                route = Route("GET", MESSAGE, channel_id=thread.id, message_id=thread.id)
                with contextlib.suppress(MessageGone):
                    yield await self._rest.ask(route, to_found)

    async def _threads(self, to: Subscription, after: int) -> AsyncGenerator[Thread, None]:
        """A forum's posts that are open, then those archived after a message's id."""
        forum = _id(to.channel)
        route = Route("GET", "/guilds/{guild_id}/threads/active", guild_id=_id(to.guild))
        for thread in await self._rest.ask(route, to_threads):
            if thread.parent == forum:
                yield thread
        path = "/channels/{channel_id}/threads/archived/public"
        route = Route("GET", path, channel_id=forum)
        query: dict[str, str | int] = {"limit": PAGE}
        for _ in range(MOST_PAGES):
            page, has_more = await self._rest.ask(
                route, lambda answer: (to_threads(answer), bool(answer["has_more"])), query=query
            )
            for thread in page:
                yield thread
            if not page or not has_more:
                return
            query["before"] = page[-1].archived
            if dt.datetime.fromisoformat(page[-1].archived) < discord.utils.snowflake_time(after):
                return

    async def search(
        self,
        to: Subscription,
        since: float,
        known: Collection[int],
        *,
        known_until: int,
        tried: float | None,
    ) -> tuple[list[Announced], bool]:
        """Look in every other way that Discord offers; whether that found all there is."""
        after = _snowflake(since)
        before = None if tried is None else _snowflake(tried)
        start = max(
            (each for each in known if each <= known_until and (before is None or each < before)),
            default=after,
        )
        search = MessageSearch(self._rest, to, await self._channel(to), known)
        is_complete = await search.run(after, max(start, after), is_old=tried is None)
        found = search.found.values()
        return [
            Announced(sent=message.sent, buttons=message.buttons)
            for message in sorted(found, key=lambda each: each.id, reverse=True)
            if message.author == self._rest.me and message.buttons
        ], is_complete

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
        await self._rest.ask(route, _anything, body=body)
        if sent.channel != sent.message:
            return
        route = Route("GET", CHANNEL, channel_id=sent.channel)
        if await self._rest.ask(route, lambda thread: thread["name"]) != message.title:
            await self._set(sent.channel, name=message.title)

    async def _archive(self, thread: int, *, archived: bool) -> None:
        await self._set(thread, archived=archived)

    async def _set(self, thread: int, **fields: object) -> None:
        route = Route("PATCH", CHANNEL, channel_id=thread)
        await self._rest.ask(route, _anything, body=fields)

    async def start_thread(self, sent: Sent, message: Message) -> int:
        """Hang a thread on a message; the two share an id."""
        path = MESSAGE + "/threads"
        route = Route("POST", path, channel_id=sent.channel, message_id=sent.message)
        body = {"name": message.title}
        await self._rest.ask(route, _anything, body=body, already=ALREADY_A_THREAD)
        return sent.message

    async def publish(self, sent: Sent) -> None:
        """Pass a message on: ten an hour in one channel, then ``TryLater`` says when."""
        path = MESSAGE + "/crosspost"
        route = Route("POST", path, channel_id=sent.channel, message_id=sent.message)
        await self._rest.ask(route, _anything, already=ALREADY_PUBLISHED)

    async def _channel(self, to: Subscription) -> int:
        """Where its messages go; a reader's direct messages are opened first."""
        if to.reader is None:
            return _id(to.channel)
        if to.reader not in self._readers:
            body = {"recipient_id": str(to.reader)}
            route = Route("POST", "/users/@me/channels")
            channel = await self._rest.ask(route, lambda found: int(found["id"]), body=body)
            self._readers[to.reader] = channel
        return self._readers[to.reader]


def _content(message: Message) -> Payload:
    flags = COMPONENTS_V2 | (SILENT if message.silent else 0)
    return {"components": list(message.components), "flags": flags}


def _mentions(message: Message) -> Payload:
    """Nobody, whatever a post says, but the one role that was chosen."""
    roles = [] if message.role is None else [str(message.role)]
    return {"parse": [], "roles": roles}


def _anything(answer: object) -> object:
    """For answers that nobody reads."""
    return answer


def _snowflake(seconds: float) -> int:
    """An id below all of that Unix second and later, with some seconds for a wrong clock."""
    moment = dt.datetime.fromtimestamp(max(0.0, seconds - CLOCK_SECONDS), tz=dt.UTC)
    return discord.utils.time_snowflake(moment)


def _id(value: int | None) -> int:
    assert value is not None, "a subscription of this place has it"
    return value
