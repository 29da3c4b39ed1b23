"""The bot registers its own address at Discord, and what happens when that fails."""

from __future__ import annotations

import asyncio
import itertools
import signal
import time
from pathlib import Path

import aiohttp
import pytest

from bot.blog.errors import DiscordRefused
from bot.serve.state import State
from bot.transport.endpoint import HttpService
from tests.ports import free_port
from tests.transport.clerk import Clerk, answering
from tests.wire.endpoint import encoded, ping, signed
from tests.wire.interactions import Reader
from tests.wire.people import TOKEN
from tests.wire.process import BotProcess, over_http
from tests.wire.server import LoopbackDiscord

ME = "/applications/@me"
SENDS = "Discord sends interactions to"
ELSEWHERE = "https://elsewhere.example/interactions"


def endpoint(loopback: LoopbackDiscord) -> str | None:
    url: str | None = loopback.answers.application["interactions_endpoint_url"]
    return url


async def test_a_token_is_all_it_takes(loopback: LoopbackDiscord, tmp_path: Path) -> None:
    port = free_port()
    async with BotProcess(loopback.base, tmp_path / "i.db", *over_http(tmp_path, port)) as bot:
        await bot.says(SENDS)
        assert endpoint(loopback) == f"http://127.0.0.1:{port}/interactions"
        assert "https://discord.com/oauth2/authorize?client_id=100" in bot.log
        assert (await loopback.interact(Reader().command("latest"))).text
        assert await bot.end() == 0
    assert '"level": "warning"' not in bot.log
    assert "Traceback" not in bot.log
    # The first start wrote what Discord lacked; a second has nothing to write.
    async with BotProcess(loopback.base, tmp_path / "i.db", *over_http(tmp_path, port)) as bot:
        await loopback.rest.until("GET", ME, times=2)
        assert (await loopback.interact(Reader().command("latest"))).text
    assert loopback.rest.count("PATCH", ME) == 1
    assert loopback.rest.count("PUT", ".*/commands") == 1


