"""An SQLite file: the connection to it, the lock of its writer, and whether it is an index.

SQLite notices pages that make no sense, and returns a changed letter or number as if it had been
stored. So the CRC-32 of the file stands in its ``user_version``; 0 there means that the last
writer could not tell.
"""

from __future__ import annotations

import asyncio
import math
import mmap
import sqlite3
import time
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite

from bot.blog.errors import IndexUnavailable

Row = tuple[Any, ...]
Parameters = Sequence[object] | Mapping[str, object]
Statement = tuple[str, Sequence[object]]

# SQLite's own default since 3.32: https://www.sqlite.org/limits.html#max_variable_number
MAX_VARIABLES = 32_766
BUSY_SECONDS = 60.0
# Statements that insert many rows are large, and no two batches need quite the same.
CACHED_STATEMENTS = 32
MOST_ROWS = 2_000
# Instructions of SQLite's virtual machine: about a millisecond.
STEPS_BETWEEN_CHECKS = 100_000

# "Slsh", in the header of every index: https://www.sqlite.org/pragma.html#pragma_application_id
APPLICATION_ID = 0x536C7368
DEFAULT_NAME = "index.db"
DATABASE_SUFFIXES = {".db", ".sqlite", ".sqlite3"}
_MAGIC = b"SQLite format 3\x00"


