"""``/healthz`` and ``/readyz``: for machines that watch over the bot's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from aiohttp import web

Lacking = Callable[[], Awaitable[Sequence[str]]]


def add_health(app: web.Application, lacking: Lacking) -> None:
    """Answer whether the process lives, and whether readers would get answers.

    Args:
        app: gets the routes.
        lacking: says what the bot still lacks to answer readers; empty when nothing.
    """

    async def alive(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_request: web.Request) -> web.Response:
        missing = await lacking()
        status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
        return web.json_response({"ready": not missing, "lacking": list(missing)}, status=status)

    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
