"""Letters carried to a Discord on the loopback interface: each arrives, and only once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from bot.announce.message import (
    Message,
    MessageGone,
    MessageRefused,
    NoAccess,
    Sent,
    TryLater,
    delivery_id,
)
from bot.announce.subscription import PauseReason, Place, Subscription
from bot.transport.messenger import DiscordMessenger
from bot.transport.rate_limiter import RateLimiter
from tests.wire.guild import FORUM, NEWS, PUBLIC_THREAD, channel, forum_tag, thread
from tests.wire.limits import components_of
from tests.wire.messages import stored
from tests.wire.people import ADA, APPLICATION_ID, BEN, BOT, SERVER_ID, TOKEN
from tests.wire.rates import Limits
from tests.wire.server import LoopbackDiscord

TEXT_ID, NEWS_ID, FORUM_ID, THREAD_ID, ROLE = 400, 401, 402, 403, 500
DELIVERY = delivery_id("c400", ["welcome"])
MESSAGES = "/channels/[0-9]+/messages"
POSTS = "/channels/[0-9]+/threads"


def place(name: Place, **wishes: Any) -> Subscription:
    ids = {"text": TEXT_ID, "news": NEWS_ID, "forum": FORUM_ID, "thread": THREAD_ID}
    if name == "reader":
        return Subscription(place="reader", reader=BEN.id, **wishes)
    return Subscription(place=name, guild=SERVER_ID, channel=ids[name], **wishes)


def a_message(title: str = "Welcome", **wishes: Any) -> Message:
    read = {"type": 2, "style": 2, "label": "Read", "custom_id": f"new:{DELIVERY}:welcome"}
    text = {"type": 10, "content": f"# {title} @everyone"}
    card = {"type": 17, "components": [text, {"type": 1, "components": [read]}]}
    return Message(components=[card], title=title, **wishes)


EVERYWHERE = [place(name) for name in ("text", "news", "forum", "thread", "reader")]
WITH_NONCE = [each for each in EVERYWHERE if each.place != "forum"]


def named(to: Subscription) -> str:
    return to.place


@pytest.fixture
async def client(loopback: LoopbackDiscord) -> AsyncIterator[discord.Client]:
    """The bot, logged in, in a server with a channel of each kind."""
    for each in (
        channel(TEXT_ID, "general"),
        channel(NEWS_ID, "news", NEWS),
        channel(FORUM_ID, "blog", FORUM, tags=("Python", "Tulips")),
        thread(THREAD_ID, "about", TEXT_ID),
    ):
        loopback.answers.channels[each["id"]] = each
    client = discord.Client(intents=discord.Intents.none(), max_ratelimit_timeout=30)
    async with client:
        await client.login(TOKEN)
        yield client


@pytest.fixture
def messenger(client: discord.Client) -> DiscordMessenger:
    """Sends without a rate limit that tests would have to wait for."""
    return DiscordMessenger(client, rate_limiter=RateLimiter(10_000))


async def find(
    messenger: DiscordMessenger, delivery: str, to: Subscription, since: float
) -> Sent | None:
    """Where the message of that delivery is, if it is among those sent since."""
    found = [each async for each in messenger.history(to, since) if each.is_of(delivery)]
    return found[0].sent if found else None


def arrived(loopback: LoopbackDiscord) -> list[dict[str, Any]]:
    return list(loopback.answers.messages.values())


@pytest.mark.parametrize("to", EVERYWHERE, ids=named)
async def test_a_message_arrives_and_is_found_again(
    loopback: LoopbackDiscord, messenger: DiscordMessenger, to: Subscription
) -> None:
    began = time.time()
    assert await find(messenger, DELIVERY, to, began) is None
    sent = await messenger.send(DELIVERY, to, a_message(silent=True))
    (message,) = arrived(loopback)
    assert (int(message["channel_id"]), int(message["id"])) == (sent.channel, sent.message)
    assert message["flags"] == 1 << 15 | 1 << 12
    assert any(DELIVERY in each.get("custom_id", "") for each in components_of(message))
    assert await find(messenger, DELIVERY, to, began) == sent
    assert await find(messenger, delivery_id("c1", ["other"]), to, began) is None


@pytest.mark.parametrize("to", WITH_NONCE, ids=named)
async def test_a_message_sent_twice_within_minutes_is_there_once(
    loopback: LoopbackDiscord, messenger: DiscordMessenger, to: Subscription
) -> None:
    first = await messenger.send(DELIVERY, to, a_message())
    assert await messenger.send(DELIVERY, to, a_message()) == first
    assert len(arrived(loopback)) == 1
    loopback.answers.nonce_seconds = 0
    assert await messenger.send(DELIVERY, to, a_message()) != first


@pytest.mark.parametrize("to", WITH_NONCE, ids=named)
async def test_a_server_error_after_the_work_was_done_sends_nothing_twice(
    loopback: LoopbackDiscord, messenger: DiscordMessenger, to: Subscription
) -> None:
    loopback.fail("POST", MESSAGES, 500, works=True)
    await messenger.send(DELIVERY, to, a_message())
    assert loopback.rest.count("POST", MESSAGES) == 1
    assert len(arrived(loopback)) == 1


@pytest.mark.parametrize("status", [0, 429, 500])
async def test_a_forum_is_asked_once_and_the_post_is_found_then(
    loopback: LoopbackDiscord, messenger: DiscordMessenger, status: int
) -> None:
    to, began = place("forum"), time.time()
    loopback.fail("POST", POSTS, status, works=True)
    with pytest.raises(TryLater):
        await messenger.send(DELIVERY, to, a_message())
    asked = [call for call in loopback.rest.calls if call.path.endswith("/threads")]
    assert len(asked) == 1
    found = await find(messenger, DELIVERY, to, began)
    assert found is not None
    assert arrived(loopback)[0]["id"] == str(found.message)


@pytest.mark.parametrize("to", EVERYWHERE, ids=named)
async def test_a_lost_response_may_have_arrived(
    loopback: LoopbackDiscord, messenger: DiscordMessenger, to: Subscription
) -> None:
    began = time.time()
    loopback.fail("POST", f"{MESSAGES}|{POSTS}", 0, works=True)
    with pytest.raises(TryLater):
        await messenger.send(DELIVERY, to, a_message())
    assert await find(messenger, DELIVERY, to, began) is not None


async def test_only_the_chosen_role_is_mentioned_and_no_one_by_an_edit(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    for to in (place("text"), place("forum")):
        sent = await messenger.send(DELIVERY, to, a_message(role=ROLE))
        await messenger.edit(sent, a_message("Changed", role=ROLE))
    bodies = [
        call.body.get("message", call.body)
        for call in loopback.rest.calls
        if call.body and ("components" in call.body or "message" in call.body)
    ]
    only = {"parse": [], "roles": [str(ROLE)]}
    assert [body["allowed_mentions"] for body in bodies] == [only, {"parse": []}] * 2
    await messenger.send(delivery_id("c400", ["2"]), place("text"), a_message())
    assert loopback.rest.calls[-1].body["allowed_mentions"] == {"parse": [], "roles": []}


async def test_a_forum_post_gets_the_tags_of_the_same_name(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    forum = loopback.answers.channels[str(FORUM_ID)]
    forum["available_tags"].append(forum_tag("Staff", 9, moderated=True))
    sent = await messenger.send(
        DELIVERY, place("forum"), a_message(tags=("tulips", "staff", "none"))
    )
    assert loopback.answers.channels[str(sent.channel)]["applied_tags"] == ["2"]
    sent = await messenger.send(DELIVERY, place("forum"), a_message(tags=("none",)))
    assert loopback.answers.channels[str(sent.channel)]["applied_tags"] == []
    forum["flags"] |= 1 << 4
    sent = await messenger.send(DELIVERY, place("forum"), a_message(tags=("none",)))
    assert loopback.answers.channels[str(sent.channel)]["applied_tags"] == ["1"]


@pytest.mark.parametrize("to", EVERYWHERE, ids=named)
async def test_an_edit_changes_the_message_in_place(
    loopback: LoopbackDiscord, messenger: DiscordMessenger, to: Subscription
) -> None:
    sent = await messenger.send(DELIVERY, to, a_message())
    await messenger.edit(sent, a_message("A better title"))
    (message,) = arrived(loopback)
    assert "A better title" in str(message["components"])
    if to.place == "forum":
        assert loopback.answers.channels[str(sent.channel)]["name"] == "A better title"


async def test_an_archived_post_is_changed_and_stays_archived(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    sent = await messenger.send(DELIVERY, place("forum"), a_message())
    about = loopback.answers.channels[str(sent.channel)]["thread_metadata"]
    about["archived"] = True
    assert await find(messenger, DELIVERY, place("forum"), time.time()) == sent
    await messenger.edit(sent, a_message("A better title"))
    assert "A better title" in str(arrived(loopback)[0]["components"])
    assert about["archived"]


async def test_a_message_that_is_gone_or_locked_away_is_not_changed(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    sent = await messenger.send(DELIVERY, place("forum"), a_message())
    loopback.answers.channels[str(sent.channel)]["thread_metadata"]["locked"] = True
    with pytest.raises(MessageGone, match="locked"):
        await messenger.edit(sent, a_message())
    sent = await messenger.send(DELIVERY, place("text"), a_message())
    loopback.answers.messages.clear()
    with pytest.raises(MessageGone):
        await messenger.edit(sent, a_message())


async def test_a_message_goes_into_an_archived_thread_but_not_into_a_locked_one(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    about = loopback.answers.channels[str(THREAD_ID)]["thread_metadata"]
    about["archived"] = True
    await messenger.send(DELIVERY, place("thread"), a_message())
    assert not about["archived"]
    about["locked"] = True
    with pytest.raises(NoAccess, match="locked"):
        await messenger.send(delivery_id("c403", ["2"]), place("thread"), a_message())


async def test_a_thread_hangs_on_a_message_once(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    to = place("text")
    sent = await messenger.send(DELIVERY, to, a_message())
    assert await messenger.start_thread(sent, a_message()) == sent.message
    assert await messenger.start_thread(sent, a_message()) == sent.message
    assert loopback.answers.channels[str(sent.message)]["name"] == "Welcome"
    found = await find(messenger, DELIVERY, to, time.time())
    assert found is not None
    assert found.thread == sent.message


async def test_a_message_is_published_once_and_found_so(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    to = place("news")
    sent = await messenger.send(DELIVERY, to, a_message())
    loopback.fail("POST", f"{MESSAGES}/[0-9]+/crosspost", 500, works=True)
    await messenger.publish(sent)
    await messenger.publish(sent)
    assert await find(messenger, DELIVERY, to, time.time()) == Sent(
        channel=sent.channel, message=sent.message, published=True
    )


@pytest.mark.parametrize(
    ("to", "code", "pause"),
    [
        (place("text"), 50001, "access"),
        (place("text"), 50013, "access"),
        (place("forum"), 50013, "access"),
        (place("thread"), 10003, "access"),
        (place("reader"), 50007, "closed"),
        (place("reader"), 50278, "closed"),
        (place("reader"), 10013, "gone"),
    ],
)
async def test_a_closed_door_says_why(
    loopback: LoopbackDiscord,
    messenger: DiscordMessenger,
    to: Subscription,
    code: int,
    pause: PauseReason,
) -> None:
    door = str(to.channel or to.reader)
    loopback.answers.closed[door] = (404 if code in {10003, 10013} else 403, code)
    with pytest.raises(NoAccess) as caught:
        await messenger.send(DELIVERY, to, a_message())
    assert caught.value.pause == pause
    assert caught.value.reason
    del loopback.answers.closed[door]
    await messenger.send(DELIVERY, to, a_message())


async def test_a_server_that_the_bot_has_left_is_told_from_a_closed_channel(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    loopback.answers.closed[str(SERVER_ID)] = (403, 50001)
    loopback.answers.guild["id"] = "999"
    with pytest.raises(NoAccess, match="does not see the channel"):
        await messenger.send(DELIVERY, place("news"), a_message())
    with pytest.raises(NoAccess, match="not in the server") as caught:
        await messenger.must_be_in_server(place("news"))
    assert caught.value.pause == "left"
    await messenger.must_be_in_server(place("reader"))


async def test_a_deleted_channel_is_no_access(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    del loopback.answers.channels[str(TEXT_ID)]
    with pytest.raises(NoAccess, match="gone"):
        await messenger.send(DELIVERY, place("text"), a_message())


async def test_a_text_that_discord_does_not_take_is_refused(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    loopback.fail("POST", MESSAGES, 400)
    with pytest.raises(MessageRefused):
        await messenger.send(DELIVERY, place("text"), a_message())


async def test_cloudflares_own_rate_limit_and_an_outage_are_for_later(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    for status in (429, 503):
        loopback.fail("POST", MESSAGES, status, retry_after=None)
        with pytest.raises(TryLater):
            await messenger.send(DELIVERY, place("text"), a_message())
    assert arrived(loopback) == []


async def test_an_hour_of_waiting_is_left_to_the_sender(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    sent = await messenger.send(DELIVERY, place("news"), a_message())
    loopback.fail("POST", ".*/crosspost", 429, retry_after=1800)
    with pytest.raises(TryLater) as caught:
        await messenger.publish(sent)
    assert caught.value.seconds == 1800


async def test_before_the_login_nothing_is_sent() -> None:
    client = discord.Client(intents=discord.Intents.none())
    with pytest.raises(TryLater, match="logged in"):
        await DiscordMessenger(client).send(DELIVERY, place("text"), a_message())
    # Over HTTP the bot knows from last time who it is, before it has a connection.
    user: Any = BOT.payload()
    client._connection.user = discord.ClientUser(state=client._connection, data=user)
    with pytest.raises(TryLater, match="logged in"):
        await DiscordMessenger(client).send(DELIVERY, place("text"), a_message())


async def test_a_message_is_found_under_hundreds_of_other_messages(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    to = place("text")
    sent = await messenger.send(DELIVERY, to, a_message())
    for _ in range(250):
        other = stored({"content": "hello"}, str(TEXT_ID)) | {"author": ADA.payload()}
        loopback.answers.messages[other["id"]] = other
    assert await find(messenger, DELIVERY, to, time.time()) == sent
    assert loopback.rest.count("GET", MESSAGES) == 3


async def test_nobody_elses_message_passes_for_the_bots(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    """Another bot may copy a custom id that it sees."""
    to = place("text")
    await messenger.send(DELIVERY, to, a_message())
    (message,) = arrived(loopback)
    message["author"] = BEN.payload()
    assert await find(messenger, DELIVERY, to, time.time()) is None


async def test_what_was_sent_before_is_not_looked_through(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    for to in (place("text"), place("forum")):
        await messenger.send(DELIVERY, to, a_message())
        assert await find(messenger, DELIVERY, to, time.time() + 3600) is None
    assert loopback.rest.count("GET", f"{MESSAGES}/[0-9]+") == 0


async def test_an_empty_history_is_not_believed_where_it_may_not_be_read(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    """Discord shows an empty channel there; the message would go out again."""
    to = place("text")
    await messenger.send(DELIVERY, to, a_message())
    loopback.answers.unreadable.add(str(TEXT_ID))
    for role in loopback.answers.guild["roles"]:
        role["permissions"] = str(int(role["permissions"]) & ~(1 << 16))
    with pytest.raises(NoAccess, match="Read Message History"):
        await find(messenger, DELIVERY, to, time.time())


async def test_other_peoples_posts_in_a_forum_are_left_alone(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    sent = await messenger.send(DELIVERY, place("forum"), a_message())
    loopback.answers.channels[str(sent.channel)]["owner_id"] = str(ADA.id)
    theirs = thread(THREAD_ID, "theirs", TEXT_ID, owner=APPLICATION_ID, kind=PUBLIC_THREAD)
    loopback.answers.channels[theirs["id"]] = theirs
    assert await find(messenger, DELIVERY, place("forum"), time.time()) is None
    assert loopback.rest.count("GET", f"{MESSAGES}/[0-9]+") == 0


async def test_a_post_is_found_among_hundreds_of_archived_ones(
    loopback: LoopbackDiscord, messenger: DiscordMessenger
) -> None:
    to = place("forum")
    sent = await messenger.send(DELIVERY, to, a_message())
    found = loopback.answers.channels[str(sent.channel)]
    found["thread_metadata"]["archived"] = True
    for number in range(150):
        other = thread(10_000 + number, "old", FORUM_ID)
        stamp = {
            "archived": True,
            "archive_timestamp": f"2999-01-01T00:00:00.{number:03}+00:00",
        }
        other["thread_metadata"] |= stamp
        loopback.answers.channels[other["id"]] = other
    assert await find(messenger, DELIVERY, to, time.time()) == sent


async def test_a_hundred_letters_at_once_arrive_and_hardly_meet_the_global_limit(
    loopback: LoopbackDiscord, client: discord.Client
) -> None:
    limits = loopback.rest.limits = Limits()
    messenger = DiscordMessenger(client)
    for number in range(100):
        each = channel(1000 + number, f"channel-{number}")
        loopback.answers.channels[each["id"]] = each

    async def send(number: int) -> None:
        to = Subscription(place="text", guild=SERVER_ID, channel=1000 + number)
        await messenger.send(delivery_id(to.key, ["welcome"]), to, a_message())

    await asyncio.gather(*map(send, range(100)))
    assert len(arrived(loopback)) == 100
    # On a busy computer, requests that left evenly may arrive together.
    assert limits.refused < 5
