"""The bot at work: Discord on one side, the posts on the other."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from aiohttp import web
from discord import app_commands

from bot import lazy
from bot.app import App
from bot.blog.background import in_background
from bot.blog.errors import IndexUnavailable, SettingError
from bot.blog.library import Library
from bot.blog.usage import Usage
from bot.chat.client import Slashpost, Sync
from bot.chat.errors import failure
from bot.monitoring.logs import report
from bot.monitoring.metrics import Metrics
from bot.monitoring.secrets import Secrets
from bot.monitoring.sentry import reporting
from bot.serve.asker import answering, build_asker
from bot.serve.client import build_client
from bot.serve.hooks import HookActions
from bot.serve.state import State, open_state
from bot.settings import Settings, setting_of
from bot.transport.api import finish_running, invite_url, use_api_base
from bot.transport.application_events import ApplicationEvents
from bot.transport.commands import sync_commands
from bot.transport.endpoint import HttpService, claim_gateway
from bot.transport.gateway import connections_wanted, run_gateway
from bot.transport.interactions import Interactions
from bot.transport.signatures import DiscordClock
from bot.web.connection import Limits
from bot.web.front_page import Front, add_front_page
from bot.web.health import add_health, add_metrics
from bot.web.interactions import EVENTS_PATH, add_interactions
from bot.web.server import listening

if TYPE_CHECKING:
    from bot.announce.announcer import Announcer

log = logging.getLogger(__name__)

DEFAULT_PORT = 8080
POSTS_ON_FRONT_PAGE = 10
# For what still runs after its answer has left, such as an edit.
FINISH_SECONDS = 3.0


async def serve(app: App, *, take_over: bool = False) -> None:
    """Serve Discord until the process is told to stop.

    Args:
        app: the posts and the settings.
        take_over: whether the gateway may take interactions from a registered endpoint.

    Raises:
        SettingError: there is no token, or a port or a DSN cannot be used.
        DiscordRefused: Discord rejects the token, or has an endpoint that is in the way.
    """
    settings = app.settings
    token = settings.require_token()
    use_api_base(settings.api_base)
    secrets = Secrets(settings.secrets)
    async with reporting(settings.sentry_dsn, secrets, setting=setting_of("sentry_dsn").label):
        await until_stopped(_serve_again_and_again(app, token, take_over=take_over))


async def _serve_again_and_again(app: App, token: str, *, take_over: bool) -> None:
    """Serve, and begin again whenever the state's file has changed under the bot."""
    while True:
        again = asyncio.Event()
        if app.settings.mode == "http":
            work = serve_http(app, token, again)
        else:
            work = serve_gateway(app, token, again, take_over=take_over)
        async with in_background(work) as serving, in_background(_wait(again)) as waiting:
            await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                await serving
                return
        log.info("Beginning again with the state")


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def serve_http(app: App, token: str, again: asyncio.Event) -> None:
    """Answer what Discord posts; where the bot ran before, before anything else is done."""
    metrics = Metrics(app.library, app.settings.db)
    clock = DiscordClock()
    async with (
        open_state(app.settings, again) as state,
        observed_client(app, metrics, state, clock) as client,
    ):
        interactions = Interactions(
            client, apology=failure, clock=clock, passed_over=metrics.count_unparsed
        )
        service = HttpService(
            client,
            token,
            interactions=interactions,
            public_url=app.settings.public_url,
            memory=state.identities,
        )
        if not await app.recall():  # the first start has nothing to answer from
            await app.sync()
        await service.recall()
        routes = web.Application()
        add_interactions(routes, interactions)
        events = ApplicationEvents(interactions, client, state.subscriptions)
        add_interactions(routes, events, EVENTS_PATH)
        troubles: list[Callable[[], str | None]] = [lambda: service.lacking]
        add_pages(routes, app.library, lambda: client, troubles)
        hooks = HookActions(app, routes)
        port = DEFAULT_PORT if app.settings.port is None else app.settings.port
        async with (
            listening(routes, port, host=app.settings.host, refused=metrics.count_refusal),
            serving_metrics(metrics, app.settings),
            in_background(service.run()) as running,
            answering(client.context.asker),  # questions come as soon as the port is open
        ):
            await app.begin()
            log.info("%s", await app.summary())
            await asyncio.to_thread(lazy.load)
            async with (
                announced(app, client, state, metrics, troubles) as announcer,
                hooks.working(announcer, client.context.asker),
                app.watching(),
            ):
                # Cancelled with this, it would close the session that last edits need.
                await asyncio.shield(running)
        await finish_running(FINISH_SECONDS)


