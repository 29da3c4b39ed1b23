"""A blog's public site on the loopback interface, which is built late or answers oddly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Site:
    """Pages by their path.

    Attributes:
        base: its address.
        statuses: what the next requests for a page are answered with; the last one stays.
        redirects: where pages lead, by path.
        hangs: paths whose requests are never answered.
        heads: what every HEAD is answered with, instead; None to answer it as a GET.
        requests: method and path of every request.
        is_closing: ends what hangs.
    """

    base: str = ""
    statuses: dict[str, list[int]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    hangs: set[str] = field(default_factory=set)
    heads: int | None = None
    requests: list[tuple[str, str]] = field(default_factory=list)
    is_closing: asyncio.Event = field(default_factory=asyncio.Event)

    def link(self, path: str) -> str:
        """The address of a page."""
        return f"{self.base}{path}"

    def asked(self, path: str) -> int:
        """How often a page was asked for, HEAD and GET together being one time."""
        heads = self.requests.count(("HEAD", path))
        return heads or self.requests.count(("GET", path))

    async def answer(self, request: web.Request) -> web.Response:
        """Answer as told; 404 for what nobody told of."""
        path = request.path
        self.requests.append((request.method, path))
        if path in self.hangs:
            await self.is_closing.wait()
        if request.method == "HEAD" and self.heads is not None:
            return web.Response(status=self.heads)
        if path in self.redirects:
            return web.Response(status=302, headers={"Location": self.redirects[path]})
        left = self.statuses.get(path, [404])
        # A failing HEAD is followed by a GET, which asks the same.
        is_last = request.method == "GET" or left[0] < 400
        return web.Response(status=left.pop(0) if is_last and len(left) > 1 else left[0])


@asynccontextmanager
async def serving_site() -> AsyncIterator[Site]:
    """A site without pages, for as long as the context is open."""
    site = Site()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    try:
        listener = web.TCPSite(runner, "127.0.0.1", 0)
        await listener.start()
        site.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield site
    finally:
        site.is_closing.set()
        await runner.cleanup()
