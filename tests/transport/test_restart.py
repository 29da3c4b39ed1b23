"""What becomes of a process that is killed, stopped, or not wanted by Discord."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.wire.interactions import Reader
from tests.wire.limits import BUTTON, components_of
from tests.wire.process import BotProcess
from tests.wire.server import LoopbackDiscord


async def test_a_killed_bot_starts_again_and_answers_old_buttons(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    reader = Reader()
    async with BotProcess(loopback.base, tmp_path / "index.db") as bot:
        await loopback.gateway.until(identified=1, seconds=30)
        message = (await loopback.interact(reader.command("latest", count=2))).shown
        assert await bot.end(signal.SIGKILL) == -signal.SIGKILL
    async with BotProcess(loopback.base, tmp_path / "index.db") as bot:
        await loopback.gateway.until(identified=2, seconds=30)
        for component in components_of(message):
            usable = component.get("custom_id") and not component.get("disabled")
            if component["type"] == BUTTON and usable:
                click = reader.click(message, component["custom_id"])
                assert (await loopback.interact(click)).text
        assert await bot.end(signal.SIGTERM) == 0
    assert "Traceback" not in bot.log, bot.log
    assert loopback.rest.count("PUT", ".*/commands") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_bot_that_cannot_reach_discord_waits_until_it_is_stopped(
    loopback: LoopbackDiscord, tmp_path: Path, number: signal.Signals
) -> None:
    loopback.fail("GET", "/users/@me", 503, times=99)
    async with BotProcess(loopback.base, tmp_path / "index.db") as bot:
        await loopback.rest.until("GET", "/users/@me", seconds=30)
        assert await bot.end(number) == 0
    assert "Cannot reach Discord (503" in bot.log
    assert "Traceback" not in bot.log


async def test_a_rejected_token_is_one_line_and_exit_status_2(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    async with BotProcess(loopback.base, tmp_path / "index.db", token="not-a-token") as bot:
        assert await bot.ended() == 2
    assert len([line for line in bot.log.splitlines() if "DISCORD_TOKEN" in line]) == 1
    assert "Traceback" not in bot.log
    assert "not-a-token" not in bot.log