async def serve_gateway(app: App, token: str, again: asyncio.Event, *, take_over: bool) -> None:
    """Stay connected to Discord; on a port that was set, tell whether that is so."""

    async def sync(tree: app_commands.CommandTree) -> Sequence[app_commands.AppCommand]:
        application = tree.client.application
        assert application is not None, "login() asks for it"
        endpoint = application.interactions_endpoint_url
        await claim_gateway(tree.client.http, endpoint, take_over=take_over)
        return await sync_commands(tree)

    await app.begin()
    log.info("%s", await app.summary())
    metrics = Metrics(app.library, app.settings.db)
    client: Slashpost | None = None
    hooks: HookActions | None = None
    waiting = "Not connected to Discord"
    troubles: list[Callable[[], str | None]] = [
        lambda: None if client and client.is_ready() else waiting
    ]
    async with AsyncExitStack() as stack:
        if app.settings.port is not None:
            routes = web.Application()
            add_pages(routes, app.library, lambda: client, troubles)
            hooks = HookActions(app, routes)
            serving = listening(
                routes,
                app.settings.port,
                host=app.settings.host,
                refused=metrics.count_refusal,
            )
            await stack.enter_async_context(serving)
        await stack.enter_async_context(serving_metrics(metrics, app.settings))
        state = await stack.enter_async_context(open_state(app.settings, again))
        connections = await connections_wanted(token)
        clock = DiscordClock()
        client = observed_client(app, metrics, state, clock, sync, sharded=connections > 1)
        announcer = await stack.enter_async_context(
            announced(app, client, state, metrics, troubles)
        )
        if hooks is not None:
            await stack.enter_async_context(hooks.working(announcer, client.context.asker))
        await stack.enter_async_context(app.watching())
        await stack.enter_async_context(in_background(asyncio.to_thread(lazy.load)))
        async with (
            in_background(run_gateway(client, token, metrics.count_unparsed)) as running,
            answering(client.context.asker),
        ):
            await asyncio.shield(running)


def observed_client(
    app: App,
    metrics: Metrics,
    state: State,
    clock: DiscordClock,
    sync: Sync = sync_commands,
    *,
    sharded: bool = False,
) -> Slashpost:
    """The bot's client, with logs and metrics of its work and the clock that its requests set."""
    trace = metrics.trace()
    clock.add_to(trace)

    def tell(usage: Usage) -> None:
        report(usage)
        metrics.count(usage)

    return build_client(
        app,
        sync,
        sharded=sharded,
        state=state if state.lasts else None,
        asker=build_asker(app.settings, app.library, state, tell=metrics.count_question),
        tell=tell,
        http_trace=trace,
    )


@asynccontextmanager
async def announced(
    app: App,
    client: Slashpost,
    state: State,
    metrics: Metrics,
    troubles: list[Callable[[], str | None]],
) -> AsyncIterator[Announcer | None]:
    """Announce new posts, unless what was announced would be forgotten."""
    if not state.lasts:
        log.warning("New posts are not announced, since nothing can be remembered.")
        troubles.append(lambda: "The state cannot be opened: nothing is announced")
        yield None
        return
    from bot.serve.announcements import announcing  # noqa: PLC0415 - 20 ms: answers come first

    metrics.outbox = state.outbox
    async with announcing(app, client, state, tell=metrics.count_announcement) as announcer:
        troubles += [lambda: announcer.trouble, lambda: state.trouble]
        yield announcer


def add_pages(
    routes: web.Application,
    library: Library,
    bot: Callable[[], Slashpost | None],
    troubles: Sequence[Callable[[], str | None]],
) -> None:
    """Add the front page for people, and the health pages for monitoring.

    Args:
        routes: get the pages.
        library: the posts.
        bot: gives the bot once there is one, who may not know its name yet.
        troubles: each says what is lacking, if anything.
    """

    async def look() -> Front:
        client = bot()
        user = client and client.user
        application = client and client.application_id
        return Front(
            name=user.name if user else "Slashpost",
            invitation=invite_url(application) if application else None,
            posts=await library.count(),
            newest=await library.latest(limit=POSTS_ON_FRONT_PAGE),
        )

    add_front_page(routes, look)
    add_health(routes, lambda: lacking(library, troubles))


@asynccontextmanager
async def serving_metrics(metrics: Metrics, settings: Settings) -> AsyncIterator[None]:
    """Serve the metrics to Prometheus. If the port is taken, log that and go on without."""
    async with AsyncExitStack() as stack:
        if (port := settings.metrics_port) is not None:
            routes = web.Application()
            add_metrics(routes, metrics.read)
            serving = listening(
                routes,
                port,
                host=settings.metrics_host,
                what="Metrics",
                setting=setting_of("metrics_port").label,
                limits=Limits(connections=32),
            )
            try:
                await stack.enter_async_context(serving)
            except SettingError as error:
                log.warning("%s Until then, there are no metrics.", error)
        yield


async def lacking(library: Library, troubles: Sequence[Callable[[], str | None]]) -> list[str]:
    """What does not work at the moment, one line each."""
    missing = [said for said in (trouble() for trouble in troubles) if said]
    try:
        await library.latest(limit=1)
    except IndexUnavailable:
        missing.append("The index cannot be read")
    return missing


async def until_stopped(serving: Coroutine[Any, Any, None]) -> None:
    """Run ``serving`` until it ends, or until SIGINT or SIGTERM arrives."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(serving)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt
            loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not stopped:
            raise
