"""The read-only connection to the index, and values that are computed from it and cached."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Generic, NamedTuple, Self, TypeVar

from bot.blog.errors import IndexUnavailable
from bot.index.database import IndexDatabase, check_overwritable, is_intact

T = TypeVar("T")

log = logging.getLogger(__name__)

# A statement that takes longer is interrupted; those of the tests and benchmarks with ten
# thousand posts take 20 ms.
LONGEST_READ = 1.0
# Files up to this size are checked before the first answer, which takes some 60 ms.
CHECKED_FIRST = 64_000_000
# What damaged content is to those who decode it.
DECODING_ERRORS = (zlib.error, UnicodeDecodeError, json.JSONDecodeError)
NONSENSE = ("Could not decode to UTF-8", "no such table", "no such column", "vtable constructor")


class IndexConnection:
    """A read-only connection for one task at a time, opened when it is first used.

    A rebuilt index is a new file of the same name. SQLite would go on reading the old
    one, so each use compares the file's identity and opens it again where that differs. A
    file that has changed otherwise is checked for damage; a damaged one is removed.

    Attributes:
        path: the index file.
        lost: set when there is no file, or a damaged one was removed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lost = asyncio.Event()
        self._database: IndexDatabase | None = None
        self._file: _File | None = None
        self._opened = 0
        self._lock = asyncio.Lock()
        self._check: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def use(self) -> AsyncIterator[IndexDatabase]:
        """The connection, for this task alone.

        Raises:
            IndexUnavailable: there is no index, it is damaged, or reading took too long.
        """
        async with self._lock:
            try:
                yield await self._current()
            except DECODING_ERRORS as error:
                await self._remove()
                raise _unreadable(self.path, error) from error
            except sqlite3.Error as error:
                if is_damage(error):
                    await self._remove()
                raise _unreadable(self.path, error) from error

    async def version(self, database: IndexDatabase) -> tuple[int, int]:
        """A value that changes whenever the index may have changed."""
        # https://www.sqlite.org/pragma.html#pragma_data_version
        return self._opened, await database.value("PRAGMA data_version")

    async def check(self) -> None:
        """Find out whether the file is still there and intact, as each use does."""
        with suppress(IndexUnavailable):
            async with self.use():
                pass

    async def close(self) -> None:
        """Close the connection; the next use opens another."""
        async with self._lock:
            await self._close()

    async def _current(self) -> IndexDatabase:
        try:
            file = _File.of(self.path)
            has_changed = file != self._file
            if has_changed and file.size <= CHECKED_FIRST:
                await self._check_first(file)
        except OSError as error:
            await self._close()
            self.lost.set()
            raise IndexUnavailable(
                f"{self.path}: there is no index ({error.strerror})", "Run: slashpost index."
            ) from error
        if self._database is None or self._file is None or not file.is_same(self._file):
            await self._close()
            self._database = await _open(self.path)
            await self._database.limit(LONGEST_READ)
            self._opened += 1
        self._file = file
        if has_changed and file.size > CHECKED_FIRST:
            self._check = asyncio.create_task(self._check_later(file))
        return self._database

    async def _check_first(self, file: _File) -> None:
        """Check a file that is new or has changed before it is read."""
        await asyncio.to_thread(check_overwritable, self.path)
        if not await asyncio.to_thread(is_intact, self.path):
            await self._close()
            self._file = file
            await self._remove()
            raise _unreadable(self.path, "it is damaged")

    async def _check_later(self, file: _File) -> None:
        """Check a large file while answers are given."""
        with suppress(OSError):
            if not await asyncio.to_thread(is_intact, self.path):
                async with self._lock:
                    if self._file == file:
                        await self._remove()

    async def _remove(self) -> None:
        """Remove a damaged file: compared with the posts it may look whole."""
        file = self._file
        await self._close()
        with suppress(OSError, IndexUnavailable):
            if file and _File.of(self.path).is_same(file):  # not one that was rebuilt just now
                check_overwritable(self.path)
                self.path.unlink()
                log.warning("%s was damaged; it is made anew from the posts", self.path)
        self.lost.set()

    async def _close(self) -> None:
        self._file = None
        if self._check is not None and self._check is not asyncio.current_task():
            self._check.cancel()
            self._check = None
        if self._database is not None:
            database, self._database = self._database, None
            await database.close()


class Cached(Generic[T]):
    """A value that is computed from the index, and again after the index has changed.

    Args:
        connection: to the index.
        compute: called with the database, which no other task uses at the same time.
    """

    def __init__(
        self, connection: IndexConnection, compute: Callable[[IndexDatabase], Awaitable[T]]
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
    # Its subclasses are for locks, full disks, missing rights, and our own mistakes; except
    # that text which is no UTF-8 and a table that is gone are OperationalErrors.
    return type(error) is sqlite3.DatabaseError or str(error).startswith(NONSENSE)


class _File(NamedTuple):
    """A file at a moment: two that are equal have the same content."""

    device: int
    inode: int
    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> Self:
        found = path.stat()
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    def is_same(self, other: _File) -> bool:
        """Whether both are one file, whatever it holds."""
        return (self.device, self.inode) == (other.device, other.inode)


def _unreadable(path: Path, why: object) -> IndexUnavailable:
    if getattr(why, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
        return IndexUnavailable(
            f"{path}: reading took longer than {LONGEST_READ:g} s", "Ask for less."
        )
    return IndexUnavailable(
        f"{path}: the index cannot be read ({why})",
        "It is made anew the next time that the posts are read.",
    )


async def _open(path: Path) -> IndexDatabase:
    database = await IndexDatabase.open(path, "ro")
    try:
        await database.value("SELECT count(*) FROM sqlite_schema")
    except sqlite3.OperationalError:
        # Beside the file no -shm can be made: a read-only file system, where nobody
        # changes the file either.
        await database.close()
        return await IndexDatabase.open(path, "immutable")
    except BaseException:  # a cancelled task leaves no thread behind
        await database.close()
        raise
    return database
