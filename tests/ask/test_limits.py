"""What /ask keeps in the state, in SQLite and in Postgres."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.ask.follow_ups import KEPT_SECONDS, FollowUps
from bot.ask.limits import HOUR, Budget, Exceeded, Limits, Reservation, StateCounters
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


NOW = 1_800_000_000.0  # 15 January 2027, 08:00 UTC


async def ask(budget: Budget, reader: str = "rea", server: int | None = 7, **more: float) -> object:
    now = more.get("now", NOW)
    return await budget.reserve(reader=reader, server=server, tokens=100, now=now)


async def test_a_reader_asks_so_often_an_hour() -> None:
    budget = Budget(MemoryCounters(), Limits(reader=2))
    assert isinstance(await ask(budget), Reservation)
    assert isinstance(await ask(budget), Reservation)
    refused = await ask(budget)
    assert refused == Exceeded("reader", NOW - NOW % HOUR + HOUR)
    assert isinstance(await ask(budget, reader="ben"), Reservation)
    assert isinstance(await ask(budget, now=NOW + HOUR), Reservation)


async def test_a_server_asks_so_often_and_direct_messages_do_not_count() -> None:
    budget = Budget(MemoryCounters(), Limits(server=1))
    assert isinstance(await ask(budget), Reservation)
    assert isinstance(await ask(budget, reader="ben"), Exceeded)
    assert isinstance(await ask(budget, server=None), Reservation)
    assert isinstance(await ask(budget, server=8), Reservation)


async def test_a_refused_question_costs_nothing() -> None:
    counters = MemoryCounters()
    budget = Budget(counters, Limits(reader=1, server=5, month=1_000))
    await ask(budget)
    before = dict(counters.counts)
    for _ in range(20):
        assert isinstance(await ask(budget), Exceeded)
    assert counters.counts == before


async def test_the_month_ends_at_its_tokens_and_begins_anew() -> None:
    budget = Budget(MemoryCounters(), Limits(reader=99, month=250))
    first = await ask(budget)
    assert isinstance(first, Reservation)
    assert isinstance(await ask(budget), Reservation)
    refused = await ask(budget)
    assert refused == Exceeded("month", 1_801_440_000.0)  # 1 February 2027
    await budget.settle(first, 40)
    assert isinstance(await ask(budget), Reservation)
    assert isinstance(await ask(budget), Exceeded)
    assert isinstance(await ask(budget, now=1_801_440_000.0), Reservation)


async def test_december_ends_with_the_year() -> None:
    budget = Budget(MemoryCounters(), Limits(month=50))
    refused = await ask(budget, now=1_798_700_000.0)  # 31 December 2026
    assert refused == Exceeded("month", 1_798_761_600.0)  # 1 January 2027


class MemoryCounters:
    """See ``bot.ask.limits.Counters``."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, int], int] = {}

    async def add(self, name: str, window: int, amount: int, limit: int | None) -> bool:
        await asyncio.sleep(0)  # as a database takes time
        count = self.counts.get((name, window), 0) + amount
        if amount > 0 and limit is not None and count > limit:
            return False
        self.counts[name, window] = count
        return True

    async def forget(self, hour: int) -> bool:
        old = [key for key in self.counts if key[0] != "month" and key[1] < hour]
        for key in old:
            del self.counts[key]
        return any(name != "month" for name, _ in self.counts)
