"""Following and announcing over signed requests: in every place, in every language."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import discord
import pytest
from aiohttp import web

from bot.chat import interaction as interactions
from bot.chat.client import Slashpost
from bot.chat.context import Context
from bot.chat.custom_ids import (
    KINDS,
    AskToStop,
    CustomId,
    OpenSettings,
    PickRole,
    PickTags,
    SettingsPage,
    Stop,
    Switch,
    TypedTags,
    TypeTags,
)
from bot.chat.errors import failure
from bot.serve.state import State
from bot.transport.channels import PLACES as KINDS_OF_CHANNELS
from bot.transport.channels import DiscordChannels
from bot.transport.commands import sync_commands
from bot.transport.interactions import Interactions
from bot.web.interactions import add_interactions
from bot.web.server import listening
from tests.chat.blog import fill, garden, open_index
from tests.ports import free_port
from tests.wire.guild import CHANNEL_ID
from tests.wire.interactions import Exchange, Reader
from tests.wire.limits import components_of, texts_of
from tests.wire.patience import PATIENCE
from tests.wire.people import ADA, BEN, KEY, TOKEN, Place
from tests.wire.process import BotProcess, over_http
from tests.wire.server import LoopbackDiscord

MODAL = 9
# https://docs.discord.com/developers/resources/message#message-object-message-types
ANSWER = 20
PLACES = pytest.mark.parametrize("place", Place)


@asynccontextmanager
async def answering(
    loopback: LoopbackDiscord, folder: Path, state: State
) -> AsyncIterator[Slashpost]:
    """Let the loopback Discord post interactions to the bot, in this process."""
    async with AsyncExitStack() as stack:
        index = await stack.enter_async_context(open_index(folder))
        await fill(index, garden())
        context = Context(
            library=index, subscriptions=state.subscriptions, backlog=state.outbox.backlog
        )
        client = Slashpost(context, sync=sync_commands)
        context.channels = DiscordChannels(client)
        await stack.enter_async_context(client)
        interactions = Interactions(client, apology=failure)
        routes = web.Application()
        add_interactions(routes, interactions)
        port = await stack.enter_async_context(listening(routes, 0))
        await client.login(TOKEN)
        interactions.trust(KEY.verify_key.encode().hex())
        url = f"http://127.0.0.1:{port}/interactions"
        loopback.answers.application["interactions_endpoint_url"] = url
        yield client


Ask = Callable[[dict[str, Any]], Awaitable[Exchange]]


@pytest.fixture
async def state() -> AsyncIterator[State]:
    """What the bot remembers, in memory."""
    async with State.open(None) as state:
        yield state


@pytest.fixture
async def ask(loopback: LoopbackDiscord, tmp_path: Path, state: State) -> AsyncIterator[Ask]:
    """Sends an interaction to the bot."""
    async with answering(loopback, tmp_path, state):
        yield loopback.interact


@PLACES
async def test_a_reader_follows_anywhere_and_only_they_see_it(
    ask: Ask, place: Place, loopback: LoopbackDiscord, state: State
) -> None:
    reader = Reader(place=place, locale="de")
    followed = await ask(reader.command("follow", tag="soil"))
    assert followed.is_private
    assert "Du folgst Beiträgen mit einem dieser Schlagwörter: `Soil`" in followed.text
    wish = await state.subscriptions.get(f"u{ADA.id}")
    assert wish is not None
    assert (wish.tags, wish.locale) == (("Soil",), "de")
    assert loopback.rest.count("POST", "/users/@me/channels") == 1
    ended = await ask(reader.command("unfollow"))
    assert ended.is_private
    assert await state.subscriptions.get(f"u{ADA.id}") is None


@PLACES
async def test_who_cannot_be_written_to_hears_that_in_their_language(
    ask: Ask, place: Place, loopback: LoopbackDiscord, state: State
) -> None:
    loopback.fail("POST", "/channels/[0-9]+/messages", 403)
    followed = await ask(Reader(place=place, locale="fr").command("follow"))
    assert "Je ne peux pas vous écrire" in followed.text
    wish = await state.subscriptions.get(f"u{ADA.id}")
    assert wish is not None
    assert wish.pause is not None
    assert wish.pause.reason == "closed"


async def test_announcing_is_set_up_in_the_language_of_whoever_does_it(
    ask: Ask, state: State
) -> None:
    reader = Reader(locale="ja")
    seen = await ask(reader.command("announce here"))
    assert seen.is_private
    assert f"新しい記事をすべて <#{CHANNEL_ID}> に送ります。" in seen.text
    wish = await state.subscriptions.get(f"c{CHANNEL_ID}")
    assert wish is not None
    assert (wish.locale, wish.place) == ("ja", "text")


async def test_a_form_is_taken_by_a_bot_that_did_not_send_it(
    loopback: LoopbackDiscord, tmp_path: Path, state: State
) -> None:
    reader = Reader()
    async with answering(loopback, tmp_path, state):
        seen = (await loopback.interact(reader.command("announce here"))).shown
        opened = await loopback.interact(reader.click(seen, f"more:{CHANNEL_ID}"))
        assert opened.callback is not None
        assert opened.callback["type"] == MODAL
    async with answering(loopback, tmp_path, state):
        modal = opened.callback["data"]
        sent = reader.submit(modal["custom_id"], modal, "soil\ntools", "", "de", message=seen)
        turned = await loopback.interact(sent)
        assert f"go to <#{CHANNEL_ID}>: `Soil` `Tools`" in turned.text
    wish = await state.subscriptions.get(f"c{CHANNEL_ID}")
    assert wish is not None
    assert (wish.tags, wish.locale) == (("Soil", "Tools"), "de")


async def test_settings_that_take_long_to_look_up_follow_in_private(
    ask: Ask, loopback: LoopbackDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interactions, "PATIENCE_SECONDS", 0.05)
    loopback.fail("GET", f"/channels/{CHANNEL_ID}", 429, retry_after=0.3)
    seen = await ask(Reader().command("announce here"))
    assert seen.is_private
    assert f"All new posts go to <#{CHANNEL_ID}>." in seen.text


async def test_a_preview_is_followed_by_a_word_on_it(ask: Ask, loopback: LoopbackDiscord) -> None:
    seen = await ask(Reader().command("announce test", post="bed-3"))
    assert "## [Bed number 3](" in seen.text
    assert seen.is_private
    await loopback.rest.until("POST", "/webhooks/.*")
    assert seen.is_private
    assert "Only you see this; nothing was sent." in seen.text


async def test_no_setting_goes_where_somebody_else_would_see_it(ask: Ask) -> None:
    for command in ("announce list", "announce edit", "announce pause", "announce remove"):
        assert (await ask(Reader().command(command))).is_private


@pytest.mark.parametrize("transport", ["gateway", "http"])
async def test_the_whole_bot_announces_a_new_post_and_takes_it_back(
    loopback: LoopbackDiscord, tmp_path: Path, transport: str
) -> None:
    posts, memory = tmp_path / "posts", tmp_path / "state.db"
    posts.mkdir()
    write(posts / "old.md", "Old news")
    options = over_http(tmp_path, free_port()) if transport == "http" else ()
    async with BotProcess(
        loopback.base, tmp_path / "i.db", *options, posts=posts, waits=False
    ) as bot:
        if transport == "http":
            await bot.says("Discord sends interactions to")
        else:
            await loopback.gateway.until(identified=1)
        # The bot may not even have looked at its posts yet.
        begun = await loopback.interact(Reader().command("announce here"))
        assert "All new posts go to" in "\n".join(texts_of(begun.message or {}))
        await loopback.interact(Reader(BEN).command("follow"))
        await until(lambda: known_posts(memory) == 1)
        assert announced(loopback) == [], "what was there before is no news"

        write(posts / "new.md", "Fresh news")
        await until(lambda: len(announced(loopback)) == 1)
        (message,) = announced(loopback)
        assert "Fresh news" in "\n".join(texts_of(message))
        read = next(each for each in components_of(message) if each.get("custom_id"))
        opened = await loopback.interact(Reader(BEN).click(message, read["custom_id"]))
        assert opened.is_private
        assert "Something has happened." in opened.text
        # The channel, and Ben twice: that he follows, and the news.
        await loopback.rest.until("POST", "/channels/[0-9]+/messages", times=3)

        (posts / "new.md").unlink()
        await until(lambda: "withdrawn" in "\n".join(texts_of(announced(loopback)[0])))
        assert await bot.end() == 0
    assert "Traceback" not in bot.log


async def test_a_bot_that_would_forget_what_it_announced_announces_nothing(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    posts = tmp_path / "posts"
    posts.mkdir()
    write(posts / "old.md", "Old news")
    state = ("--state", str(posts / "old.md" / "state.db"))
    async with BotProcess(loopback.base, tmp_path / "i.db", *state, posts=posts) as bot:
        await bot.says("New posts are not announced, since nothing can be remembered.")
        await loopback.gateway.until(identified=1)
        refusal = await loopback.interact(Reader().command("announce here"))
        assert refusal.is_private
        assert "Nothing can be announced" in refusal.text
        write(posts / "new.md", "Fresh news")
        await bot.says("Posts: 1 added")
        assert await bot.end() == 0
    assert announced(loopback) == []


def announced(loopback: LoopbackDiscord) -> list[dict[str, Any]]:
    """What is in the channel, besides answers to commands."""
    return [message for message in loopback.read(CHANNEL_ID) if message["type"] != ANSWER]


def write(file: Path, title: str) -> None:
    """Publish a post, all of it at once."""
    new = file.with_suffix(".new")
    new.write_text(f"---\ntitle: {title}\ndate: 2024-01-11\n---\nSomething has happened.\n")
    new.replace(file)


def known_posts(memory: Path) -> int:
    """How many posts the bot has seen so far."""
    with closing(sqlite3.connect(memory)) as state:
        (count,) = state.execute("SELECT count(*) FROM known_posts").fetchone()
    return int(count)


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something that is to come within seconds."""
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.05)


