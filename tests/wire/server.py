"""A Discord on the loopback interface, for bots in this process or another."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.wire.answers import Answers
from tests.wire.gateway import Gateway
from tests.wire.interactions import Exchange
from tests.wire.rest import Fault, Rest
from tests.wire.schema import description

# https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback
SECONDS_TO_ANSWER = 3


class LoopbackDiscord:
    """REST API and gateway on one port; an asynchronous context manager.

    Attributes:
        base: the API's URL, for DISCORD_API_BASE.
        rest: what was asked over HTTP, and what is to fail.
        gateway: the websocket side.
        answers: what this Discord remembers: commands, messages, interactions.
    """

    def __init__(self) -> None:
        description()  # skips the test here rather than failing it inside a request
        self.base = ""
        self.answers = Answers()
        self.rest = Rest(self.answers)
        self.gateway = Gateway()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_route("*", "/api/v10/{path:.*}", self.rest.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0]
        self.base = f"http://{host}:{port}/api/v10"
        self.gateway.url = self.answers.gateway_url = f"ws://{host}:{port}/gateway/"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening."""
        await self.gateway.close()
        assert self._runner is not None
        await self._runner.cleanup()

    def fail(
        self,
        method: str,
        path: str,
        status: int,
        *,
        times: int = 1,
        retry_after: float | None = 0.05,
    ) -> None:
        """Answer the next requests with an error, as ``Fault`` describes it."""
        self.rest.faults.append(Fault(method, path, status, times, retry_after))

    async def interact(
        self, interaction: dict[str, Any], *, seconds: float = SECONDS_TO_ANSWER
    ) -> Exchange:
        """Let the bot hear of an interaction, and wait for its answer.

        Raises:
            TimeoutError: nothing to see came in time.
        """
        exchange = Exchange(interaction)
        self.answers.exchanges[interaction["token"]] = exchange
        await self.gateway.dispatch("INTERACTION_CREATE", interaction)
        async with asyncio.timeout(seconds):
            await exchange.answered.wait()
        return exchange
