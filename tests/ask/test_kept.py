"""What /ask keeps in the state, in SQLite and in Postgres."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.ask.budget import StateCounters
from bot.ask.follow_ups import KEPT_SECONDS, FollowUps
from bot.blog.question import Exchange
from bot.serve.state import State

NOW = 1_800_000_000.0


async def test_counts_stay_below_their_limit_under_two_machines(state_home: Path | str) -> None:
    async with State.open(state_home) as one, State.open(state_home) as other:
        machines = [StateCounters(one.database), StateCounters(other.database)]
        adding = (machines[n % 2].add("reader:x", 7, 1, 10) for n in range(30))
        added = await asyncio.gather(*adding)
        assert added.count(True) == 10
        assert not await machines[0].add("reader:x", 7, 1, 10)
        assert await machines[0].add("reader:x", 7, -1, None)
        assert await machines[1].add("reader:x", 7, 1, 10)
        assert await machines[1].add("reader:x", 8, 1, 10)
        assert not await machines[1].add("other", 8, 11, 10)
        assert await machines[1].add("other", 8, 11, None)


async def test_an_exchange_is_kept_for_a_while(state_home: Path | str) -> None:
    async with State.open(state_home) as state:
        kept = FollowUps(state.database)
        exchange = Exchange("Which lamp?", "The brass one [1].")
        first = await kept.keep(exchange, NOW)
        assert await kept.get(first, NOW + KEPT_SECONDS - 1) == exchange
        assert await kept.get(first, NOW + KEPT_SECONDS) is None
        assert await kept.get("0" * 16, NOW) is None
        second = await kept.keep(exchange, NOW + 1)
        assert await kept.forget(NOW + KEPT_SECONDS)
        assert await kept.get(second, NOW + KEPT_SECONDS) == exchange
        assert await state.database.rows("SELECT count(*) FROM ask_exchanges") == [(1,)]
        assert not await kept.forget(NOW + KEPT_SECONDS + 1)


async def test_what_comes_late_does_not_set_a_count_back(state_home: Path | str) -> None:
    """An answer that began before the month's end gives back what it did not take after it."""
    async with State.open(state_home) as state:
        counters = StateCounters(state.database)
        assert await counters.add("month", 5, 90, 100)
        assert await counters.add("month", 6, 80, 100)
        assert await counters.add("month", 5, -70, None)
        assert not await counters.add("month", 6, 21, 100)
        assert not await counters.add("month", 5, 21, 100)  # a clock that is slow
        assert await counters.add("month", 6, 20, 100)
        assert await counters.add("month", 7, 100, 100)


async def test_who_asked_is_forgotten_after_the_hour(state_home: Path | str) -> None:
    async with State.open(state_home) as state:
        counters = StateCounters(state.database)
        for name in ("reader:a", "server:7"):
            assert await counters.add(name, 5, 1, 9)
        assert await counters.add("reader:b", 6, 1, 9)
        assert await counters.add("month", 1, 1, 9)
        assert await counters.forget(6)
        rows = await state.database.rows("SELECT name FROM ask_counts ORDER BY name")
        assert rows == [("month",), ("reader:b",)]
        assert not await counters.forget(7)
