"""``/healthz``, ``/readyz`` and ``/metrics``: for programs that monitor the bot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from aiohttp import web

# https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Lacking = Callable[[], Awaitable[Sequence[str]]]


def add_health(app: web.Application, lacking: Lacking) -> None:
    """Answer whether the process runs, and whether readers would get answers.

    Args:
        app: gets the routes.
        lacking: what keeps the bot from answering readers; empty when nothing does.
    """

    async def alive(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_request: web.Request) -> web.Response:
        missing = await lacking()
        status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
        return web.json_response({"ready": not missing, "lacking": list(missing)}, status=status)

    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)


def add_metrics(app: web.Application, read: Callable[[], Awaitable[bytes]]) -> None:
    """Answer ``/metrics`` with what ``read`` gives, in Prometheus' text format."""

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=await read(), headers={"Content-Type": METRICS_TYPE})

    app.router.add_get("/metrics", metrics)
