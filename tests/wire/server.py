"""A Discord on the loopback interface, for bots in this process or another."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.wire.answers import Answers
from tests.wire.endpoint import encoded, signed
from tests.wire.gateway import Gateway
from tests.wire.interactions import Exchange
from tests.wire.limits import check_limits
from tests.wire.patience import PATIENCE
from tests.wire.posting import read
from tests.wire.rest import Fault, Rest
from tests.wire.schema import description, validate_request

# https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback


class LoopbackDiscord:
    """REST API and gateway on one port; an asynchronous context manager.

    Attributes:
        base: the API's URL, for DISCORD_API_BASE.
        rest: what was asked over HTTP, and what is to fail.
        gateway: the websocket side.
        answers: what this Discord remembers: commands, messages, interactions.
        lag: seconds between a response of the bot's endpoint and its taking effect.
        is_outrun: whether a response takes effect only after a request that needs it has come.
    """

    def __init__(self) -> None:
        description()  # skips the test here rather than failing it inside a request
        self.base = ""
        self.lag = 0.0
        self.is_outrun = False
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
        await self.answers.poster.close()
        assert self._runner is not None
        await self._runner.cleanup()

    def fail(
        self,
        method: str,
        path: str,
        status: int | None,
        *,
        times: int = 1,
        retry_after: float | None = 0.05,
        works: bool = False,
        delay: float = 0.0,
        is_global: bool = False,
        text: tuple[str, str] | None = None,
    ) -> None:
        """Answer the next requests with an error, as ``Fault`` describes it."""
        self.rest.faults.append(
            Fault(
                method,
                path,
                status,
                times,
                retry_after,
                works,
                delay,
                is_global=is_global,
                text=text,
            )
        )

    def read(self, channel: str | int) -> list[dict[str, Any]]:
        """What people see in a channel, oldest first; of a forum, each post's first message."""
        return read(self.answers, channel)

    async def interact(self, interaction: dict[str, Any], *, seconds: float = PATIENCE) -> Exchange:
        """Let the bot hear of an interaction, and wait for its answer.

        Raises:
            TimeoutError: nothing to see came in time.
        """
        exchange = Exchange(interaction)
        self.answers.exchanges[interaction["token"]] = exchange
        url = self.answers.application["interactions_endpoint_url"]
        if url is None:
            await self.gateway.dispatch("INTERACTION_CREATE", interaction)
        else:
            await self._post(url, exchange)
        async with asyncio.timeout(seconds):
            await exchange.answered.wait()
        return exchange

    async def _post(self, url: str, exchange: Exchange) -> None:
        """Send an interaction to the bot's endpoint, and do what the response says."""
        body = encoded(exchange.interaction)
        first = len(self.rest.calls)
        response = await self.answers.poster.post(url, body, signed(body))
        # For this long, Discord has read the response and does not know it everywhere.
        await asyncio.sleep(self.lag)
        if self.is_outrun:
            await self.rest.until_not_found(first)
        cause = exchange.interaction
        path = f"/interactions/{cause['id']}/{cause['token']}/callback"
        validate_request("POST", path, response.payload)
        check_limits(response.payload)
        self.answers.take(exchange, response.payload)
