"""What the bot finds lacking in a channel before announcements go there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from bot.announce.message import NoAccess, TryLater
from bot.announce.subscription import Subscription
from bot.transport.channels import DiscordChannels
from tests.wire.guild import FORUM, NEWS, THREAD_ID, channel, role
from tests.wire.people import SERVER_ID, TOKEN
from tests.wire.server import LoopbackDiscord

TEXT_ID, NEWS_ID, FORUM_ID, STAGE_ID, ROLE_ID = 400, 401, 402, 404, 500
SEND, HISTORY, OPEN_THREADS, SEND_IN_THREADS = 1 << 11, 1 << 16, 1 << 35, 1 << 38
READERS = Subscription(place="text", role=ROLE_ID)


@pytest.fixture
async def channels(loopback: LoopbackDiscord) -> AsyncIterator[DiscordChannels]:
    """Looks at a server with a channel of each kind."""
    for each in (
        channel(TEXT_ID, "general"),
        channel(NEWS_ID, "news", NEWS),
        channel(FORUM_ID, "blog", FORUM, tags=("Python", "Tulips")),
        channel(STAGE_ID, "stage", 13),
    ):
        loopback.answers.channels[each["id"]] = each
    loopback.answers.guild["roles"].append(role(ROLE_ID, "Readers", 0))
    client = discord.Client(intents=discord.Intents(guilds=True))
    async with client:
        await client.login(TOKEN)
        yield DiscordChannels(client)


def deny(loopback: LoopbackDiscord, where: int, bits: int) -> None:
    """Take permissions from everyone in a channel."""
    overwrite = {"id": str(SERVER_ID), "type": 0, "allow": "0", "deny": str(bits)}
    loopback.answers.channels[str(where)]["permission_overwrites"] = [overwrite]


@pytest.mark.parametrize(
    ("where", "name", "place"),
    [
        (TEXT_ID, "general", "text"),
        (NEWS_ID, "news", "news"),
        (FORUM_ID, "blog", "forum"),
        (THREAD_ID, "about tulips", "thread"),
        (STAGE_ID, "stage", None),
    ],
)
async def test_a_new_server_lacks_nothing(
    channels: DiscordChannels, where: int, name: str, place: str | None
) -> None:
    found = await channels.look(where)
    assert (found.id, found.name, found.place) == (where, name, place)
    assert (found.guild, found.missing, found.timed_out) == (SERVER_ID, (), False)


@pytest.mark.parametrize(
    ("where", "parent", "bits", "wish", "missing"),
    [
        (TEXT_ID, TEXT_ID, SEND, None, {"Send Messages"}),
        (NEWS_ID, NEWS_ID, SEND, Subscription(place="news", publish=True), {"Send Messages"}),
        (FORUM_ID, FORUM_ID, SEND, None, {"Create Posts"}),
        (FORUM_ID, FORUM_ID, SEND_IN_THREADS, None, set()),
        (THREAD_ID, 210, SEND, None, set()),
        (THREAD_ID, 210, SEND_IN_THREADS, None, {"Send Messages in Threads"}),
        (TEXT_ID, TEXT_ID, HISTORY, None, {"Read Message History"}),
        (TEXT_ID, TEXT_ID, OPEN_THREADS, None, set()),
        (
            TEXT_ID,
            TEXT_ID,
            OPEN_THREADS,
            Subscription(place="text", threads=True),
            {"Create Public Threads"},
        ),
        (TEXT_ID, TEXT_ID, 0, READERS, {"Mention @everyone, @here, and All Roles"}),
    ],
)
async def test_what_is_missing_is_named(  # noqa: PLR0917 - one row of the table above
    channels: DiscordChannels,
    loopback: LoopbackDiscord,
    where: int,
    parent: int,
    bits: int,
    wish: Subscription | None,
    missing: set[str],
) -> None:
    deny(loopback, parent, bits)
    assert set((await channels.look(where, wish)).missing) == missing


async def test_a_role_that_anyone_may_mention_needs_no_permission(
    channels: DiscordChannels, loopback: LoopbackDiscord
) -> None:
    loopback.answers.guild["roles"][-1]["mentionable"] = True
    assert (await channels.look(TEXT_ID, READERS)).missing == ()


async def test_a_role_that_is_gone_is_told_and_needs_nothing(
    channels: DiscordChannels, loopback: LoopbackDiscord
) -> None:
    assert not (await channels.look(TEXT_ID, READERS)).role_gone
    loopback.answers.guild["roles"].pop()
    found = await channels.look(TEXT_ID, READERS)
    assert (found.role_gone, found.missing) == (True, ())
    assert not (await channels.look(TEXT_ID)).role_gone


async def test_a_forum_tells_its_tags(channels: DiscordChannels, loopback: LoopbackDiscord) -> None:
    found = await channels.look(FORUM_ID)
    assert (found.tags, found.needs_tag) == (("Python", "Tulips"), False)
    loopback.answers.channels[str(FORUM_ID)]["flags"] |= 1 << 4
    assert (await channels.look(FORUM_ID)).needs_tag


async def test_a_silenced_bot_lacks_what_it_may_not_do_for_now(
    channels: DiscordChannels, loopback: LoopbackDiscord
) -> None:
    loopback.answers.bot_member["communication_disabled_until"] = "2999-01-01T00:00:00+00:00"
    found = await channels.look(TEXT_ID)
    assert found.timed_out
    assert found.missing == ("Send Messages",)


async def test_a_channel_that_cannot_be_seen_is_no_access(
    channels: DiscordChannels, loopback: LoopbackDiscord
) -> None:
    for door, refusal in ((TEXT_ID, (403, 50001)), (NEWS_ID, (404, 10003))):
        loopback.answers.closed[str(door)] = refusal
        with pytest.raises(NoAccess):
            await channels.look(door)
    with pytest.raises(NoAccess, match="gone"):
        await channels.look(9999)


async def test_direct_messages_are_in_no_server(
    channels: DiscordChannels, loopback: LoopbackDiscord
) -> None:
    person: dict[str, Any] = {"id": "211", "type": 1, "flags": 0, "recipients": []}
    loopback.answers.channels["211"] = person
    with pytest.raises(NoAccess, match="no server"):
        await channels.look(211)


async def test_an_outage_says_nothing_about_the_channel(
    channels: DiscordChannels, loopback: LoopbackDiscord
) -> None:
    loopback.fail("GET", "/channels/[0-9]+", 503)
    with pytest.raises(TryLater):
        await channels.look(TEXT_ID)