class IndexDatabase:
    """One connection. SQL runs in a thread of its own and does not block the event loop.

    Every method may raise ``sqlite3.Error``.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._deadline = self._limit = math.inf

    async def limit(self, seconds: float) -> None:
        """Interrupt statements that take longer, with an error of code SQLITE_INTERRUPT."""
        self._limit = seconds
        await self._connection.set_progress_handler(self._is_late, STEPS_BETWEEN_CHECKS)

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    @classmethod
    async def open(cls, path: Path, mode: str = "rwc") -> IndexDatabase:
        """Connect to a file.

        Args:
            path: the database file.
            mode: ``ro``, ``rw``, ``rwc`` (create it where missing), or ``immutable``
                for a file that nobody can change: a WAL database on a read-only
                file system opens in no other way.
        """
        options = "immutable=1" if mode == "immutable" else f"mode={mode}"
        connection = aiosqlite.connect(
            f"file:{quote(str(path))}?{options}",
            uri=True,
            timeout=BUSY_SECONDS,
            cached_statements=CACHED_STATEMENTS,
            isolation_level=None,  # no implicit transactions
        )
        try:
            await connection
        except BaseException:
            # aiosqlite ends its thread without waiting for it. A thread that outlives the event
            # loop would write a traceback to stderr.
            await asyncio.to_thread(connection._thread.join)  # noqa: SLF001
            raise
        return cls(connection)

    async def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        await self._connection.close()

    async def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of a query."""
        self._deadline = time.monotonic() + self._limit
        return list(await self._connection.execute_fetchall(sql, parameters))  # type: ignore[arg-type]

    async def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row of a query, or None."""
        rows = await self.rows(sql, parameters)
        return rows[0] if rows else None

    async def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None."""
        row = await self.row(sql, parameters)
        return row[0] if row else None

    async def run(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement for its effect."""
        await self.rows(sql, parameters)

    async def script(self, sql: str) -> None:
        """Run many statements. An open transaction is committed first."""
        cursor = await self._connection.executescript(sql)
        await cursor.close()

    async def run_all(self, statements: Iterable[Statement]) -> None:
        """Run statements for their effect, such as those of ``insertions``."""
        for sql, parameters in statements:
            await self.run(sql, parameters)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Write all or nothing."""
        await self.run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # a full disk ends it by itself
                await self.run("ROLLBACK")
            raise
        await self.run("COMMIT")

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        """Read several times from the same state."""
        await self.run("BEGIN")
        try:
            yield
        finally:
            await self.run("ROLLBACK")


def insertions(into: str, rows: Iterable[Row]) -> Iterator[Statement]:
    """Statements that insert rows, many at once.

    ``executemany`` takes Python's global lock back after each row, and waits up to five
    milliseconds for it while another thread is reading posts. One statement for many
    rows waits once.

    Args:
        into: table and columns, such as ``tags (key, name)``.
        rows: one value for each column.
    """
    rows = list(rows)
    if not rows:
        return
    width = len(rows[0])
    at_once = min(MAX_VARIABLES // width, MOST_ROWS)
    places = "(" + ",".join("?" * width) + ")"
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        values = ",".join([places] * len(some))
        yield (
            f"INSERT INTO {into} VALUES {values}",  # noqa: S608 - names of our own tables
            [value for row in some for value in row],
        )


def lock_of(path: Path) -> Path:
    """The file whose lock the writer of an index holds."""
    return path.with_name(path.name + ".lock")


@asynccontextmanager
async def write_lock(path: Path) -> AsyncIterator[None]:
    """Hold the right to write or replace the index at ``path``, against all other processes.

    The lock is SQLite's own, on an empty file beside the index: it works on every
    platform, waits, and goes away with a killed process.

    Raises:
        sqlite3.OperationalError: the folder cannot be written, or another process
            has held the lock for more than a minute.
    """
    database = await IndexDatabase.open(lock_of(path))
    try:
        await database.run("BEGIN EXCLUSIVE")
        yield
    finally:
        await database.close()


def check_overwritable(path: Path) -> None:
    """Make sure that a file is missing, empty, or an index, whole or damaged.

    Raises:
        IndexUnavailable: it is a document, or a healthy database of another program. Under
            the default name such a database is taken for a broken index.
        OSError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except FileNotFoundError:
        return
    foreign = start and path.suffix not in DATABASE_SUFFIXES
    if start == _MAGIC and path.name != DEFAULT_NAME:
        foreign = _is_another_programs(path)
    if foreign:
        raise IndexUnavailable(
            f"{path}: this is no index of Slashpost, and would be overwritten",
            "Set SLASHPOST_DB or --db to another file.",
        )


def _is_another_programs(path: Path) -> bool:
    """Whether a database can be read, holds tables, and has another application's id."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        return False
    return bool(tables) and application != APPLICATION_ID


# https://www.sqlite.org/fileformat.html#the_database_header
HEADER_BYTES = 100
_USER_VERSION = slice(60, 64)
# What SQLite changes when user_version is written: a counter, the counter again, its version.
_VOLATILE = (slice(24, 28), _USER_VERSION, slice(92, 100))
# A file without a checksum is looked through by SQLite if it is smaller: some 50 ms.
MOST_LOOKED_THROUGH = 16_000_000


async def store_checksum(path: Path) -> None:
    """Store the checksum of what was written. The caller holds the write lock.

    All of it is in the file itself then, so that an index can be copied without its -wal.
    """
    database = await IndexDatabase.open(path, "rw")
    try:
        await database.run("PRAGMA synchronous = NORMAL")
        busy, *_ = await database.row("PRAGMA wal_checkpoint(TRUNCATE)") or (1,)
        number = 0 if busy else await asyncio.to_thread(_checksum, path)
        await database.run(f"PRAGMA user_version = {number - (number >> 31 << 32)}")  # signed
        await database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        await database.close()


def is_intact(path: Path) -> bool:
    """Whether a file is what was written; also where that cannot be told. Takes 1 ms a megabyte.

    Raises:
        OSError: it cannot be read.
    """
    return _matches(path) or not _is_damaged_for_good(path)


def _matches(path: Path) -> bool:
    with path.open("rb") as file:
        stored = int.from_bytes(file.read(HEADER_BYTES)[_USER_VERSION])
    if stored:
        return stored == _checksum(path)
    return path.stat().st_size > MOST_LOOKED_THROUGH or _is_consistent(path)


def _is_damaged_for_good(path: Path) -> bool:
    """Whether the checksum differs even while nobody writes."""
    wal = path.with_name(path.name + "-wal")
    with suppress(OSError):
        if wal.stat().st_size:  # not yet all of it is in the file
            return False
    lock = f"{lock_of(path).absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(lock, timeout=0, uri=True)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            is_damaged = not _matches(path)
    except sqlite3.OperationalError as error:
        # Locked by a writer; or there is no lock, or it cannot be written, so nobody writes.
        is_damaged = error.sqlite_errorcode != sqlite3.SQLITE_BUSY
    return is_damaged


def _checksum(path: Path) -> int:
    """The CRC-32 of a database without what changes when it is stored; never 0."""
    with path.open("rb") as file:
        header = bytearray(file.read(HEADER_BYTES))
        for part in _VOLATILE:
            header[part] = bytes(part.stop - part.start)
        crc = zlib.crc32(header)
        if file.seek(0, 2) <= HEADER_BYTES:
            return crc or 1
        with (
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
            memoryview(content) as whole,
            whole[HEADER_BYTES:] as rest,
        ):
            crc = zlib.crc32(rest, crc)
    return crc or 1


def _is_consistent(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
            return bool(found == "ok")
    except sqlite3.OperationalError:
        return True  # locked, or out of reach: whoever opens it says so
    except sqlite3.Error:
        return False
