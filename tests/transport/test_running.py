"""What readers wait for is finished before the bot stops."""

from __future__ import annotations

import asyncio

from bot.transport.api import finish_running
from tests.transport.clerk import Clerk, answering
from tests.transport.test_interactions import until
from tests.wire.interactions import Reader
from tests.wire.patience import PATIENCE
from tests.wire.server import LoopbackDiscord


async def test_an_edit_that_follows_its_answer_is_waited_for(loopback: LoopbackDiscord) -> None:
    loopback.is_outrun = True
    async with answering(loopback, Clerk()):
        asked = asyncio.create_task(loopback.interact(Reader().command("patient")))
        # The answer has left, and the edit is still refused.
        await until(lambda: 404 in [call.status for call in loopback.rest.calls])
        await finish_running(PATIENCE)
        assert (await asked).shown["content"] == "At last"


async def test_a_command_that_never_ends_is_not(loopback: LoopbackDiscord) -> None:
    async with answering(loopback, clerk := Clerk(pause=2 * PATIENCE), deadline=0.1):
        await loopback.interact(Reader().command("slow"))
        async with asyncio.timeout(PATIENCE):
            await finish_running(0.1)
        assert clerk.begun == 1
