"""Those who watch over machines hear whether the bot lives, and whether it answers."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web

from bot.blog.errors import SettingError
from bot.web.health import add_health
from bot.web.server import listening


async def test_a_bot_is_alive_before_it_is_ready() -> None:
    missing = ["The index cannot be read"]

    async def lacking() -> list[str]:
        return missing

    routes = web.Application()
    add_health(routes, lacking)
    async with listening(routes, 0) as port, aiohttp.ClientSession() as session:
        base = f"http://127.0.0.1:{port}"
        async with session.get(f"{base}/healthz") as alive:
            assert (alive.status, await alive.text()) == (200, "ok\n")
        async with session.get(f"{base}/readyz") as ready:
            assert ready.status == 503
            assert await ready.json() == {"ready": False, "lacking": missing}
        missing.clear()
        async with session.get(f"{base}/readyz") as ready:
            assert ready.status == 200
            assert await ready.json() == {"ready": True, "lacking": []}


async def test_a_port_serves_one_bot_only() -> None:
    async with listening(web.Application(), 0) as port:
        with pytest.raises(SettingError, match=rf"^PORT: cannot listen on {port}"):
            async with listening(web.Application(), port):
                pass
