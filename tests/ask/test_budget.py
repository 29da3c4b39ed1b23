"""Nobody asks more than the settings allow, and the count says when it works again."""

from __future__ import annotations

from bot.ask.budget import HOUR, Budget, Exceeded, Limits, Reservation
from tests.ask.counters import MemoryCounters

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
