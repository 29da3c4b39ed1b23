"""Machines die, requests fail, and still every channel has every post once, in order.

Each machine is a process of its own that is killed with SIGKILL, by itself between two
steps or from outside at any moment.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from bot.announce.subscription import Place
from tests.announce.scene import Blog, Note, Town, notes, shown, unfinished, wanted
from tests.announce.zygote import Machine, Zygote
from tests.wire.server import LoopbackDiscord

pytestmark = pytest.mark.asyncio(loop_scope="module")
module = pytest_asyncio.fixture(scope="module", loop_scope="module")

# A request is given up after two thirds of that; Discord may hang for longer.
LEASE, HANG = 3.0, 2.2
THOROUGH = pytest.mark.announce
PLACES: tuple[Place, ...] = ("text", "news", "forum", "thread", "reader")
AT_ONCE = 8
# More posts than this at once become one message.
LIMIT = 5
KILLED = -signal.SIGKILL


def make(folder: Path) -> Path:
    """Make a folder."""
    folder.mkdir()
    return folder


@module
async def zygote() -> AsyncIterator[Zygote]:
    """Starts machines."""
    async with Zygote() as zygote:
        yield zygote


class Story:
    """One blog, one Discord, one state, and machines one after the other."""

    def __init__(self, zygote: Zygote, discord: LoopbackDiscord, folder: Path, town: Town) -> None:
        self.discord = discord
        self.town = town
        self.blog = Blog(folder / "blog.json")
        self.lease = LEASE
        self._zygote = zygote
        self.state = str(folder / "state.db")
        town.settle(discord.answers)

    async def begin(self, notes: Sequence[Note]) -> None:
        """Let a first machine see what was written before anyone asked for announcements."""
        self.blog.publish(notes, is_complete=True)
        machine = await self.start(subscriptions=self.town.orders())
        assert await machine.ended() == 0, self._zygote.log
        assert self.discord.answers.messages == {}

    async def start(self, *, die_at: int = 0, **more: Any) -> Machine:
        """Start a machine."""
        return await self._zygote.start(
            {
                "base": self.discord.base,
                "state": self.state,
                "blog": str(self.blog.path),
                "subscriptions": [],
                "die_at": die_at,
                "lease": self.lease,
                "limit": LIMIT,
                **more,
            }
        )

    async def end_of(self, machine: Machine) -> int:
        """How a machine ended."""
        try:
            status = await machine.ended()
        except TimeoutError:
            raise AssertionError(f"it goes on and on:\n{self._zygote.log[-3000:]}") from None
        assert status in {0, KILLED}, self._zygote.log
        return status

    def check(self, published: Sequence[Note]) -> None:
        """Every channel has every wanted post exactly once and in order."""
        answers = self.discord.answers
        for to in self.town.subscriptions:
            assert shown(answers, to) == wanted(to, published), f"{to}\n{self._zygote.log}"
            assert unfinished(answers, to) == []
        assert self.discord.rest.complaints == []


@pytest.mark.parametrize(
    ("place", "posts"),
    [("text", 1), ("forum", 1), *(pytest.param(each, 3, marks=THOROUGH) for each in PLACES)],
)
async def test_a_machine_may_be_killed_at_every_step(
    zygote: Zygote, tmp_path: Path, place: Place, posts: int
) -> None:
    """Before and after each call of ledger, outbox and messenger."""
    town = Town.build([place])
    old, *fresh = notes(1 + posts, int(time.time()), Random(posts))
    begun = make(tmp_path / "begun")
    async with LoopbackDiscord() as discord:
        await Story(zygote, discord, begun, town).begin([old])

    async def die_at(step: int) -> bool:
        folder = shutil.copytree(begun, tmp_path / str(step))
        async with LoopbackDiscord() as discord:
            return await die_once(Story(zygote, discord, folder, town), [old, *fresh], step)

    for first in range(1, 1000, AT_ONCE):
        if not all(await asyncio.gather(*(die_at(first + n) for n in range(AT_ONCE)))):
            break
    assert first > 10 * posts, "a delivery takes more steps than that"


async def die_once(story: Story, published: Sequence[Note], step: int) -> bool:
    """Let a first machine die at a step, and a second one go on; whether the first died.

    The first of the posts is known already.
    """
    story.lease = 1.0
    story.blog.publish(published, is_complete=True)
    status = await story.end_of(await story.start(die_at=step))
    assert await story.end_of(await story.start()) == 0
    story.check(published[1:])
    return status == KILLED
