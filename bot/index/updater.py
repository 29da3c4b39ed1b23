"""Brings the index file up to date: one writer at a time, and to a fallback where it must."""

from __future__ import annotations

import asyncio
import errno
import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.blog.errors import IndexUnavailable
from bot.blog.reader import Reader
from bot.blog.source import Snapshot
from bot.index.connection import IndexConnection, is_damage
from bot.index.database import check_overwritable, write_lock
from bot.index.difference import Difference, Progress, compare, holds_the_same
from bot.index.sync import rebuild, update

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did.

    Attributes:
        added: posts that the index did not hold.
        changed: posts whose file says something else now.
        removed: posts that are gone.
        seconds: how long it took.
    """

    added: int
    changed: int
    removed: int
    seconds: float


class Updater:
    """Writes the index file at ``connection.path``.

    Args:
        connection: the one that answers come from.
        fallback_path: takes the place of a path that cannot be written.
        clock: Unix seconds.
    """

    def __init__(
        self, connection: IndexConnection, fallback_path: Path | None, clock: Callable[[], float]
    ) -> None:
        self._connection = connection
        self._fallback_path = fallback_path
        self._clock = clock
        self._lock = asyncio.Lock()

    async def sync(
        self, snapshot: Snapshot, reader: Reader, progress: Progress | None = None
    ) -> SyncReport:
        """As ``Index.sync``."""
        start = time.monotonic()
        async with self._lock:
            counts = await self._catch_up(
                snapshot, reader, progress or (lambda _done, _total: None)
            )
        return SyncReport(*counts, time.monotonic() - start)

    async def _catch_up(
        self, snapshot: Snapshot, reader: Reader, progress: Progress
    ) -> tuple[int, int, int]:
        difference = await self._difference(snapshot, reader)
        if difference is not None and difference.is_none:
            return 0, 0, 0
        return await self._write(difference, snapshot, reader, progress)

    async def _difference(self, snapshot: Snapshot, reader: Reader) -> Difference | None:
        """What an existing index lacks, or None where there is none to read."""
        try:
            async with self._connection.use() as database:
                return await compare(database, snapshot, reader)
        except IndexUnavailable:
            return None

    async def _write(
        self,
        difference: Difference | None,
        snapshot: Snapshot,
        reader: Reader,
        progress: Progress,
    ) -> tuple[int, int, int]:
        path = self._connection.path
        try:
            await asyncio.to_thread(check_overwritable, path)
            path.parent.mkdir(parents=True, exist_ok=True)
            async with write_lock(path):
                return await self._write_locked(path, snapshot, reader, progress)
        except (OSError, sqlite3.Error) as error:
            if difference is not None and await holds_the_same(difference):
                return 0, 0, 0
            fallback_path = self._fallback_path
            read_only = path.exists() and _is_read_only(error)
            if fallback_path is None or fallback_path == path or not read_only:
                raise _not_written(path, error) from error
        log.info("%s does not fit and cannot be written; using %s", path, fallback_path)
        self._connection.path = fallback_path
        return await self._catch_up(snapshot, reader, progress)

    async def _write_locked(
        self, path: Path, snapshot: Snapshot, reader: Reader, progress: Progress
    ) -> tuple[int, int, int]:
        now = self._clock()
        if self._connection.path.exists():
            try:
                counts = await update(path, snapshot, reader, now=now, progress=progress)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                counts = None
            if counts is not None:
                return counts
        await self._connection.close()  # some systems replace no open file
        added = await rebuild(path, snapshot, reader, now=now, progress=progress)
        return added, 0, 0


def _is_read_only(error: OSError | sqlite3.Error) -> bool:
    """Whether the place was the reason, and not a full disk, say."""
    if isinstance(error, OSError):
        return error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}
    # The lowest byte says what the rest tells in detail: https://www.sqlite.org/rescode.html
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


def _not_written(path: Path, error: OSError | sqlite3.Error) -> IndexUnavailable:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
        return IndexUnavailable(
            f"{path}: another process has been writing the index for a minute",
            "Wait until it is done, or set SLASHPOST_DB or --db to another file.",
        )
    return IndexUnavailable(
        f"{path}: the index cannot be written ({error})",
        "Set SLASHPOST_DB or --db to a file in a folder that can be written.",
    )
