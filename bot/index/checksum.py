"""A checksum of the index file, in the file itself, that tells damage which SQLite overlooks.

SQLite notices pages that make no sense, and gives back a changed letter or number as if it had
been stored. The CRC-32 of the file stands in its ``user_version``; 0 there means that the last
writer could not tell.
"""

from __future__ import annotations

import asyncio
import mmap
import sqlite3
import zlib
from contextlib import closing, suppress
from pathlib import Path

from bot.index.database import IndexDatabase, lock_of

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
