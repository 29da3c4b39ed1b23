"""Interactions that Discord posts to us, dispatched to the same command tree as the gateway's.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import discord
from discord.webhook.async_ import async_context
from multidict import MultiMapping

from bot.transport.api import without_nulls
from bot.transport.exchange import BodyAdapter, Exchange, Payload, Reply, encode
from bot.transport.signatures import DiscordClock, Signatures, well_formed

log = logging.getLogger(__name__)

# Discord waits for three: https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
DEADLINE_SECONDS = 2.5
# Each takes some 30 kB while it is answered, so that all of them fit into 256 MB.
MAX_AT_ONCE = 250

INTERACTION = "INTERACTION_CREATE"
PING = 1
PONG = b'{"type":1}'

Apology = Callable[[Mapping[str, Any]], Payload]


class Interactions:
    """Receives signed requests and answers them.

    Args:
        client: dispatches interactions, as one that listens to the gateway does.
        apology: the answer to an interaction that nothing answered in time.
        deadline: seconds after which ``apology`` answers.
        at_once: how many requests may wait for their answers.
        clock: tells which requests are recorded ones.
        passed_over: hears of each interaction that cannot be parsed, by the name that the gateway
            has for such events.

    Attributes:
        heard: is set by every genuine request.
    """

    def __init__(
        self,
        client: discord.Client,
        *,
        apology: Apology,
        deadline: float = DEADLINE_SECONDS,
        at_once: int = MAX_AT_ONCE,
        clock: DiscordClock | None = None,
        passed_over: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.heard = asyncio.Event()
        self._client = client
        self._apology = apology
        self._deadline = deadline
        self._free = at_once
        self._clock = clock or DiscordClock()
        self._passed_over = passed_over
        self._signatures: Signatures | None = None

    def trust(self, public_key: str) -> None:
        """Answer requests that were signed with the key that belongs to ``public_key``."""
        self._signatures = Signatures(public_key, clock=self._clock.now)

    def refusal(self, headers: MultiMapping[str]) -> HTTPStatus | None:
        """The status to answer with before the body is read, where the headers say enough."""
        if self._signatures is None or not self._free:
            return HTTPStatus.SERVICE_UNAVAILABLE
        return None if well_formed(headers) else HTTPStatus.UNAUTHORIZED

    async def receive(
        self, headers: MultiMapping[str], body: bytes, *, proven: Callable[[], None] = lambda: None
    ) -> Reply:
        """Answer a request; its reply must be told when it was sent.

        Args:
            headers: of the request.
            body: as it was sent.
            proven: is called when Discord has signed them.
        """
        if self._signatures is None or not self._free:
            return Reply(HTTPStatus.SERVICE_UNAVAILABLE)
        if not await self.is_genuine(headers, body):
            return Reply(HTTPStatus.UNAUTHORIZED)
        proven()
        self.heard.set()
        try:
            interaction = json.loads(body)
            kind = interaction["type"]
        except (ValueError, KeyError, TypeError, RecursionError):
            log.warning("Discord signed what is no interaction: %d bytes", len(body))
            return Reply(HTTPStatus.BAD_REQUEST)
        if kind == PING:
            return Reply(HTTPStatus.OK, PONG)
        self._free -= 1
        try:
            return await self._answer(interaction)
        finally:
            self._free += 1

    async def is_genuine(self, headers: MultiMapping[str], body: bytes) -> bool:
        """Whether Discord has signed a request just now, by Discord's own clock if need be."""
        signatures = self._signatures
        sent = signatures.signed_at(headers, body) if signatures else None
        if signatures is None or sent is None:
            return False
        if not signatures.accept(sent):
            await self._clock.ask()
            return signatures.accept(sent)
        return True

    async def _answer(self, interaction: Payload) -> Reply:
        exchange = Exchange()
        try:
            self._dispatch(interaction, exchange)
            answer = await exchange.answer(self._deadline)
        except asyncio.CancelledError:
            exchange.close(arrived=False)
            raise
        except TimeoutError:
            log.warning("Nothing answered interaction %s in time", interaction.get("id"))
            answer = encode(self._apology(interaction))
        except Exception:
            self._passed_over(INTERACTION)
            log.exception("Interaction %s cannot be understood", interaction.get("id"))
            answer = encode(self._apology(interaction))
        return Reply(HTTPStatus.OK, answer, exchange)

    def _dispatch(self, interaction: Payload, exchange: Exchange) -> None:
        """Start what answers the interaction.

        discord.py does that in tasks, which inherit the adapter with their context.
        """
        token = async_context.set(BodyAdapter(exchange, interaction))
        try:
            self._client._connection.parse_interaction_create(without_nulls(interaction))  # type: ignore[arg-type] # noqa: SLF001 - where the gateway's interactions go too
        finally:
            async_context.reset(token)
