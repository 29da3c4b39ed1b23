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
        await kept.keep(exchange, NOW + KEPT_SECONDS)
        rows = await state.database.rows("SELECT count(*) FROM ask_exchanges")
        assert rows == [(1,)]
