"""An announcer over a state of its own, a blog and a Discord of dictionaries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.announce.announcer import Announcer
from bot.announce.page_waits import PageProbe
from bot.announce.subscription import Subscription
from bot.serve.state import State
from tests.announce.channels import Channels, Lines, Shelf
from tests.wire.patience import PATIENCE

NEWS = Subscription(place="news", guild=1, channel=11)
TEXT = Subscription(place="text", guild=1, channel=12)


@dataclass
class Stage:
    """Everything that an announcement needs."""

    state: State
    shelf: Shelf
    discord: Channels
    page_probe: PageProbe | None = None
    page_wait: float = 1800.0

    def announcer(self) -> Announcer:
        """What a process that starts now has."""
        return Announcer(
            self.shelf,
            ledger=self.state.ledger,
            outbox=self.state.outbox,
            subscriptions=self.state.subscriptions,
            page_waits=self.state.page_waits,
            messenger=self.discord,
            composer=Lines(),
            lease_seconds=5,
            settle=0,
            page_probe=self.page_probe,
            page_wait=self.page_wait,
            clock=lambda: self.shelf.now,
        )

    async def announce(self, *announcers: Announcer) -> int:
        """Start, or go on, look at the posts and send; how much waits after that."""
        waiting = 0
        for announcer in announcers or (self.announcer(),):
            async with announcer.running():
                await announcer.notice()
                waiting = await self.settled(announcer)
        return waiting

    async def settled(self, announcer: Announcer) -> int:
        """Wait for what is under way, however busy the machine; how much waits after that."""
        async with asyncio.timeout(PATIENCE):
            waiting = await announcer.idle(3)
            while announcer._is_behind or not announcer._sender.is_idle:
                waiting = await announcer.idle(3)
        return waiting


async def until(condition: Callable[[], Awaitable[bool] | bool]) -> None:
    """Wait until something is so, of which nobody tells."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.01)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """An empty blog that a channel has been told of."""
    async with State.open(tmp_path / "state.db") as state:
        stage = Stage(state, Shelf(), Channels())
        await stage.announce()
        await state.subscriptions.keep(TEXT)
        yield stage
