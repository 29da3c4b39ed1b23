"""A database of either kind keeps what was committed, and only that, in order of claims."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from bot.blog.errors import StateTooNew, StateUnavailable
from bot.state.database import Database
from bot.state.postgres import Postgres
from bot.state.sqlite import SQLite


@asynccontextmanager
async def opened(home: Path | str, scripts: list[Path]) -> AsyncIterator[Database]:
    if isinstance(home, str):
        async with Postgres.open(home, scripts) as postgres:
            yield postgres
    else:
        async with SQLite.open(home, scripts) as sqlite:
            yield sqlite


class Script:
    """Writes migrations that both kinds of database understand."""

    def __init__(self, folder: Path, home: Path | str) -> None:
        self._folder = folder
        self._atomic = isinstance(home, str)

    def __call__(self, number: int, sql: str) -> Path:
        path = self._folder / f"{number:04}.sql"
        if not self._atomic:
            sql = f"BEGIN IMMEDIATE; {sql}; PRAGMA user_version = {number}; COMMIT;"
        path.write_text(sql)
        return path


@pytest.fixture
def script(tmp_path: Path, state_home: Path | str) -> Script:
    return Script(tmp_path, state_home)


@pytest.fixture
async def machines(state_home: Path | str, script: Script) -> AsyncIterator[list[Database]]:
    """Two that share a table of numbers and words."""
    table = script(
        1, "CREATE TABLE t (n BIGINT PRIMARY KEY, word TEXT)".replace("BIGINT", "INTEGER")
    )
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(opened(state_home, [table])) for _ in range(2)]


async def test_values_go_where_their_numbers_say(machines: list[Database]) -> None:
    one, other = machines
    async with one.transaction() as transaction:
        await transaction.many("INSERT INTO t (n, word) VALUES ($2, $1)", [("a", 1), ("b", 2)])
        assert await transaction.rows(
            "UPDATE t SET word = $1 || word WHERE word = $2 OR word = $1 RETURNING n, word",
            "x",
            "a",
        ) == [(1, "xa")]
    assert await other.rows("SELECT n, word FROM t ORDER BY n") == [(1, "xa"), (2, "b")]


async def test_nobody_sees_what_is_not_committed(machines: list[Database]) -> None:
    async with machines[0].transaction() as transaction:
        await transaction.rows("INSERT INTO t (n) VALUES (1)")
        assert await transaction.rows("SELECT n FROM t") == [(1,)]
        for database in machines:
            assert await database.rows("SELECT n FROM t") == []
    for database in machines:
        assert await database.rows("SELECT n FROM t") == [(1,)]


@pytest.mark.parametrize("error", [ValueError, asyncio.CancelledError])
async def test_what_fails_half_way_leaves_nothing(
    machines: list[Database], error: type[BaseException]
) -> None:
    async def fail() -> None:
        async with machines[0].transaction() as transaction:
            await transaction.rows("INSERT INTO t (n) VALUES (1)")
            raise error

    with pytest.raises(error):
        await fail()
    assert await machines[0].rows("SELECT n FROM t") == []
    async with machines[0].transaction() as transaction:
        await transaction.rows("INSERT INTO t (n) VALUES (2)")
    assert await machines[1].rows("SELECT n FROM t") == [(2,)]


async def test_two_coroutines_do_not_mix_their_transactions(machines: list[Database]) -> None:
    async def fail_slowly() -> None:
        async with machines[0].transaction() as transaction:
            await transaction.rows("INSERT INTO t (n) VALUES (1)")
            await asyncio.sleep(0.05)
            raise ValueError

    async def succeed() -> None:
        async with machines[0].transaction() as transaction:
            await transaction.rows("INSERT INTO t (n) VALUES (2)")

    await asyncio.gather(fail_slowly(), succeed(), return_exceptions=True)
    assert await machines[0].rows("SELECT n FROM t") == [(2,)]


async def test_a_row_is_claimed_by_one_machine_only(machines: list[Database]) -> None:
    async with machines[0].transaction() as transaction:
        await transaction.many("INSERT INTO t (n) VALUES ($1)", [(n,) for n in range(20)])
    taken: list[int] = []

    async def work(database: Database) -> None:
        while True:
            async with database.transaction() as transaction:
                rows = await transaction.claim(
                    "SELECT n FROM t WHERE word IS NULL ORDER BY n LIMIT 1"
                )
                if not rows:
                    return
                await asyncio.sleep(0.001)
                await transaction.rows("UPDATE t SET word = 'taken' WHERE n = $1", *rows[0])
                taken.extend(n for (n,) in rows)

    await asyncio.gather(*(work(database) for database in machines * 2))
    while (await machines[0].rows("SELECT count(*) FROM t WHERE word IS NULL"))[0][0]:
        await work(machines[0])  # a claim may leave out what another holds, and find nothing
    assert sorted(taken) == list(range(20))


async def test_who_wants_to_be_alone_is_alone(machines: list[Database]) -> None:
    inside = 0

    async def enter(database: Database) -> None:
        nonlocal inside
        async with database.transaction() as transaction:
            await transaction.alone("the ledger")
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.01)
            inside -= 1

    await asyncio.gather(*(enter(database) for database in machines * 3))


async def test_what_is_asked_while_the_bot_stops_is_unavailable(tmp_path: Path) -> None:
    async with SQLite.open(tmp_path / "state.db") as database:
        assert await database.rows("SELECT 1") == [(1,)]
    with pytest.raises(StateUnavailable, match="closed"):
        await database.rows("SELECT 1")


async def test_the_clock_tells_the_time(machines: list[Database]) -> None:
    async with machines[0].transaction() as transaction:
        first = await transaction.now()
        await asyncio.sleep(0.01)
        assert await transaction.now() > first
    assert abs(first - time.time()) < 60


async def test_a_migration_that_fails_leaves_everything_as_it_was(
    state_home: Path | str, script: Script
) -> None:
    first = script(1, "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)")
    broken = script(2, "INSERT INTO a VALUES (2); CREATE TABLE b (y INTEGER); oops")
    with pytest.raises(Exception, match="oops"):
        async with opened(state_home, [first, broken]) as database:
            await database.rows("SELECT x FROM a")
    async with opened(state_home, [first]) as database:
        assert await database.rows("SELECT x FROM a") == [(1,)]

    # Mended, it goes on from there.
    mended = script(2, "INSERT INTO a VALUES (2); CREATE TABLE b (y INTEGER)")
    async with opened(state_home, [first, mended]) as database:
        assert await database.rows("SELECT x FROM a ORDER BY x") == [(1,), (2,)]
        assert await database.rows("SELECT y FROM b") == []


async def test_what_a_newer_version_wrote_is_refused_and_left_alone(
    state_home: Path | str, script: Script
) -> None:
    first = script(1, "CREATE TABLE a (x INTEGER)")
    second = script(2, "INSERT INTO a VALUES (1)")
    async with opened(state_home, [first, second]) as database:
        await database.rows("SELECT x FROM a")
    with pytest.raises(StateTooNew, match="written by a newer Slashpost"):
        async with opened(state_home, [first]) as database:
            await database.rows("SELECT x FROM a")
    async with opened(state_home, [first, second]) as database:
        assert await database.rows("SELECT x FROM a") == [(1,)]
