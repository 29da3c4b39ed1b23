"""The bot at work: Discord on one side, the posts on the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web
from discord import app_commands

from bot.app import until_stopped
from bot.blog.errors import IndexUnavailable, StateUnavailable
from bot.blog.library import Library
from bot.chat.apology import apology
from bot.state.state import State
from bot.transport.api import use_api_base
from bot.transport.commands import sync_commands
from bot.transport.endpoint import claim_gateway
from bot.transport.gateway import run_gateway
from bot.transport.http import HttpService
from bot.transport.interactions import Interactions
from bot.transport.running import finish_running
from bot.web.health import add_health
from bot.web.interactions import add_interactions
from bot.web.server import listening

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)

DEFAULT_PORT = 8080
# For what still runs after its answer has left, such as an edit.
FINISH_SECONDS = 1.0


async def serve(app: App, *, take_over: bool = False) -> None:
    """Serve Discord until the process is told to stop.

    Args:
        app: the posts and the settings.
        take_over: whether the gateway may take interactions from a registered endpoint.

    Raises:
        SettingError: there is no token, or the port cannot be used.
        DiscordRefused: Discord rejects the token, or has an endpoint that is in the way.
    """
    token = app.settings.require_token()
    use_api_base(app.settings.api_base)
    if app.settings.mode == "http":
        await until_stopped(serve_http(app, token))
    else:
        await until_stopped(serve_gateway(app, token, take_over=take_over))


async def serve_http(app: App, token: str) -> None:
    """Answer what Discord posts; where the bot ran before, before anything else is done."""
    async with remembering(app.settings.state) as memory, app.client() as client:
        interactions = Interactions(client, apology=apology)
        service = HttpService(
            client,
            token,
            interactions=interactions,
            public_url=app.settings.public_url,
            memory=memory,
        )
        if not app.settings.db.exists():  # the first start has nothing to answer from
            await app.sync()
        await service.recall()
        routes = web.Application()
        add_interactions(routes, interactions)
        add_health(routes, lambda: lacking(app.library, service.lacking))
        async with (
            listening(routes, DEFAULT_PORT if app.settings.port is None else app.settings.port),
            in_background(service.run()) as running,
        ):
            await app.sync()
            log.info("%s", await app.summary())
            async with app.watching():
                await running
        await finish_running(FINISH_SECONDS)


async def serve_gateway(app: App, token: str, *, take_over: bool) -> None:
    """Stay connected to Discord; on a port that was set, tell whether that is so."""

    async def sync(tree: app_commands.CommandTree) -> Sequence[app_commands.AppCommand]:
        application = tree.client.application
        assert application is not None, "login() asks for it"
        endpoint = application.interactions_endpoint_url
        await claim_gateway(tree.client.http, endpoint, take_over=take_over)
        return await sync_commands(tree)

    await app.sync()
    log.info("%s", await app.summary())
    client = app.client(sync)
    async with AsyncExitStack() as stack:
        if app.settings.port is not None:
            routes = web.Application()
            waiting = "Not connected to Discord"
            add_health(routes, lambda: lacking(app.library, None if client.is_ready() else waiting))
            await stack.enter_async_context(listening(routes, app.settings.port))
        await stack.enter_async_context(app.watching())
        await run_gateway(client, token)


async def lacking(library: Library, at_discord: str | None) -> list[str]:
    """What must still happen before readers are answered."""
    missing = [at_discord] if at_discord else []
    try:
        await library.latest(limit=1)
    except IndexUnavailable:
        missing.append("The index cannot be read")
    return missing


@asynccontextmanager
async def remembering(path: Path) -> AsyncIterator[State]:
    """The state; where its file cannot be written, one for the life of the process."""
    async with AsyncExitStack() as stack:
        try:
            state = await stack.enter_async_context(State.open(path))
        except StateUnavailable as error:
            log.warning("%s Until then, a restart forgets everything.", error)
            state = await stack.enter_async_context(State.open(None))
        yield state


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Let ``work`` go on beside the context; in its end, it is cancelled."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
