"""Whoever runs the bot sees what it does: over HTTP and over the gateway."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.monitoring.test_sentry import loopback_sentry
from tests.ports import free_port
from tests.wire.interactions import Reader
from tests.wire.people import TOKEN
from tests.wire.process import BotProcess, over_http
from tests.wire.server import LoopbackDiscord


async def get(url: str) -> str:
    """What a page holds."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 200
        return await response.text()


def lines(log: str) -> list[dict[str, Any]]:
    """The log's lines; fails for what is no JSON."""
    return [json.loads(line) for line in log.splitlines()]


@pytest.mark.parametrize("mode", ["http", "gateway"])
async def test_what_a_reader_does_is_logged_and_counted(
    loopback: LoopbackDiscord, tmp_path: Path, mode: str
) -> None:
    port = free_port()
    options = over_http(tmp_path, port) if mode == "http" else ("--port", str(port))
    async with BotProcess(loopback.base, tmp_path / "i.db", *options) as bot:
        if mode == "http":
            await bot.says("Discord sends interactions to")
        else:
            await loopback.gateway.until(identified=1)
        answered = await loopback.interact(Reader().command("search", query="readers"))
        assert answered.text
        await bot.says('"message": "interaction"')

        ports = re.findall(r"Metrics on port (\d+)", bot.log)
        metrics = await get(f"http://127.0.0.1:{ports[0]}/metrics")
        front_page = await get(f"http://127.0.0.1:{port}/")
        assert await bot.end() == 0

    (line,) = [line for line in lines(bot.log) if line["message"] == "interaction"]
    assert line["command"] == "search"
    assert line["options"] == ["query"]
    assert line["outcome"] == "answered"
    assert line["milliseconds"] > 0
    assert ("request_id" in line) == (mode == "http")
    assert line.get("shard") == (0 if mode == "gateway" else None)
    assert '"readers"' not in bot.log
    assert TOKEN not in bot.log

    sample = 'slashpost_interactions_total{command="search",kind="command",outcome="answered"} 1.0'
    assert sample in metrics.splitlines()
    assert re.search(r'slashpost_discord_requests_total\{method="GET",status="200"\} \d', metrics)
    assert re.search(r"^slashpost_posts 1\d\.0$", metrics, re.MULTILINE)

    assert 'href="https://discord.com/oauth2/authorize?client_id=100' in front_page
    assert "The newest of 1" in front_page
    assert TOKEN not in front_page + metrics


async def test_a_taken_metrics_port_keeps_nobody_from_an_answer(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    port = free_port()
    options = (*over_http(tmp_path, port), "--metrics-port", str(port))
    async with BotProcess(loopback.base, tmp_path / "i.db", *options) as bot:
        await bot.says("Discord sends interactions to")
        assert (await loopback.interact(Reader().command("latest"))).text
    (warning,) = [line for line in lines(bot.log) if line["level"] == "warning"]
    assert warning["message"].startswith("--metrics-port (SLASHPOST_METRICS_PORT): cannot listen")


async def test_an_error_is_reported_to_sentry(loopback: LoopbackDiscord, tmp_path: Path) -> None:
    options = over_http(tmp_path, free_port())
    async with loopback_sentry() as sentry:
        process = BotProcess(loopback.base, tmp_path / "i.db", *options, sentry_dsn=sentry.dsn)
        async with process as bot:
            await bot.says("Discord sends interactions to")
            broken = Reader().command("latest") | {"user": 7, "member": 7}
            assert (await loopback.interact(broken)).is_private, "the reader gets an apology"
            assert await bot.end() == 0
    (event,) = sentry.events
    assert "cannot be understood" in event["logentry"]["message"]
    assert event["tags"]["request_id"]
    assert TOKEN not in sentry.raw
    assert broken["token"] not in sentry.raw
