"""From a snapshot of the source to an index that agrees with it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from bot.blog.reader import Reader
from bot.blog.source import Snapshot
from bot.index.batch import Progress, batches_of
from bot.index.database import Database, Statement
from bot.index.difference import SCHEMA, Difference, compare, fingerprint, surroundings_of
from bot.index.foreign import APPLICATION_ID
from bot.index.record import FULL_TEXT_TABLES
from bot.index.writer import Writer

# FTS5 keeps new words in memory and merges what it wrote before. A bulk build does with a
# few large pieces and no merging: half the time. https://www.sqlite.org/fts5.html#the_automerge_configuration_option
BULK_FULL_TEXT = {"hashsize": 16_000_000, "automerge": 0}
FULL_TEXT = {"hashsize": 1_048_576, "automerge": 4}


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


async def rebuild(
    path: Path, snapshot: Snapshot, reader: Reader, *, now: float, progress: Progress
) -> int:
    """Write a new index aside and put it in place. The caller holds the lock.

    Returns:
        The number of posts in it.

    Raises:
        OSError, sqlite3.Error: the folder cannot be written or the disk is full.
    """
    aside = path.with_name(path.name + ".new")
    aside.unlink(missing_ok=True)  # of a killed run
    try:
        posts = await _build(aside, snapshot, reader, now=now, progress=progress)
        await asyncio.to_thread(_put_in_place, aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return posts


async def _build(
    path: Path, snapshot: Snapshot, reader: Reader, *, now: float, progress: Progress
) -> int:
    database = await Database.open(path)
    try:
        # Nobody reads this file before it is whole, and a crash throws it away.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -16000"):
            await database.run(f"PRAGMA {pragma}")
        await database.run(f"PRAGMA application_id = {APPLICATION_ID}")
        await database.script(SCHEMA.read_text(encoding="utf-8"))
        await database.run("BEGIN")
        await database.run_all(tune_full_text(BULK_FULL_TEXT))
        writer = Writer(database)
        posts = 0
        async with aclosing(batches_of(snapshot.files, reader, {}, progress)) as batches:
            async for batch in batches:
                posts += sum(file.is_post for file in batch.files)
                await database.run_all(batch.insertions)
        await writer.settle(snapshot, reader)
        await database.run_all(tune_full_text(FULL_TEXT))
        await _note(writer, snapshot, reader, now)
        await database.run("COMMIT")
        await database.run("PRAGMA journal_mode = WAL")
    finally:
        await database.close()
    return posts


async def update(
    path: Path, snapshot: Snapshot, reader: Reader, *, now: float, progress: Progress
) -> tuple[int, int, int] | None:
    """Bring an index up to date in one transaction. The caller holds the lock.

    Returns:
        How many posts were added, changed and removed; None where the index does not
        fit and must be rebuilt.

    Raises:
        sqlite3.Error: the index cannot be written.
    """
    database = await Database.open(path, "rw")
    try:
        difference = await compare(database, snapshot, reader)
        if not difference.fits:
            return None
        await database.run("PRAGMA foreign_keys = ON")
        await database.run("PRAGMA synchronous = NORMAL")
        async with database.transaction():
            counts = await _apply(
                database, difference, snapshot, reader, now=now, progress=progress
            )
        # All of it belongs into the file itself: a baked index is copied without its -wal.
        await database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        await database.close()
    return counts


async def _apply(
    database: Database,
    difference: Difference,
    snapshot: Snapshot,
    reader: Reader,
    *,
    now: float,
    progress: Progress,
) -> tuple[int, int, int]:
    writer = Writer(database)
    known = difference.known
    added = changed = 0
    removed = sum(known[path].is_post for path in difference.gone)
    await writer.remove({path: known[path] for path in difference.gone})
    news = bool(difference.gone) or not difference.same_surroundings
    async with aclosing(batches_of(difference.suspects, reader, known, progress)) as batches:
        async for batch in batches:
            fresh = [file for file in batch.files if file.document is not None]
            await writer.touch([file for file in batch.files if file.document is None])
            await writer.remove(
                {file.path: known[file.path] for file in fresh if file.path in known}
            )
            for file in fresh:
                was_post = file.path in known and known[file.path].is_post
                added += file.is_post and not was_post
                changed += file.is_post and was_post
                removed += was_post and not file.is_post
            news = news or bool(fresh)
            await database.run_all(batch.insertions)
    if news:
        await writer.settle(snapshot, reader)
        await _note(writer, snapshot, reader, now)
    return added, changed, removed


async def _note(writer: Writer, snapshot: Snapshot, reader: Reader, now: float) -> None:
    await writer.note(
        fingerprint=fingerprint(reader),
        generator=reader.generator,
        dialect=reader.dialect.to_json(),
        site_url=reader.site_url,
        source=snapshot.name,
        surroundings=surroundings_of(snapshot, reader),
        updated=int(now),
    )


def tune_full_text(options: Mapping[str, int]) -> Iterator[Statement]:
    """Statements that set options of the full-text tables."""
    for table in FULL_TEXT_TABLES:
        for option in options.items():
            yield f"INSERT INTO {table} ({table}, rank) VALUES (?, ?)", option  # noqa: S608


def _put_in_place(aside: Path, path: Path) -> None:
    """Rename a finished index over the old one, so that it is there also after a power cut."""
    with aside.open("r+b") as file:
        os.fsync(file.fileno())
    # These belong to the old file. Left there, SQLite would take them for the new one's.
    # All writers are shut out by the lock, and their last act was to empty the -wal.
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    aside.replace(path)
    if os.name == "posix":  # elsewhere folders cannot be opened
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