async def test_a_bot_that_ran_before_answers_while_discord_is_down(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    port = free_port()
    async with BotProcess(loopback.base, tmp_path / "i.db", *over_http(tmp_path, port)) as bot:
        await bot.says(SENDS)
    loopback.fail("GET", "/users/@me", 0, times=99)
    async with BotProcess(loopback.base, tmp_path / "i.db", *over_http(tmp_path, port)) as bot:
        await bot.says("Cannot reach Discord")
        assert (await loopback.interact(Reader().command("latest"))).text
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/readyz") as ready:
                assert ready.status == 503
                assert (await ready.json())["lacking"] == ["Discord has not been reached yet"]
            async with session.get(f"http://127.0.0.1:{port}/healthz") as alive:
                assert alive.status == 200
        assert await bot.end(signal.SIGTERM) == 0


async def test_a_revoked_token_ends_a_bot_that_ran_before(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    options = over_http(tmp_path, free_port())
    async with BotProcess(loopback.base, tmp_path / "i.db", *options) as bot:
        await bot.says(SENDS)
    loopback.fail("GET", "/users/@me", 401, times=9)
    async with BotProcess(loopback.base, tmp_path / "i.db", *options) as bot:
        assert await bot.ended() == 2
    assert "slashpost: DISCORD_TOKEN: Discord rejects this token" in bot.log
    assert "Traceback" not in bot.log


async def test_a_state_that_cannot_be_written_is_said_and_lived_without(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    options = over_http(tmp_path / "file", free_port())
    async with BotProcess(loopback.base, tmp_path / "i.db", *options) as bot:
        await bot.says(SENDS)
        assert (await loopback.interact(Reader().command("latest"))).text
    assert "state.db: cannot be written" in bot.log
    assert "SLASHPOST_STATE" in bot.log


async def test_a_taken_port_is_one_line_and_exit_status_2(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    port = int(loopback.base.split(":")[2].split("/")[0])
    async with BotProcess(loopback.base, tmp_path / "i.db", *over_http(tmp_path, port)) as bot:
        assert await bot.ended() == 2
    assert f"slashpost: PORT: cannot listen on {port}" in bot.log
    assert "Traceback" not in bot.log


async def test_a_gateway_takes_nothing_over_without_being_told(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    loopback.answers.application["interactions_endpoint_url"] = ELSEWHERE
    async with BotProcess(loopback.base, tmp_path / "i.db", "--mode", "gateway") as bot:
        assert await bot.ended() == 2
    assert ELSEWHERE in bot.log
    assert "--take-over" in bot.log
    assert "Traceback" not in bot.log
    assert endpoint(loopback) == ELSEWHERE
    assert loopback.rest.count("PUT", ".*/commands") == 0


async def test_a_laptop_takes_over_and_the_deployed_bot_takes_back(
    loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    deployed = over_http(tmp_path, free_port())
    async with BotProcess(loopback.base, tmp_path / "i.db", *deployed) as bot:
        await bot.says(SENDS)
        own = endpoint(loopback)
        laptop = ("--mode", "gateway", "--take-over")
        async with BotProcess(loopback.base, tmp_path / "laptop" / "i.db", *laptop) as other:
            await loopback.gateway.until(identified=1)
            assert endpoint(loopback) is None
            assert (await loopback.interact(Reader().command("latest"))).text
            assert f"Took interactions over from {own}" in other.log
            assert await other.end() == 0
    async with BotProcess(loopback.base, tmp_path / "i.db", *deployed) as bot:
        await bot.says(SENDS)
        assert endpoint(loopback) == own


async def run(loopback: LoopbackDiscord, public_url: str) -> None:
    """Configure the application, in this process, until cancelled."""
    async with (
        State.open(None) as state,
        answering(loopback, clerk := Clerk(), logs_in=False) as interactions,
    ):
        service = HttpService(
            clerk, TOKEN, interactions=interactions, public_url=public_url, memory=state.identities
        )
        await service.run()


async def test_a_refused_endpoint_is_tried_again(
    loopback: LoopbackDiscord, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.transport.endpoint.pauses", lambda: itertools.repeat(0.05))
    nobody = f"http://127.0.0.1:{free_port()}"
    task = asyncio.create_task(run(loopback, nobody))
    await loopback.rest.until("PATCH", ME, times=2)
    loopback.fail("GET", ME, 0, times=2)  # aiohttp asks once more by itself
    await loopback.rest.until("PATCH", ME, times=4)
    task.cancel()
    await asyncio.wait({task})
    refused, *_ = [r.getMessage() for r in caplog.records if "does not accept" in r.getMessage()]
    assert f"{nobody}/interactions: can it be reached from the internet?" in refused
    assert "could not be verified" in refused
    assert "Cannot reach Discord" in caplog.text


async def test_a_token_revoked_meanwhile_ends_the_service(loopback: LoopbackDiscord) -> None:
    loopback.fail("GET", ME, 401)
    with pytest.raises(DiscordRefused, match="rejects this token"):
        await run(loopback, "https://bot.example")


async def test_a_command_makes_the_bot_look_after_its_endpoint(
    loopback: LoopbackDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.endpoint.LOOK_AGAIN_SECONDS", 0.05)
    async with (
        State.open(None) as state,
        answering(loopback, clerk := Clerk(), logs_in=False) as interactions,
    ):
        url = endpoint(loopback) or ""
        service = HttpService(
            clerk,
            TOKEN,
            interactions=interactions,
            public_url=url.removesuffix("/interactions"),
            memory=state.identities,
        )
        task = asyncio.create_task(service.run())
        await loopback.rest.until("GET", ME, times=1)
        await asyncio.sleep(0.2)
        assert len([call for call in loopback.rest.calls if call.path == ME]) == 1, "nobody came"

        loopback.answers.application["interactions_endpoint_url"] = None
        body = encoded(ping())
        await loopback.answers.poster.post(url, body, signed(body))
        await loopback.rest.until("PATCH", ME)
        assert service.lacking is None
        task.cancel()
        await asyncio.wait({task})
    assert endpoint(loopback) == url


async def test_a_stopped_bot_is_soon_gone(loopback: LoopbackDiscord, tmp_path: Path) -> None:
    options = over_http(tmp_path, free_port())
    async with BotProcess(loopback.base, tmp_path / "i.db", *options) as bot:
        await bot.says(SENDS)
        # Connections stay open, as Discord's do, and somebody is never done with a request.
        await loopback.interact(Reader().command("latest"))
        url = endpoint(loopback) or ""
        host, port = url.split("/")[2].split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /interactions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        await writer.drain()
        start = time.monotonic()
        assert await bot.end(signal.SIGTERM) == 0
        # Three on a quiet machine; one that waited for the open request would take a minute.
        assert time.monotonic() - start < 50
        with pytest.raises((OSError, aiohttp.ClientError), match=r"."):
            await loopback.interact(Reader().command("latest"))
        writer.close()
    assert "Traceback" not in bot.log
