"""Random schedules: posts, their homes, machines, backups and Discord, all of them unreliable.

Every channel has every post once and in order in the end.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from bot.announce import retry
from tests.announce.author import Author
from tests.announce.operator import Operator
from tests.announce.scene import (
    Note,
    Town,
    Weather,
    messages,
    notes,
    shown,
    unfinished,
    wanted,
)
from tests.announce.test_kills import HANG, KILLED, LEASE, LIMIT, PLACES, THOROUGH
from tests.announce.zygote import Machine, Zygote
from tests.needs import needs_git
from tests.wire.limits import texts_of
from tests.wire.server import LoopbackDiscord

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_git]
module = pytest_asyncio.fixture(scope="module", loop_scope="module")

POSTS, CHANNELS = 24, 8
# So many tries at listing messages never fail one after the other.
FOR_EVER = 1000
# So many lives at most, then one that nobody ends.
LIVES = 12
HOMES = ("folder", "git", "feed")
# All of them take ten minutes on two cores.
SCHEDULES = int(os.environ.get("ANNOUNCE_SCHEDULES", "200"))


@module
async def zygote() -> AsyncIterator[Zygote]:
    """Starts machines."""
    async with Zygote() as zygote:
        yield zygote


class Schedule:
    """One blog that moves, one Discord, one bot's files, and machines one after the other."""

    def __init__(
        self, zygote: Zygote, discord: LoopbackDiscord, folder: Path, stack: ExitStack, seed: int
    ) -> None:
        self.random = Random(seed)
        places = [*PLACES, *self.random.choices(PLACES, k=CHANNELS - len(PLACES))]
        self.town = Town.build(places, self.random)
        self.town.settle(discord.answers)
        self.author = Author(folder / "author", stack, self.random, self.told)
        self.author.home = HOMES[seed % len(HOMES)]
        self.keeps = folder / "bot"
        self.keeps.mkdir()
        # What may have been sent cannot be told where lists fail and the state has forgotten it.
        self.lists_fail = seed % 4 > 1
        self.operator = Operator(self.keeps, self.author, self.random, forgets=not self.lists_fail)
        # Either Discord knows a nonce for minutes, or a search must do where it knows none.
        knows_nonces = bool(seed % 2)
        discord.answers.nonce_seconds = 180 if knows_nonces else 0
        self.weather = Weather(self.random, chance=0.06, hang=HANG, nonces=knows_nonces)
        self._zygote = zygote
        self._log_begins = len(zygote.log)
        self._discord = discord

    def told(self) -> set[str]:
        """The names of the posts that everybody was told of who wants them."""
        untold = {
            post.note.name
            for to in self.town.subscriptions
            for names in [shown(self._discord.answers, to)]
            for post in self.author.posts
            if to.wants(post.note.tags) and post.note.name not in names
        }
        return {post.note.name for post in self.author.posts} - untold

    async def begin(self, first: Note) -> None:
        """Let a machine see what was written before anyone asked for announcements."""
        self.author.publish([first], is_complete=True)
        machine = await self.start(subscriptions=self.town.orders())
        assert await self.end_of(machine) == 0
        assert self._discord.answers.messages == {}
        self.operator.back_up()

    async def start(self, **more: Any) -> Machine:
        """Start a machine."""
        order: dict[str, Any] = {"base": self._discord.base, "bot": str(self.keeps)}
        order |= {"blog": str(self.author.notice), "lease": LEASE, "limit": LIMIT}
        order["reads"] = retry.MOST_READS if self.lists_fail else FOR_EVER
        return await self._zygote.start({**order, "subscriptions": [], "die_at": 0, **more})

    async def end_of(self, machine: Machine) -> int:
        """How a machine ended."""
        try:
            status = await machine.ended()
        except TimeoutError:
            raise AssertionError(f"it goes on and on:\n{self.story}") from None
        assert status in {0, KILLED}, self.story
        return status

    @property
    def story(self) -> str:
        """What happened."""
        said = [f"{self.operator.did}", self._zygote.log[self._log_begins :]]
        for to in self.town.subscriptions:
            said.append(f"-- {to.key}")
            for message in messages(self._discord.answers, to):
                ids = [each for node in message["components"] for each in custom_ids(node)]
                said.append(f"{message['id']} {texts_of(message)[0].split()} {ids[:1]}")
        return "\n".join(said)

    async def live(self, waiting: list[Note]) -> bool:
        """One life of a machine, while posts appear and change; whether it was killed."""
        machine = await self.start(die_at=int(self.random.expovariate(1 / 150)) + 1)
        while waiting:
            count = min(len(waiting), self.random.choice([1, 1, 2, 3, 8]))
            self.author.publish([waiting.pop(0) for _ in range(count)])
            if self.random.random() < 0.5:
                self.author.meddle()
            if self.random.random() < 0.4:
                self.operator.back_up()
            if self.lists_fail and self.random.random() < 0.3:
                channel = self.random.choice(self.town.subscriptions).channel
                path = f"/channels/{channel}/messages"
                self.weather.unlisted[path] = self.random.randint(1, 6)
            try:
                await machine.ended(self.random.uniform(0.01, 0.6))
                break
            except TimeoutError:
                if self.random.random() < 0.4:
                    machine.send(signal.SIGKILL)
        machine.send(signal.SIGKILL)
        return await self.end_of(machine) == KILLED

    async def play(self, fresh: Sequence[Note]) -> int:
        """Let posts appear and machines die until all are announced; how many died."""
        waiting, deaths = list(fresh), 0
        while waiting and deaths < LIVES:
            deaths += await self.live(waiting)
            if self.random.random() < 0.8:
                # Whoever restores files takes longer than a request takes to arrive.
                await asyncio.sleep(self.weather.arrives - time.monotonic())
                self.operator.trouble()
        self.author.publish(waiting, is_complete=True)
        self.author.settle()
        assert await self.end_of(await self.start()) == 0
        return deaths

    def check(self, published: Sequence[Note]) -> None:
        """Every channel has every wanted post exactly once and in order."""
        answers = self._discord.answers
        wrong = [
            line
            for to in self.town.subscriptions
            for line in (
                *differences(to.key, shown(answers, to), wanted(to, published)),
                *unfinished(answers, to),
            )
        ]
        assert not wrong, "\n".join([*wrong, self.story])
        assert self._discord.rest.complaints == []


