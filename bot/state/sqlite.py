"""The state in one SQLite file, for a single machine."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Self

import aiosqlite

from bot.blog.errors import StateUnavailable
from bot.state import migrations
from bot.state.database import Row

BUSY_SECONDS = 5.0
OWN_FAULTS = (sqlite3.IntegrityError, sqlite3.ProgrammingError)
# What aiosqlite says of a connection that was closed.
CLOSED = "Connection closed"


class SQLite:
    """Implements ``Database``; ``SQLite.open`` gives one.

    One connection writes, one transaction after the other; another one reads, so that nobody
    sees what is not committed.
    """

    is_shared = False

    def __init__(
        self,
        name: str,
        writer: aiosqlite.Connection,
        reader: aiosqlite.Connection | None,
        clock: Callable[[], float],
    ) -> None:
        self._name = name
        self._writer = writer
        self._reader = reader
        self._clock = clock
        self._writing = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        path: Path | None,
        scripts: Sequence[Path] = migrations.SQLITE,
        clock: Callable[[], float] = time.time,
    ) -> AsyncIterator[Self]:
        """Open the file, which is made where missing and brought to the newest form.

        Args:
            path: the file; None for a database that ends with the process.
            scripts: what brings it there.
            clock: gives Unix seconds.

        Raises:
            StateUnavailable: it cannot be read or written.
            StateTooNew: a newer version of Slashpost wrote it.
        """
        name = str(path or "the state in memory")
        async with AsyncExitStack() as stack:
            try:
                writer = await stack.enter_async_context(_connection(path))
                await _use_wal(writer)
                # What was recorded is on the disk, also when the power fails.
                await writer.execute_fetchall("PRAGMA synchronous = FULL")
                await _migrate(writer, name, scripts)
                reader = None  # a database in memory belongs to its connection
                if path is not None:
                    reader = await stack.enter_async_context(_connection(path))
            except (OSError, sqlite3.Error) as error:
                raise _unavailable(name, error) from error
            yield cls(name, writer, reader, clock)

    async def write_to(self, path: Path) -> None:
        """Write all that is committed into a new file at ``path``.

        Raises:
            StateUnavailable: it cannot be written.
        """
        fresh = path.with_name(f"{path.name}.rewritten")
        try:
            async with self._writing:
                await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
                await asyncio.to_thread(fresh.unlink, missing_ok=True)
                await self._writer.execute_fetchall("VACUUM INTO ?", (str(fresh),))
                # A log of the file that is gone would be taken for one of the new file.
                for suffix in ("-wal", "-shm"):
                    old = path.with_name(path.name + suffix)
                    await asyncio.to_thread(old.unlink, missing_ok=True)
                await asyncio.to_thread(fresh.replace, path)
        except (OSError, sqlite3.Error) as error:
            raise _unavailable(self._name, error) from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SQLiteTransaction]:
        """Write all or nothing."""
        async with self._writing:
            try:
                await self._writer.execute_fetchall("BEGIN IMMEDIATE")
                yield SQLiteTransaction(self._writer, self._clock)
                await self._writer.execute_fetchall("COMMIT")
            except sqlite3.DatabaseError as error:
                await self._writer.rollback()
                if isinstance(error, OWN_FAULTS):
                    raise
                raise _unavailable(self._name, error) from error
            except BaseException:
                await self._writer.rollback()
                raise

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """The rows of a SELECT over what is committed."""
        try:
            if self._reader is None:
                async with self._writing:
                    return await _rows(self._writer, sql, values)
            return await _rows(self._reader, sql, values)
        except OWN_FAULTS:
            raise
        except ValueError as error:  # aiosqlite's, where the bot stops meanwhile
            if str(error) != CLOSED:
                raise
            raise StateUnavailable(f"{self._name}: closed") from error
        except sqlite3.DatabaseError as error:
            raise _unavailable(self._name, error) from error


class SQLiteTransaction:
    """Implements ``Transaction``. While it lasts, nobody else writes."""

    def __init__(self, connection: aiosqlite.Connection, clock: Callable[[], float]) -> None:
        self._connection = connection
        self._clock = clock

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """Run one statement."""
        return await _rows(self._connection, sql, values)

    async def many(self, sql: str, rows: Iterable[Row]) -> None:
        """Run one statement for each row of values."""
        cursor = await self._connection.executemany(sql, [_named(row) for row in rows])
        await cursor.close()

    async def claim(self, sql: str, *values: object) -> list[Row]:
        """The rows of a SELECT: nobody else writes."""
        return await self.rows(sql, *values)

    async def alone(self, name: str) -> None:
        """Nothing to wait for: only one writes."""

    async def now(self) -> float:
        """The clock of the only machine."""
        return self._clock()


@asynccontextmanager
async def _connection(path: Path | None) -> AsyncIterator[aiosqlite.Connection]:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    async with aiosqlite.connect(
        path or ":memory:",
        timeout=BUSY_SECONDS,
        isolation_level=None,  # transactions stand in the code, where they are seen
    ) as connection:
        yield connection


async def _use_wal(connection: aiosqlite.Connection) -> None:
    """Turn on the write-ahead log, which readers need no lock for.

    SQLite does not wait for a process that is doing the same: it says at once that the
    database is locked.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            await connection.execute_fetchall("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                raise
            await asyncio.sleep(0.02)
        else:
            return


async def _migrate(connection: aiosqlite.Connection, name: str, scripts: Sequence[Path]) -> None:
    """Run the scripts that a file lacks. One that fails leaves it as it was before.

    Each script begins and commits its own transaction and sets ``user_version`` in it, since
    Python's ``executescript`` would commit one that was begun outside.
    """
    for number, script in migrations.lacking(scripts, await _form(connection), name):
        try:
            await connection.executescript(script)
        except sqlite3.Error:
            await connection.rollback()
            # Another process that started at the same time may have been faster.
            if await _form(connection) < number:
                raise


async def _form(connection: aiosqlite.Connection) -> int:
    rows = await _rows(connection, "PRAGMA user_version")
    return int(rows[0][0])


async def _rows(connection: aiosqlite.Connection, sql: str, values: Row = ()) -> list[Row]:
    found = await connection.execute_fetchall(sql, _named(values))
    return [tuple(row) for row in found]


def _named(values: Row) -> dict[str, object]:
    """The values as SQLite wants them, to which ``$1`` is the parameter named 1."""
    return {str(number): value for number, value in enumerate(values, start=1)}


def _unavailable(name: str, error: Exception) -> StateUnavailable:
    return StateUnavailable(
        f"{name}: cannot be written ({error})",
        "Set SLASHPOST_STATE to a file in a folder that can be written.",
    )
