"""Errors are reported to Sentry where somebody wants that, without what is nobody's business."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.contextvars import bound_contextvars

from bot import __version__
from bot.blog.errors import DiscordRefused, SettingError
from bot.blog.usage import USAGE, Usage
from bot.monitoring.secrets import HIDDEN, Secrets
from bot.monitoring.sentry import reporting
from tests.wire.patience import PATIENCE

TOKEN = "MTA5ODc2NTQzMjEwOTg3NjU0MzI.GaBcDe.abcdefghijklmnopqrstuvwxyz0123456789AB"
# Written nowhere as it is, since reports quote the code around an error.
TYPED = "yralas ym"[::-1]
SEARCH = Usage(kind="command", command="search", options=("query",), guild=42, typed=(TYPED,))
log = logging.getLogger("bot.test")


class LoopbackSentry:
    """Takes envelopes: https://develop.sentry.dev/sdk/data-model/envelopes/.

    Attributes:
        dsn: where it listens.
        events: what was reported.
        raw: the same as text, all of it.
    """

    def __init__(self) -> None:
        self.dsn = ""
        self.events: list[dict[str, Any]] = []
        self.raw = ""
        self.routes = web.Application()
        self.routes.router.add_post("/api/7/envelope/", self._take)

    async def _take(self, request: web.Request) -> web.Response:
        assert "sentry_key=key" in request.headers["X-Sentry-Auth"]
        body = await request.read()  # aiohttp has undone the compression it knows
        text = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()
        self.raw += text
        _envelope, *items = text.splitlines()
        for head, payload in zip(items[::2], items[1::2], strict=False):
            if json.loads(head)["type"] == "event":
                self.events.append(json.loads(payload))
        return web.json_response({})


@asynccontextmanager
async def loopback_sentry() -> AsyncIterator[LoopbackSentry]:
    """A Sentry on the loopback interface."""
    sentry = LoopbackSentry()
    async with TestServer(sentry.routes) as server:
        sentry.dsn = f"http://key@127.0.0.1:{server.port}/7"
        yield sentry


def find(query: str) -> None:
    """Fail as a database might, repeating what was asked."""
    raise ValueError(f"no such column: {query}, {TOKEN}")


async def test_an_error_arrives_with_its_interaction_and_without_its_reader() -> None:
    async with (
        loopback_sentry() as sentry,
        reporting(sentry.dsn, Secrets([TOKEN]), setting="SENTRY_DSN"),
    ):
        with bound_contextvars(**{USAGE: SEARCH, "request_id": "r1"}):
            log.warning("Slow: %s", TYPED)
            try:
                find(TYPED)
            except ValueError:
                log.exception("Failed: /search")
    (event,) = sentry.events
    assert event["release"] == f"slashpost@{__version__}"
    assert event["logentry"]["message"] == "Failed: /search"
    assert event["tags"] == {
        "kind": "command",
        "command": "search",
        "guild": "42",
        "request_id": "r1",
    }
    assert event["contexts"]["interaction"]["options"] == ["query"]
    (raised,) = event["exception"]["values"]
    assert raised["value"] == f"no such column: {HIDDEN}, {HIDDEN}"
    assert raised["stacktrace"]["frames"][-1]["function"] == "find"
    assert event["breadcrumbs"]["values"][0]["message"] == f"Slow: {HIDDEN}"
    assert TYPED not in sentry.raw
    assert TOKEN not in sentry.raw
    assert '"vars"' not in sentry.raw, "no variables"
    assert "user" not in event


async def test_what_ends_the_bot_is_reported_unless_it_is_a_setting() -> None:
    async with loopback_sentry() as sentry:
        with pytest.raises(DiscordRefused):
            async with reporting(sentry.dsn, Secrets(), setting="SENTRY_DSN"):
                raise DiscordRefused("DISCORD_TOKEN: Discord rejects this token")
        assert sentry.events == []
        with pytest.raises(ZeroDivisionError):
            async with reporting(sentry.dsn, Secrets(), setting="SENTRY_DSN"):
                raise ZeroDivisionError
        (event,) = sentry.events
        assert event["exception"]["values"][0]["type"] == "ZeroDivisionError"


async def test_a_sentry_that_is_down_delays_the_end_by_a_second_only() -> None:
    async with loopback_sentry() as gone:
        dsn = gone.dsn
    async with asyncio.timeout(PATIENCE):
        async with reporting(dsn, Secrets(), setting="SENTRY_DSN"):
            log.error("Failed")


@pytest.mark.parametrize("dsn", ["yes", "https://sentry.example/1", "https://key@sentry.example/"])
async def test_a_bad_dsn_is_named_without_its_key(dsn: str) -> None:
    with pytest.raises(SettingError, match=r"^SENTRY_DSN: no DSN of Sentry") as caught:
        async with reporting(dsn, Secrets(), setting="SENTRY_DSN"):
            pass
    assert "key@" not in str(caught.value)


async def test_without_the_extra_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(SettingError, match=r"slashpost\[sentry\]"):
        async with reporting("https://key@sentry.example/1", Secrets(), setting="SENTRY_DSN"):
            pass
    async with reporting(None, Secrets(), setting="SENTRY_DSN"):
        pass
