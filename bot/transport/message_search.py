"""Finds announcements in a channel whose messages Discord does not list.

Listing fails for good in some channels, while single messages can be fetched there:
https://github.com/discord/discord-api-docs/issues/8611
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from discord.http import Route

from bot.announce.message import MessengerError, Sent, TryLater
from bot.announce.subscription import Subscription
from bot.transport.rest import Rest

Payload = dict[str, Any]

# https://docs.discord.com/developers/resources/message#message-object-message-flags
CROSSPOSTED = 1 << 0


@dataclass(frozen=True, slots=True)
class Found:
    """A message in a channel's history.

    Attributes:
        id: its id.
        author: id of who wrote it.
        sent: where it is.
        buttons: the parts of each custom id, between colons.
    """

    id: int
    author: int
    sent: Sent
    buttons: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """A forum's post. ``archived`` is the time when it was archived, or empty."""

    id: int
    owner: int
    parent: int
    archived: str


def to_found(message: Payload) -> Found:
    """A message."""
    return Found(
        id=int(message["id"]),
        author=int(message["author"]["id"]),
        sent=to_sent(message),
        buttons=tuple(tuple(custom_id.split(":")) for custom_id in _custom_ids(message)),
    )


def to_page(answer: Sequence[Payload]) -> list[Found]:
    """A list of messages."""
    return [to_found(message) for message in answer]


def to_threads(answer: Payload) -> list[Thread]:
    """A list of threads."""
    return [
        Thread(
            id=int(thread["id"]),
            owner=int(thread["owner_id"]),
            parent=int(thread["parent_id"]),
            archived=(thread.get("thread_metadata") or {}).get("archive_timestamp") or "",
        )
        for thread in answer["threads"]
    ]


def to_sent(message: Payload) -> Sent:
    """Where a message is."""
    thread = message.get("thread")
    return Sent(
        channel=int(message["channel_id"]),
        message=int(message["id"]),
        thread=int(thread["id"]) if thread else None,
        published=bool(message.get("flags", 0) & CROSSPOSTED),
    )


def _custom_ids(node: Mapping[str, Any]) -> Iterator[str]:
    if "custom_id" in node:
        yield node["custom_id"]
    for option in node.get("options", ()):
        yield option["value"]
    for child in (*node.get("components", ()), *filter(None, [node.get("accessory")])):
        yield from _custom_ids(child)


CHANNEL = "/channels/{channel_id}"
MESSAGES = CHANNEL + "/messages"
# Requests of each kind. None is repeated at once: what fails is tried in another way.
MOST_STEPS, MOST_FETCHED, MOST_THREADS = 20, 20, 100
PAGE = 100
# https://docs.discord.com/developers/resources/message#get-channel-pins
PINS = 50
# https://docs.discord.com/developers/resources/message#search-guild-messages
HITS = 25


