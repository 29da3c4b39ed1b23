"""The read-only connection to the index, and values that are computed from it and cached."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Generic, TypeVar

from bot.blog.errors import IndexUnavailable
from bot.index.database import Database

T = TypeVar("T")


class IndexConnection:
    """A read-only connection for one task at a time, opened when it is first used.

    A rebuilt index is a new file of the same name. SQLite would go on reading the old
    one, so each use compares the file's identity and opens it again where that differs.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database: Database | None = None
        self._file: tuple[int, int] | None = None
        self._opened = 0
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Database]:
        """The connection, for this task alone.

        Raises:
            IndexUnavailable: there is no index, or it cannot be read.
        """
        async with self._lock:
            try:
                yield await self._current()
            except sqlite3.Error as error:
                if is_damage(error):
                    await self._throw_away()
                raise IndexUnavailable(
                    f"{self.path}: the index cannot be read ({error})",
                    "It is made anew the next time that the posts are read.",
                ) from error

    async def version(self, database: Database) -> tuple[int, int]:
        """A value that changes whenever the index may have changed."""
        # https://www.sqlite.org/pragma.html#pragma_data_version
        return self._opened, await database.value("PRAGMA data_version")

    async def close(self) -> None:
        """Close the connection; the next use opens another."""
        async with self._lock:
            await self._close()

    async def _current(self) -> Database:
        try:
            file = _identity(self.path)
        except OSError as error:
            await self._close()
            raise IndexUnavailable(
                f"{self.path}: there is no index ({error.strerror})", "Run: slashpost index."
            ) from error
        if self._database is None or file != self._file:
            await self._close()
            self._database = await _open(self.path)
            self._file = file
            self._opened += 1
        return self._database

    async def _throw_away(self) -> None:
        """Remove a damaged file: it looks whole to whoever compares it with the posts."""
        file = self._file
        await self._close()
        with suppress(OSError):
            if _identity(self.path) == file:  # not one that was rebuilt just now
                self.path.unlink()

    async def _close(self) -> None:
        if self._database is not None:
            database, self._database = self._database, None
            await database.close()


class Cached(Generic[T]):
    """A value that is computed from the index, and again after the index has changed.

    Args:
        connection: to the index.
        compute: called with the database, which no other task uses meanwhile.
    """

    def __init__(
        self, connection: IndexConnection, compute: Callable[[Database], Awaitable[T]]
    ) -> None:
        self._connection = connection
        self._compute = compute
        self._cached: tuple[tuple[int, int], T] | None = None

    async def get(self) -> T:
        """The value; the same object until the index changes.

        Raises:
            IndexUnavailable: there is no index, or it cannot be read.
        """
        async with self._connection.use() as database:
            version = await self._connection.version(database)
            if self._cached is None or self._cached[0] != version:
                self._cached = version, await self._compute(database)
        return self._cached[1]


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite found nonsense in the file, rather than a reason not to get at it."""
    # Its subclasses are for locks, full disks, missing rights, and our own mistakes.
    return type(error) is sqlite3.DatabaseError


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


async def _open(path: Path) -> Database:
    database = await Database.open(path, "ro")
    try:
        await database.value("SELECT count(*) FROM sqlite_schema")
    except sqlite3.OperationalError:
        # Beside the file no -shm can be made: a read-only file system, where nobody
        # changes the file either.
        await database.close()
        return await Database.open(path, "immutable")
    except sqlite3.Error:
        await database.close()
        raise
    return database