def named(command: str, channel: int = CHANNEL_ID, **resolved: str) -> dict[str, Any]:
    """A command with a channel as its option, and what Discord tells of that channel."""
    interaction = Reader().command(command, channel=str(channel))
    (given,) = interaction["data"]["options"][0]["options"]
    given["type"] = 7
    its = {"id": str(channel), "type": 0, "name": "news", "permissions": "0", **resolved}
    interaction["data"]["resolved"] = {"channels": {str(channel): its}}
    return interaction


READ = discord.Permissions(view_channel=True, read_message_history=True)


async def test_what_discord_says_of_the_bots_permissions_counts(
    ask: Ask, loopback: LoopbackDiscord
) -> None:
    seen = await ask(named("announce here"))
    assert "I lack" not in seen.text
    seen = await ask(named("announce here", app_permissions=str(READ.value)))
    assert "I lack permissions in this channel: **Send Messages**" in seen.text
    for each in loopback.answers.guild["roles"]:
        each["permissions"] = "0"
    all_of_them = str(discord.Permissions.all().value)
    assert "**View Channel, Send Messages" in (await ask(named("announce edit"))).text
    seen = await ask(named("announce edit", app_permissions=all_of_them))
    assert "I do not see" not in seen.text
    assert "I lack" not in seen.text


