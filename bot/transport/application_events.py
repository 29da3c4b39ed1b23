"""Events of the application that Discord posts to us: who added it, and who removed it.

https://docs.discord.com/developers/events/webhook-events
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import discord
from discord.http import Route
from multidict import MultiMapping

from bot.announce.message import MessengerError
from bot.announce.subscription import Subscription, Subscriptions
from bot.blog.errors import StateUnavailable
from bot.transport.exchange import Reply
from bot.transport.interactions import Interactions
from bot.transport.rate_limiter import RateLimiter
from bot.transport.rest import Rest

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]

PING = 0
ADDED, REMOVED = "APPLICATION_AUTHORIZED", "APPLICATION_DEAUTHORIZED"
# Discord waits for three, and asks again later.
DEADLINE_SECONDS = 2.5
# https://docs.discord.com/developers/resources/user#get-current-user-guilds
SERVERS_PER_PAGE, MOST_PAGES = 200, 100


class ApplicationEvents:
    """Receives signed events: implements ``web.Receiver``.

    Of a server that removed the bot, Discord sends no event that names it. So every event is a
    reason to ask which servers the bot is in.

    Args:
        interactions: know who signs Discord's requests.
        client: the bot; nothing of its cache is used.
        subscriptions: are kept in step.
    """

    def __init__(
        self, interactions: Interactions, client: discord.Client, subscriptions: Subscriptions
    ) -> None:
        self._interactions = interactions
        self._subscriptions = subscriptions
        self._rest = Rest(client, RateLimiter())
        self._look: asyncio.Task[None] | None = None

    def refusal(self, headers: MultiMapping[str]) -> HTTPStatus | None:
        """The status to answer with before the body is read, where the headers say enough."""
        return self._interactions.refusal(headers)

    async def receive(
        self, headers: MultiMapping[str], body: bytes, *, proven: Callable[[], None] = lambda: None
    ) -> Reply:
        """Note what an event says; only then is Discord told that it need not send it again."""
        if not await self._interactions.is_genuine(headers, body):
            return Reply(HTTPStatus.UNAUTHORIZED)
        proven()
        try:
            sent = json.loads(body)
            event = None if sent["type"] == PING else sent["event"]
            kind, data = (event["type"], event.get("data") or {}) if event else ("", {})
            reader, server = _id(data.get("user")), _id(data.get("guild"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            log.warning("Discord signed what is no event: %d bytes", len(body))
            return Reply(HTTPStatus.BAD_REQUEST)
        if event is None:
            return Reply(HTTPStatus.NO_CONTENT)
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await self._note(kind, reader, server)
        except (StateUnavailable, TimeoutError) as error:
            log.warning("Discord is to send %s again: %s", kind, str(error) or "it took too long")
            return Reply(HTTPStatus.SERVICE_UNAVAILABLE)
        if kind in {ADDED, REMOVED} and self._look is None:
            self._look = asyncio.create_task(self._compare_servers())
        return Reply(HTTPStatus.NO_CONTENT)

    async def _note(self, kind: str, reader: int | None, server: int | None) -> None:
        if kind == ADDED and server is not None:
            await self._subscriptions.returned(server)
        elif kind == REMOVED and server is not None:
            await self._subscriptions.left(server, int(time.time()))
        elif kind == REMOVED and reader is not None:
            key = Subscription(place="reader", reader=reader).key
            if await self._subscriptions.remove(key):
                log.info("A reader who removed the app is forgotten")

    async def _compare_servers(self) -> None:
        """Pause what is announced in servers that the bot is not in, and the other way about."""
        try:
            present = await self._servers()
            for guild in await self._subscriptions.guilds():
                if guild in present:
                    await self._subscriptions.returned(guild)
                else:
                    await self._subscriptions.left(guild, int(time.time()))
        except (MessengerError, StateUnavailable) as error:
            log.warning("Could not look which servers the bot is in: %s", error)
        finally:
            self._look = None

    async def _servers(self) -> frozenset[int]:
        """Ids of the servers that the bot is in.

        Raises:
            MessengerError: Discord does not tell all of them.
        """
        found: set[int] = set()
        for _ in range(MOST_PAGES):
            query: dict[str, int | str] = {
                "limit": SERVERS_PER_PAGE,
                "after": max(found, default=0),
            }
            page = await self._rest.ask(
                Route("GET", "/users/@me/guilds"),
                lambda answer: [int(each["id"]) for each in answer],
                query=query,
            )
            found.update(page)
            if len(page) < SERVERS_PER_PAGE:
                return frozenset(found)
        raise MessengerError("There are too many")


def _id(holder: Any) -> int | None:
    return None if holder is None else int(holder["id"])
