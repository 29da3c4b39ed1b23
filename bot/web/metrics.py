"""``/metrics``: for Prometheus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def add_metrics(app: web.Application, read: Callable[[], Awaitable[bytes]]) -> None:
    """Answer ``/metrics`` with what ``read`` gives, in Prometheus' text format."""

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=await read(), headers={"Content-Type": CONTENT_TYPE})

    app.router.add_get("/metrics", metrics)
