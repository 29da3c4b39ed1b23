"""Several machines share a state in Postgres; one sleeps too long, one loses the database.

Whatever they do, every channel has every post once, in order.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

from bot.announce.subscription import Place
from tests.announce.scene import Town, Weather, notes
from tests.announce.test_kills import (
    AT_ONCE,
    PLACES,
    THOROUGH,
    Story,
    make,
)
from tests.announce.zygote import Machine, Zygote
from tests.line import line_to
from tests.postgres import PostgresServer
from tests.wire.patience import PATIENCE
from tests.wire.server import LoopbackDiscord

pytestmark = pytest.mark.asyncio(loop_scope="module")
module = pytest_asyncio.fixture(scope="module", loop_scope="module")


@module
async def zygote() -> AsyncIterator[Zygote]:
    """Starts machines."""
    async with Zygote() as zygote:
        yield zygote


def is_stopped(machine: Machine) -> bool:
    """Whether the process has been stopped by a signal."""
    try:
        stat = Path(f"/proc/{machine.pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):  # it may end while its file is read
        return False
    return stat.rpartition(")")[2].split()[0] == "T"


async def stopped(machine: Machine) -> bool:
    """Wait until it has stopped itself; False if it ends without."""
    while True:
        try:
            await machine.ended(0.02)
        except TimeoutError:
            if is_stopped(machine):
                return True
        else:
            return False


@THOROUGH
@pytest.mark.parametrize("place", ["text", "forum"])
async def test_a_machine_may_sleep_at_every_step(
    zygote: Zygote, tmp_path: Path, postgres: PostgresServer, place: Place
) -> None:
    """For longer than its lease lasts, while another one does its work; then it wakes up."""
    for first in range(1, 1000, AT_ONCE):
        slept = await asyncio.gather(
            *(sleep_once(zygote, tmp_path, postgres, place, first + n) for n in range(AT_ONCE))
        )
        if not all(slept):
            break
    assert first > 10, "a delivery takes more steps than that"


async def sleep_once(
    zygote: Zygote, home: Path, postgres: PostgresServer, place: Place, step: int
) -> bool:
    """Let a machine fall asleep at a step until another has done its work; whether it did."""
    async with LoopbackDiscord() as discord:
        story = Story(zygote, discord, make(home / str(step)), Town.build([place]))
        story.state = postgres.url(postgres.new_database())
        old, *fresh = notes(3, int(time.time()), Random(step))
        await story.begin([old])
        story.blog.publish(fresh, is_complete=True)
        sleeper = await story.start(die_at=step, signal=signal.SIGSTOP)
        slept = await stopped(sleeper)
        other = await story.start()
        assert await finished(other, zygote) == 0, zygote.log
        story.check(fresh)
        sleeper.send(signal.SIGCONT)
        assert await finished(sleeper, zygote) == 0, zygote.log
        story.check(fresh)
    return slept


async def finished(machine: Machine, zygote: Zygote) -> int:
    """Its exit status; what all have printed, if it does not end."""
    try:
        return await machine.ended(400)  # leases are short, and a busy machine outlasts many
    except TimeoutError:
        pytest.fail(zygote.log)


async def test_three_machines_announce_each_post_once(
    zygote: Zygote, tmp_path: Path, postgres: PostgresServer
) -> None:
    """In a Discord that is slow and fails now and then."""
    random, lease = Random(7), 1.5
    places = [*PLACES, *PLACES]
    async with LoopbackDiscord() as discord, line_to(postgres.port) as line:
        story = Story(zygote, discord, tmp_path, Town.build(places, random))
        story.state = postgres.url(name := postgres.new_database())
        everything = notes(3 + 25, int(time.time()), random)
        story.lease = lease
        await story.begin(everything[:3])
        discord.rest.weather = Weather(random, chance=0.1, hang=0.5)
        steady, sleeper = await story.start(), await story.start()
        cut_off = await story.start(state=postgres.url(name, port=line.port))

        troubles = 0
        for number in range(3, len(everything), 5):
            batch = everything[number : number + 5]
            story.blog.publish(batch, is_complete=number + 5 >= len(everything))
            await busy(discord)
            if (number // 5) % 2 == 0:
                line.cut()
                sleeper.send(signal.SIGSTOP)
                await asyncio.sleep(lease * 1.5)
                line.mend()
                sleeper.send(signal.SIGCONT)
                troubles += 1
        for machine in (steady, sleeper, cut_off):
            assert await finished(machine, zygote) == 0, zygote.log
        assert troubles > 2
        story.check(everything[3:])


async def busy(discord: LoopbackDiscord) -> None:
    """Wait until something is being sent."""
    before = len(discord.rest.calls)
    async with asyncio.timeout(PATIENCE):
        while len(discord.rest.calls) == before:  # noqa: ASYNC110 - nobody tells of a call
            await asyncio.sleep(0.005)
