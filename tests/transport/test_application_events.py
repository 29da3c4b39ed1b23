"""Who adds and removes the app is heard of over HTTP, signed as interactions are."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
import pytest
from aiohttp import web
from nacl.signing import SigningKey

from bot.announce.subscription import Pause, Subscription
from bot.blog.errors import StateUnavailable
from bot.serve.state import State
from bot.transport.application_events import SERVERS_PER_PAGE, ApplicationEvents
from bot.transport.interactions import Interactions
from bot.web.interactions import EVENTS_PATH, add_interactions
from bot.web.server import listening
from tests.announce.conftest import until
from tests.transport.clerk import apology
from tests.wire.endpoint import Response, signed
from tests.wire.people import ADA, APPLICATION_ID, KEY, SERVER_ID, TOKEN
from tests.wire.server import LoopbackDiscord

HERE = Subscription(place="text", guild=SERVER_ID, channel=400, since=1)
ELSEWHERE = Subscription(place="text", guild=999, channel=401, since=1)
READER = Subscription(place="reader", reader=ADA.id, since=1)
WHEN = "2025-06-05T23:30:23.064834"


def event(kind: str, **data: Any) -> dict[str, Any]:
    """An event as Discord sends it."""
    about = {"version": 1, "application_id": str(APPLICATION_ID), "type": 1}
    return about | {"event": {"type": kind, "timestamp": WHEN, "data": data}}


def added(server: int | None = None) -> dict[str, Any]:
    """Somebody has added the app: to a server, or to their account."""
    data: dict[str, Any] = {"user": ADA.payload(), "scopes": ["applications.commands"]}
    if server is None:
        return event("APPLICATION_AUTHORIZED", integration_type=1, **data)
    guild = {"id": str(server), "name": "Readers"}
    return event("APPLICATION_AUTHORIZED", integration_type=0, guild=guild, **data)


REMOVED = event("APPLICATION_DEAUTHORIZED", user=ADA.payload())
PING = {"version": 1, "application_id": str(APPLICATION_ID), "type": 0}


@dataclass
class Scene:
    """A bot that listens, and what it remembers."""

    loopback: LoopbackDiscord
    state: State
    url: str

    async def post(self, sent: object, key: SigningKey = KEY) -> Response:
        """Send what Discord, or somebody else, has signed."""
        body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        return await self.loopback.answers.poster.post(self.url, body, signed(body, key=key))

    async def pause_of(self, subscription: Subscription) -> str | None:
        """Why it is paused."""
        found = await self.state.subscriptions.get(subscription.key)
        assert found is not None
        return found.pause.reason if found.pause else None

    async def until_paused(self, subscription: Subscription, reason: str | None) -> None:
        async def is_so() -> bool:
            return await self.pause_of(subscription) == reason

        await until(is_so)


@asynccontextmanager
async def listening_to(loopback: LoopbackDiscord, state: State) -> AsyncIterator[Scene]:
    client = discord.Client(intents=discord.Intents.none())
    async with client:
        interactions = Interactions(client, apology=apology)
        interactions.trust(KEY.verify_key.encode().hex())
        routes = web.Application()
        events = ApplicationEvents(interactions, client, state.subscriptions)
        add_interactions(routes, events, EVENTS_PATH)
        async with listening(routes, 0) as port:
            await client.login(TOKEN)
            yield Scene(loopback, state, f"http://127.0.0.1:{port}/events")


@pytest.fixture
async def scene(loopback: LoopbackDiscord) -> AsyncIterator[Scene]:
    async with State.open(None) as state, listening_to(loopback, state) as scene:
        for each in (HERE, ELSEWHERE, READER):
            await state.subscriptions.keep(each)
        yield scene


async def test_a_ping_is_acknowledged_without_a_body(scene: Scene) -> None:
    response = await scene.post(PING)
    assert (response.status, response.body) == (204, b"")


async def test_what_somebody_else_signed_is_refused(scene: Scene) -> None:
    stranger = SigningKey(b"\1" * 32)
    for sent in (PING, REMOVED):
        assert (await scene.post(sent, stranger)).status == 401
    assert await scene.state.subscriptions.get(READER.key) is not None


@pytest.mark.parametrize(
    "sent",
    [
        *(b"", b"{", [], {}, {"type": 1}, {"type": 1, "event": 3}, b"[" * 9000),
        *(event("APPLICATION_DEAUTHORIZED", user=user) for user in (3, {}, {"id": "x"})),
    ],
    ids=str,
)
async def test_what_is_no_event_is_refused(scene: Scene, sent: object) -> None:
    assert (await scene.post(sent)).status == 400
    assert await scene.state.subscriptions.get(READER.key) is not None


async def test_a_reader_who_removed_the_app_is_forgotten(scene: Scene) -> None:
    for _ in range(2):  # Discord may send it again
        assert (await scene.post(REMOVED)).status == 204
        assert await scene.state.subscriptions.get(READER.key) is None


async def test_a_server_that_the_bot_has_left_is_noticed_although_no_event_names_it(
    scene: Scene,
) -> None:
    assert (await scene.post(REMOVED)).status == 204
    await scene.until_paused(ELSEWHERE, "left")
    assert await scene.pause_of(HERE) is None


async def test_a_server_that_is_named_is_noticed_at_once(scene: Scene) -> None:
    scene.loopback.fail("GET", "/users/@me/guilds", 503, times=9)
    sent = event("APPLICATION_DEAUTHORIZED", user=ADA.payload(), guild={"id": str(SERVER_ID)})
    assert (await scene.post(sent)).status == 204
    assert await scene.pause_of(HERE) == "left"
    assert await scene.state.subscriptions.get(READER.key) is not None, "it was the server's"


async def test_what_waits_goes_on_in_a_server_that_has_the_bot_again(scene: Scene) -> None:
    scene.loopback.fail("GET", "/users/@me/guilds", 503, times=9)
    await scene.state.subscriptions.left(SERVER_ID, 5)
    assert (await scene.post(added(SERVER_ID))).status == 204
    assert await scene.pause_of(HERE) is None


async def test_what_an_administrator_paused_stays_so(scene: Scene) -> None:
    await scene.state.subscriptions.pause(ELSEWHERE.key, Pause(reason="admin", since=1))
    await scene.state.subscriptions.pause(HERE.key, Pause(reason="admin", since=1))
    await scene.post(added(SERVER_ID))
    await scene.loopback.rest.until("GET", "/users/@me/guilds")
    for each in (HERE, ELSEWHERE):
        assert await scene.pause_of(each) == "admin"


async def test_all_pages_of_servers_are_read(scene: Scene) -> None:
    ids = [str(1000 + number) for number in range(SERVERS_PER_PAGE)]
    scene.loopback.answers.more_guilds = [*ids, str(ELSEWHERE.guild)]
    await scene.state.subscriptions.left(ELSEWHERE.guild or 0, 5)
    await scene.post(added())
    await scene.until_paused(ELSEWHERE, None)
    assert scene.loopback.rest.count("GET", "/users/@me/guilds") == 2


async def test_where_discord_does_not_list_the_servers_none_is_taken_for_left(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.loopback.fail("GET", "/users/@me/guilds", 503, times=9)
    assert (await scene.post(added())).status == 204
    await until(lambda: "Could not look which servers the bot is in" in caplog.text)
    assert await scene.pause_of(ELSEWHERE) is None


async def test_other_events_are_acknowledged(scene: Scene) -> None:
    assert (await scene.post(event("ENTITLEMENT_CREATE", id="1"))).status == 204
    assert (await scene.post({**PING, "type": 1, "event": {"type": "NEWS"}})).status == 204
    assert scene.loopback.rest.count("GET", "/users/@me/guilds") == 0


async def test_discord_sends_again_what_could_not_be_kept(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unavailable(_: object, key: str) -> bool:
        raise StateUnavailable(f"{key}: locked")

    with monkeypatch.context() as broken:
        broken.setattr(type(scene.state.subscriptions), "remove", unavailable)
        assert (await scene.post(REMOVED)).status == 503
    assert (await scene.post(REMOVED)).status == 204
    assert await scene.state.subscriptions.get(READER.key) is None
