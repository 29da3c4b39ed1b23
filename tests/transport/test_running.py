"""What readers wait for is finished before the bot stops."""

from __future__ import annotations

import asyncio
import time

from bot.transport.lifecycle import finish_running
from tests.transport.clerk import Clerk, answering
from tests.wire.interactions import Reader
from tests.wire.server import LoopbackDiscord


async def test_an_edit_that_follows_its_answer_is_waited_for(loopback: LoopbackDiscord) -> None:
    loopback.lag = 0.3
    async with answering(loopback, Clerk()):
        asked = asyncio.create_task(loopback.interact(Reader().command("patient")))
        await asyncio.sleep(0.15)  # the answer has left, and the edit is still refused
        await finish_running(2)
        assert (await asked).shown["content"] == "At last"


async def test_a_command_that_never_ends_is_not(loopback: LoopbackDiscord) -> None:
    async with answering(loopback, clerk := Clerk(pause=30), deadline=0.1):
        await loopback.interact(Reader().command("slow"))
        start = time.monotonic()
        await finish_running(0.1)
        assert time.monotonic() - start < clerk.pause
