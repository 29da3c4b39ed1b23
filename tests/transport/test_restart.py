"""What becomes of a process that is killed, stopped, or not wanted by Discord."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.wire.interactions import Reader
from tests.wire.limits import BUTTON, components_of
from tests.wire.process import BotProcess
from tests.wire.server import LoopbackDiscord


async def test_a_killed_bot_starts_again_and_answers_old_buttons(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    reader = Reader()
    async with BotProcess(loopback.base, tmp_path / "index.db") as bot:
        await loopback.gateway.until(identified=1)
        message = (await loopback.interact(reader.command("latest", count=2))).shown
        assert await bot.end(signal.SIGKILL) == -signal.SIGKILL
    async with BotProcess(loopback.base, tmp_path / "index.db") as bot:
        await loopback.gateway.until(identified=2)
        for component in components_of(message):
            usable = component.get("custom_id") and not component.get("disabled")
            if component["type"] == BUTTON and usable:
                click = reader.click(message, component["custom_id"])
                answer = await loopback.interact(click)
                opens_form = component["custom_id"].startswith("goto:")
                assert opens_form or answer.text
        assert await bot.end(signal.SIGTERM) == 0
    assert "Traceback" not in bot.log, bot.log
    assert loopback.rest.count("PUT", ".*/commands") == 1


async def test_a_bot_without_a_network_waits_until_it_is_stopped(tmp_path: Path) -> None:
    nobody_listens = "http://127.0.0.1:9/api/v10"
    async with BotProcess(nobody_listens, tmp_path / "index.db") as bot:
        await bot.says("Cannot reach Discord (Cannot connect to host 127.0.0.1:9")
        assert await bot.end(signal.SIGINT) == 0
    assert "Traceback" not in bot.log


async def test_a_rejected_token_is_one_line_and_exit_status_2(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    async with BotProcess(loopback.base, tmp_path / "index.db", token="not-a-token") as bot:
        assert await bot.ended() == 2
    assert len([line for line in bot.log.splitlines() if "DISCORD_TOKEN" in line]) == 1
    assert "Traceback" not in bot.log
    assert "not-a-token" not in bot.log
