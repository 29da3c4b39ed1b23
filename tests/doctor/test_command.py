"""``slashpost doctor`` as it is typed."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import discord
import pytest

from bot.doctor.discord import check_intents
from tests.wire.people import TOKEN
from tests.wire.process import FOREIGN
from tests.wire.server import LoopbackDiscord

CHECKOUT = Path(__file__).parents[2]


async def doctor(folder: Path, *options: str, **environment: str) -> tuple[int | None, str, str]:
    """Run it with these settings alone, and return exit status, stdout and stderr."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith((*FOREIGN, "DISCORD_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "doctor", "--db", str(folder / "i.db"), *options),
        cwd=CHECKOUT,
        env=inherited | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_it_prints_a_line_a_check_and_fails_where_something_is_wrong(tmp_path: Path) -> None:
    status, out, err = await doctor(tmp_path)
    assert (status, err) == (1, "")
    lines = out.splitlines()
    assert len(lines) == 12
    assert lines[0].startswith("✓ settings ")
    assert lines[1].startswith("✗ token        DISCORD_TOKEN: not set. ")
    assert lines[2].startswith("- application ")


async def test_json_says_the_same(tmp_path: Path) -> None:
    status, out, _ = await doctor(tmp_path, "--json", "--date-order", "year")
    assert status == 1
    (result,) = json.loads(out)
    assert list(result) == ["check", "outcome", "message", "hint"]
    assert (result["check"], result["outcome"]) == ("settings", "wrong")


async def test_warnings_do_not_mix_with_the_findings_and_no_token_is_printed(
    tmp_path: Path,
) -> None:
    async with LoopbackDiscord() as loopback:
        loopback.fail("GET", "/users/@me", 429)
        state = ("--state", str(tmp_path / "s.db"))
        status, out, err = await doctor(
            tmp_path, *state, DISCORD_TOKEN=TOKEN, DISCORD_API_BASE=loopback.base
        )
        assert loopback.rest.complaints == []
    assert (status, err) == (1, "")  # nobody has sent the commands yet
    assert "✓ token" in out
    assert TOKEN not in out


@pytest.mark.parametrize("bits", [0, 1 << 14, 1 << 15])
def test_an_intent_that_is_asked_for_must_be_granted(bits: int) -> None:
    """Flags of an application: 1 << 14 all members, 1 << 15 for fewer than 100 servers."""
    granted = discord.ApplicationFlags()
    granted.value = bits
    result = check_intents(discord.Intents(members=True), granted)
    assert result.outcome == ("ok" if bits else "wrong")
    assert result.outcome == "ok" or "Server Members" in result.message
    spare = check_intents(discord.Intents(guilds=True), granted)
    assert spare.outcome == "ok"
    assert ("Server Members could be turned off" in spare.message) is bool(bits)