async def test_every_kind_of_channel_that_takes_announcements_can_be_chosen(
    ask: Ask, loopback: LoopbackDiscord
) -> None:
    await ask(Reader().command("announce list"))
    sent = loopback.answers.commands.tell(translated=True)
    group = next(each for each in sent if each["name"] == "announce")
    here = next(each for each in group["options"] if each["name"] == "here")
    assert set(here["options"][0]["channel_types"]) == set(KINDS_OF_CHANNELS)
    assert discord.ChannelType.media.value in KINDS_OF_CHANNELS


async def test_two_administrators_who_click_at_once_both_succeed(ask: Ask, state: State) -> None:
    first = (await ask(Reader().command("announce here"))).shown
    second = (await ask(Reader(BEN).command("announce edit"))).shown
    for on in (True, False) * 5:
        one = Reader().click(first, str(Switch("silent", on=on, channel=CHANNEL_ID)))
        other = Reader(BEN).click(second, str(Switch("threads", on=on, channel=CHANNEL_ID)))
        await asyncio.gather(ask(one), ask(other))
        wish = await state.subscriptions.get(f"c{CHANNEL_ID}")
        assert wish is not None
        assert (wish.silent, wish.threads) == (on, on)


MEMBER = discord.Permissions(send_messages=True, view_channel=True)
SETTINGS_CLICKS: tuple[CustomId, ...] = (
    OpenSettings(CHANNEL_ID),
    PickRole(CHANNEL_ID),
    PickTags("only", CHANNEL_ID),
    PickTags("never", CHANNEL_ID),
    *(
        Switch(what, on=True, channel=CHANNEL_ID)
        for what in ("silent", "publish", "threads", "paused")
    ),
    TypeTags(CHANNEL_ID),
    AskToStop(CHANNEL_ID),
    Stop(CHANNEL_ID),
    SettingsPage(1),
)


def test_every_click_on_settings_is_tried() -> None:
    channel = {kind for kind in KINDS.values() if "channel" in kind.parts}
    tried = set(map(type, SETTINGS_CLICKS))
    assert tried >= channel - {TypedTags}, "the form is tried below"


@pytest.mark.parametrize("forged", SETTINGS_CLICKS, ids=str)
async def test_a_member_cannot_change_settings_from_a_message_of_another_kind(
    ask: Ask, state: State, forged: CustomId
) -> None:
    await ask(Reader().command("announce here"))
    before = await state.subscriptions.get(f"c{CHANNEL_ID}")
    member = Reader(BEN)
    latest = (await ask(as_member(member.command("latest")))).shown
    seen = await ask(as_member(member.choose(latest, str(forged), "soil")))
    assert seen.text == "You need the permission **Manage Server**."
    assert await state.subscriptions.get(f"c{CHANNEL_ID}") == before


async def test_a_member_cannot_send_a_form_of_settings_that_was_not_opened(
    ask: Ask, state: State
) -> None:
    settings = (await ask(Reader().command("announce here"))).shown
    before = await state.subscriptions.get(f"c{CHANNEL_ID}")
    opened = await ask(Reader().click(settings, f"more:{CHANNEL_ID}"))
    assert opened.callback is not None
    modal, member = opened.callback["data"], Reader(BEN)
    latest = (await ask(as_member(member.command("latest")))).shown
    for message in (latest, None):
        form = member.submit(modal["custom_id"], modal, "soil", "", "de", message=message)
        assert (await ask(as_member(form))).text == "You need the permission **Manage Server**."
    assert await state.subscriptions.get(f"c{CHANNEL_ID}") == before


def as_member(interaction: dict[str, Any]) -> dict[str, Any]:
    """The interaction of somebody who does not manage the server."""
    interaction["member"]["permissions"] = str(MEMBER.value)
    return interaction
