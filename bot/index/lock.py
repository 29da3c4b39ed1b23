"""One writer at a time, over all processes that share an index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.index.database import Database


@asynccontextmanager
async def writing(path: Path) -> AsyncIterator[None]:
    """Hold the right to write or replace the index at ``path``.

    The lock is SQLite's own, on an empty file beside the index: it works on every
    platform, waits, and goes away with a killed process.

    Raises:
        sqlite3.OperationalError: the folder cannot be written, or another process
            has been indexing for more than a minute.
    """
    database = await Database.open(path.with_name(path.name + ".lock"))
    try:
        await database.run("BEGIN EXCLUSIVE")
        yield
    finally:
        await database.close()