def custom_ids(node: dict[str, Any]) -> list[str]:
    """Those of a row's buttons."""
    return [each["custom_id"] for each in node.get("components", ()) if "custom_id" in each]


def differences(key: str, shown: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """What is wrong with the posts that were announced in a channel."""
    found = []
    if doubled := [name for name, count in Counter(shown).items() if count > 1]:
        found.append(f"{key}: doubled: {doubled}")
    if lost := sorted(set(wanted) - set(shown)):
        found.append(f"{key}: lost: {lost}")
    if not found and shown != wanted:
        found.append(f"{key}: not in order: {shown}")
    return found


@pytest.mark.parametrize(
    "seed", [0, 1, 2, *(pytest.param(seed, marks=THOROUGH) for seed in range(3, SCHEDULES))]
)
async def test_every_channel_has_every_post_once_whatever_happens(
    zygote: Zygote, tmp_path: Path, seed: int
) -> None:
    async with LoopbackDiscord() as discord:
        with ExitStack() as stack:
            schedule = Schedule(zygote, discord, tmp_path, stack, seed)
            random = schedule.random
            first, *fresh = notes(POSTS + 1, int(time.time()), random)
            await schedule.begin(first)
            discord.rest.weather = schedule.weather
            assert await schedule.play(fresh) > 0
            schedule.check(fresh)
    shutil.rmtree(tmp_path)