class MessageSearch:
    """One search.

    Args:
        rest: asks Discord.
        to: whose messages are looked for.
        channel: where they are.
        known: ids of messages that are known to be there.

    Attributes:
        found: messages, by id, those of others included.
    """

    def __init__(self, rest: Rest, to: Subscription, channel: int, known: Collection[int]) -> None:
        self._rest = rest
        self._to = to
        self._channel = channel
        self._known = sorted(known)
        self.found: dict[int, Found] = {}

    async def run(self, since: int, start: int, *, is_old: bool) -> bool:
        """Search for messages after the id ``since``; whether all after ``start`` are found.

        Args:
            since: an id.
            start: another one, from which on the channel is read.
            is_old: whether the message, if it is there, has been for minutes, so that an index
                holds it.

        Raises:
            MessengerError: Discord does not even show the channel.
        """
        route = Route("GET", CHANNEL, channel_id=self._channel)

        def last_message(found: Payload) -> int:
            return int(found.get("last_message_id") or 0)

        last = await self._rest.ask(route, last_message, once=True)
        if 0 < last <= start:  # it stays the last one when it is deleted
            return True
        if self._to.place == "forum":
            return await self._openings(since)
        if await self._walk(start):
            return True
        await self._fetch([last])
        ways = [self._hits, self._pins, self._threads] if self._to.guild else [self._pins]
        for way in ways:
            with suppress(MessengerError):  # such as a permission that this one needs
                if await way(start) and is_old:
                    return True
        return False

    async def _walk(self, start: int) -> bool:
        """Read on from a message; whether that led to the end.

        Where a page cannot be listed, they are read one at a time; where one cannot be listed, go
        on from the next that is known.
        """
        is_complete, limit = True, PAGE
        for _ in range(MOST_STEPS):
            try:
                page = await self._list(limit, after=start)
            except TryLater:
                if limit > 1:
                    limit = 1
                    continue
                is_complete = False
                start = next((each for each in self._known if each > start), 0)
                if not start:
                    return False
                with suppress(TryLater):
                    self._add(await self._list(1, around=start))
                continue
            if not page:
                return is_complete
            self._add(page)
            start = max(each.id for each in page)
        return False

    async def _list(self, limit: int, **where: int) -> list[Found]:
        route = Route("GET", MESSAGES, channel_id=self._channel)
        query: dict[str, int | str] = {**where, "limit": limit}
        return await self._rest.ask(route, to_page, query=query, once=True)

    async def _pins(self, _: int) -> bool:
        route = Route("GET", MESSAGES + "/pins", channel_id=self._channel)
        query: dict[str, int | str] = {"limit": PINS}

        def pinned(answer: Payload) -> list[Found]:
            return to_page([item["message"] for item in answer["items"]])

        self._add(await self._rest.ask(route, pinned, query=query, once=True))
        return False

    async def _hits(self, since: int) -> bool:
        """What Discord's own search finds; whether that is all but the last minutes'."""
        path = "/guilds/{guild_id}/messages/search"
        route = Route("GET", path, guild_id=self._to.guild)
        query: dict[str, int | str] = {
            "channel_id": self._channel,
            "author_id": self._rest.me,
            "min_id": since,
            "limit": HITS,
        }

        def hits(answer: Payload) -> tuple[list[int], bool]:
            # Only their ids: each hit comes in a list of its own.
            ids = [int(message["id"]) for hit in answer["messages"] for message in hit]
            is_indexed = not answer.get("doing_deep_historical_index", False)
            return ids, is_indexed and answer.get("total_results") == len(ids)

        ids, is_all = await self._rest.ask(route, hits, query=query, once=True)
        await self._fetch(ids)
        return is_all and self.found.keys() >= set(ids)

    async def _threads(self, since: int) -> bool:
        """The messages that threads hang on: the two share an id."""
        threads = [*(await self._active())[0], *(await self._archived())[0]]
        await self._fetch(sorted((each.id for each in threads if each.id > since), reverse=True))
        return False

    async def _openings(self, since: int) -> bool:
        """The first messages of a forum's posts, from the open ones and the archived ones."""
        active, is_all_active = await self._active()
        archived, is_all_archived = await self._archived()
        own = {
            thread.id
            for thread in (*active, *archived)
            if thread.owner == self._rest.me and thread.id > since
        }
        await self._fetch(sorted(own, reverse=True), in_own_threads=True)
        return is_all_active and is_all_archived and own <= self.found.keys()

    async def _active(self) -> tuple[Sequence[Thread], bool]:
        """The channel's open threads, and whether Discord told them."""
        route = Route("GET", "/guilds/{guild_id}/threads/active", guild_id=self._to.guild)
        with suppress(MessengerError):
            threads = await self._rest.ask(route, to_threads, once=True)
            return [thread for thread in threads if thread.parent == self._channel], True
        return (), False

    async def _archived(self) -> tuple[Sequence[Thread], bool]:
        """Those archived last, and whether that is all."""
        path = CHANNEL + "/threads/archived/public"
        route = Route("GET", path, channel_id=self._channel)
        with suppress(MessengerError):
            threads, has_more = await self._rest.ask(
                route,
                lambda answer: (to_threads(answer), bool(answer["has_more"])),
                query={"limit": MOST_THREADS},
                once=True,
            )
            return threads, not has_more
        return (), False

    async def _fetch(self, messages: Sequence[int], *, in_own_threads: bool = False) -> None:
        """Ask for messages by their ids, in the channel or each in the thread of its id."""
        for message in messages[:MOST_FETCHED]:
            if not message or message in self.found:
                continue
            channel = message if in_own_threads else self._channel
            path = MESSAGES + "/{message_id}"
            route = Route("GET", path, channel_id=channel, message_id=message)
            with suppress(MessengerError):  # another may be there
                self._add([await self._rest.ask(route, to_found, once=True)])

    def _add(self, messages: Sequence[Found]) -> None:
        self.found |= {message.id: message for message in messages}
