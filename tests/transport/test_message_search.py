"""Announcements are found where Discord does not list a channel's messages."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

import discord
import pytest

from bot.announce.message import NoAccess, Sent, TryLater
from bot.announce.subscription import Subscription
from bot.transport.messenger import DiscordMessenger
from tests.transport.test_messenger import (
    DELIVERY,
    EVERYWHERE,
    FORUM_ID,
    NEWS_ID,
    TEXT_ID,
    a_message,
    client,
    messenger,
    named,
    place,
)
from tests.wire.guild import thread
from tests.wire.messages import stored
from tests.wire.people import ADA, BOT
from tests.wire.server import LoopbackDiscord

__all__ = ["client", "messenger"]  # fixtures

OTHER = "0" * 20


@pytest.fixture
def unlisted(loopback: LoopbackDiscord, client: discord.Client) -> LoopbackDiscord:
    """A Discord that lists no message with a container, and has no index to search."""
    assert client.user is not None
    loopback.answers.lists_containers = False
    loopback.answers.is_indexed = False
    return loopback


def said(loopback: LoopbackDiscord, channel: int = TEXT_ID, *, seconds_later: int = 0) -> int:
    """Something that a person writes, as the last message of a channel."""
    message = stored({"content": "Hello"}, str(channel))
    message["id"] = str(int(message["id"]) + (seconds_later * 1000 << 22))
    message["author"] = ADA.payload()
    loopback.answers.messages[message["id"]] = message
    return int(message["id"])


async def search(
    messenger: DiscordMessenger,
    to: Subscription,
    began: float,
    known: Collection[int] = (),
    *,
    delivery: str = DELIVERY,
) -> tuple[Sent | None, bool]:
    """Where the message of a delivery is, if it was found; and whether all were."""
    found, is_complete = await messenger.search(
        to, began, known, known_until=max(known, default=0), tried=time.time() + 700
    )
    return next((each.sent for each in found if each.is_of(delivery)), None), is_complete


@pytest.mark.parametrize("to", EVERYWHERE, ids=named)
async def test_the_last_message_of_a_channel_and_every_post_of_a_forum_are_found(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger, to: Subscription
) -> None:
    began = time.time()
    sent = await messenger.send(DELIVERY, to, a_message())
    if to.place != "forum":
        with pytest.raises(TryLater):
            [each async for each in messenger.history(to, began)]
    assert (await search(messenger, to, began))[0] == sent
    assert (await search(messenger, to, began, delivery=OTHER))[0] is None
    assert unlisted.rest.complaints == []


async def test_what_people_wrote_can_be_read_to_the_end(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    began = time.time()
    for _ in range(5):
        said(unlisted)
    assert await search(messenger, place("text"), began) == (None, True)


async def test_before_the_first_attempt_nothing_need_be_read(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    began = time.time()
    known = await messenger.send(OTHER, place("text"), a_message())
    said(unlisted)
    assert await search(messenger, place("text"), began, [known.message]) == (None, True)


async def hidden(unlisted: LoopbackDiscord, messenger: DiscordMessenger) -> Sent:
    """An announcement that somebody has written below."""
    sent = await messenger.send(DELIVERY, place("text"), a_message())
    said(unlisted)
    return sent


async def test_a_hidden_message_is_not_found_and_not_said_to_be_absent(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    began = time.time()
    await hidden(unlisted, messenger)
    assert await search(messenger, place("text"), began) == (None, False)
    failed = [call for call in unlisted.rest.calls if call.status == 500]
    assert len(failed) <= 2, "a list that fails is not asked for again and again"


@pytest.mark.parametrize("archived", [False, True])
async def test_a_hidden_message_is_found_by_its_thread(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger, *, archived: bool
) -> None:
    began = time.time()
    sent = await hidden(unlisted, messenger)
    hung = thread(sent.message, "about", TEXT_ID, owner=ADA.id)
    hung["thread_metadata"]["archived"] = archived
    unlisted.answers.channels[hung["id"]] = hung
    found, _ = await search(messenger, place("text"), began)
    assert found is not None
    assert found.message == sent.message


async def test_a_hidden_message_is_found_among_the_pins(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    began = time.time()
    sent = await hidden(unlisted, messenger)
    unlisted.answers.messages[str(sent.message)]["pinned"] = True
    unlisted.answers.lists_containers = True  # but for the list itself
    unlisted.fail("GET", f"/channels/{TEXT_ID}/messages", 500, times=10)
    assert (await search(messenger, place("text"), began))[0] == sent


async def test_a_hidden_message_is_found_by_discords_search(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    began = time.time()
    sent = await hidden(unlisted, messenger)
    unlisted.answers.is_indexed = True
    assert (await search(messenger, place("text"), began))[0] == sent


async def test_a_message_is_found_around_its_known_neighbours(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    """A neighbour that was deleted: what is nearest to its id stands where it stood."""
    began = time.time()
    first = await messenger.send(OTHER, place("text"), a_message())
    sent = await messenger.send(DELIVERY, place("text"), a_message())
    gone = await messenger.send("1" * 20, place("text"), a_message())
    for message_id in (gone.message, said(unlisted)):
        del unlisted.answers.messages[str(message_id)]
    said(unlisted, seconds_later=60)
    message = unlisted.answers.messages[str(sent.message)]
    message["components"] = message["components"][0]["components"]
    tried = discord.utils.snowflake_time(first.message).timestamp()
    found, is_complete = await messenger.search(
        place("text"), began, [gone.message], known_until=gone.message, tried=tried
    )
    assert [each.sent for each in found if each.is_of(DELIVERY)] == [sent]
    assert not is_complete


async def test_readers_messages_are_found_without_a_server(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    began = time.time()
    sent = await messenger.send(DELIVERY, place("reader"), a_message())
    assert (await search(messenger, place("reader"), began))[0] == sent
    assert not unlisted.rest.count("GET", "/guilds/.*")


@pytest.mark.parametrize("path", ["/guilds/[0-9]+/threads/active", ".*/threads/archived/public"])
async def test_one_list_of_a_forums_threads_is_enough_to_find_and_not_to_deny(
    loopback: LoopbackDiscord, messenger: DiscordMessenger, path: str
) -> None:
    began, to = time.time(), place("forum")
    sent = await messenger.send(DELIVERY, to, a_message())
    archived = path.startswith("/guilds")
    loopback.answers.channels[str(sent.channel)]["thread_metadata"]["archived"] = archived
    loopback.fail("GET", path, 500, times=100)
    assert await search(messenger, to, began) == (sent, False)
    assert (await search(messenger, to, began, delivery=OTHER))[0] is None


async def test_a_forum_without_the_post_is_known_to_lack_it(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    assert await search(messenger, place("forum"), time.time()) == (None, True)
    assert loopback.rest.complaints == []


@pytest.mark.parametrize(
    ("status", "kind"), [(500, TryLater), (503, TryLater), (0, TryLater), (403, NoAccess)]
)
async def test_where_discord_does_not_even_show_the_channel_nothing_is_said(
    loopback: LoopbackDiscord, messenger: DiscordMessenger, status: int, kind: type[Exception]
) -> None:
    loopback.fail("GET", f"/channels/({TEXT_ID}|{FORUM_ID}|{NEWS_ID})", status, times=100)
    for name in ("text", "forum", "news"):
        with pytest.raises(kind):
            await search(messenger, place(name), time.time())


async def test_nobody_elses_message_passes_for_the_bots(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    began = time.time()
    sent = await messenger.send(DELIVERY, place("text"), a_message())
    message: dict[str, Any] = unlisted.answers.messages[str(sent.message)]
    message["author"] = ADA.payload()
    assert (await search(messenger, place("text"), began))[0] is None
    message["author"] = BOT.payload()
    assert (await search(messenger, place("text"), began))[0] == sent


async def old(
    messenger: DiscordMessenger, to: Subscription, began: float, known: Collection[int] = ()
) -> bool:
    """Whether a message of a state that is forgotten would have been found."""
    until = max(known, default=0)
    _, is_complete = await messenger.search(to, began, known, known_until=until, tried=None)
    return is_complete


@pytest.mark.parametrize("to", EVERYWHERE, ids=named)
async def test_behind_the_last_known_message_there_is_nothing(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger, to: Subscription
) -> None:
    began = time.time()
    known = await messenger.send(OTHER, to, a_message())
    unlisted.fail("GET", "/channels/[0-9]+/(messages|threads/.*)|/guilds/.*", 500, times=100)
    assert await old(messenger, to, began, [known.message])
    assert not await old(messenger, to, began)


async def test_many_messages_of_people_are_read_by_the_page(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    began, to = time.time(), place("text")
    known = await messenger.send(OTHER, to, a_message())
    for _ in range(130):
        said(unlisted)
    assert await old(messenger, to, began, [known.message])
    assert unlisted.rest.count("GET", f"/channels/{TEXT_ID}/messages") == 3


@pytest.mark.parametrize("is_indexed", [False, True])
async def test_discords_own_search_tells_what_is_long_there(
    unlisted: LoopbackDiscord, messenger: DiscordMessenger, *, is_indexed: bool
) -> None:
    began, to = time.time(), place("text")
    await hidden(unlisted, messenger)
    unlisted.answers.is_indexed = is_indexed
    assert await old(messenger, to, began) is is_indexed
    assert (await search(messenger, to, began))[1] is False, "an index lags behind"
