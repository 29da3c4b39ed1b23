"""From a snapshot of the source to an index that agrees with it."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from bot.blog.problem import Problem
from bot.blog.reader import Document, Reader
from bot.blog.source import Snapshot, SourceFile
from bot.index.database import Database, Row, Statement
from bot.index.foreign import APPLICATION_ID
from bot.index.writer import Understood, Writer, insertions_of

log = logging.getLogger(__name__)

SCHEMA = Path(__file__).with_name("schema.sql")
# Files that are read in one go. Each batch is a few statements for SQLite's thread, which
# waits up to five milliseconds for Python's global lock around each of them while the next
# batch is read: half of this takes half as long again on a busy machine.
BATCH_FILES = 256
BATCH_BYTES = 4_000_000

# FTS5 keeps new words in memory and merges what it wrote before. A bulk build does with a
# few large pieces and no merging: half the time. https://www.sqlite.org/fts5.html#the_automerge_configuration_option
BULK_FULL_TEXT = {"hashsize": 16_000_000, "automerge": 0}
FULL_TEXT = {"hashsize": 1_048_576, "automerge": 4}

Progress = Callable[[int, int], None]


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


class Known(NamedTuple):
    """A file that the index holds."""

    id: int
    size: int
    stamp: int
    digest: bytes
    is_post: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the index and a snapshot differ.

    Attributes:
        fits: whether the index was made by this version, with these settings.
        known: the index's files by path.
        suspects: files that are new or may have changed.
        gone: paths of files that the snapshot does not have.
        surroundings: digest of what the source reports beside the files.
        same_surroundings: whether the index holds that report.
    """

    fits: bool
    known: Mapping[str, Known]
    suspects: Sequence[SourceFile]
    gone: Sequence[str]
    surroundings: str
    same_surroundings: bool

    @property
    def is_none(self) -> bool:
        """Whether the index agrees with the snapshot."""
        return self.fits and self.same_surroundings and not self.suspects and not self.gone


async def compare(database: Database, snapshot: Snapshot, reader: Reader) -> Difference:
    """See what an index lacks; anything unreadable means that it does not fit."""
    try:
        meta: dict[str, object] = dict(await database.rows("SELECT name, value FROM meta"))
        rows = await database.rows(
            "SELECT f.path, f.id, f.size, f.stamp, f.digest, p.id IS NOT NULL "
            "FROM files AS f LEFT JOIN posts AS p ON p.id = f.id"
        )
    except sqlite3.Error:
        meta, rows = {}, []
    return await asyncio.to_thread(_compare, meta, rows, snapshot, reader)


def _compare(
    meta: Mapping[str, object], rows: Sequence[Row], snapshot: Snapshot, reader: Reader
) -> Difference:
    known = {path: Known(*rest) for path, *rest in rows}
    suspects = []
    for file in snapshot.files:
        found = known.get(file.path)
        if found is None or (found.size, found.stamp) != (file.size, file.stamp):
            suspects.append(file)
    surroundings = _surroundings(snapshot, reader)
    return Difference(
        fits=meta.get("fingerprint") == fingerprint(reader),
        known=known,
        suspects=suspects,
        gone=list(known.keys() - {file.path for file in snapshot.files}),
        surroundings=surroundings,
        same_surroundings=meta.get("surroundings") == surroundings,
    )


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
        await database.run_all(_tune_full_text(BULK_FULL_TEXT))
        writer = Writer(database)
        posts = 0
        async for batch in _understood(snapshot.files, reader, {}, progress):
            posts += sum(file.is_post for file in batch.files)
            await database.run_all(batch.insertions)
        await writer.settle(snapshot, reader)
        await database.run_all(_tune_full_text(FULL_TEXT))
        await _note(writer, reader, _surroundings(snapshot, reader), now)
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
    for path in difference.gone:
        await writer.remove(known[path].id, path)
    news = bool(difference.gone) or not difference.same_surroundings
    async for batch in _understood(difference.suspects, reader, known, progress):
        for file in batch.files:
            if file.document is None:
                await writer.touch(file)
                continue
            old = known.get(file.path)
            if old:
                await writer.remove(old.id, file.path)
            was_post = old is not None and old.is_post
            added += file.is_post and not was_post
            changed += file.is_post and was_post
            removed += was_post and not file.is_post
            news = True
        await database.run_all(batch.insertions)
    if news:
        await writer.settle(snapshot, reader)
        await _note(writer, reader, difference.surroundings, now)
    return added, changed, removed


async def holds_the_same(difference: Difference) -> bool:
    """Whether an index that cannot be written says what the files say, whatever their stamps."""
    if not difference.fits or difference.gone:
        return False

    def same(file: SourceFile) -> bool:
        found = difference.known.get(file.path)
        return found is not None and found.digest == _digest(file.read())

    return await asyncio.to_thread(lambda: all(map(same, difference.suspects)))


def fingerprint(reader: Reader) -> str:
    """Changes when the same files would make another index."""
    return f"{_digest(SCHEMA.read_bytes()).hex()} {reader.fingerprint}"


async def _note(writer: Writer, reader: Reader, surroundings: str, now: float) -> None:
    await writer.note(
        fingerprint=fingerprint(reader),
        generator=reader.generator,
        site_url=reader.site_url,
        surroundings=surroundings,
        updated=int(now),
    )


@dataclass(frozen=True, slots=True)
class _Batch:
    """Files that were read, and the statements that put them into the index."""

    files: Sequence[Understood]
    insertions: Sequence[Statement]


async def _understood(
    files: Sequence[SourceFile], reader: Reader, known: Mapping[str, Known], progress: Progress
) -> AsyncIterator[_Batch]:
    """Read files in a thread, one batch ahead of whoever writes them."""
    next_number = max((one.id for one in known.values()), default=0) + 1
    batches = _batches(files, next_number)
    done = 0

    def start() -> asyncio.Task[_Batch] | None:
        batch = next(batches, None)
        if batch is None:
            return None
        return asyncio.create_task(asyncio.to_thread(_understand, batch, reader, known))

    progress(0, len(files))
    ahead = start()
    try:
        while ahead is not None:
            batch = await ahead
            ahead = start()
            yield batch
            done += len(batch.files)
            progress(done, len(files))
    finally:
        if ahead is not None:
            await asyncio.wait([ahead])


def _batches(
    files: Sequence[SourceFile], first_number: int
) -> Iterator[list[tuple[int, SourceFile]]]:
    """Files with numbers, as many together as are worth a thread's while."""
    batch: list[tuple[int, SourceFile]] = []
    size = 0
    for number, file in enumerate(files, first_number):
        batch.append((number, file))
        size += file.size
        if len(batch) == BATCH_FILES or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _Held:
    """A source file whose bytes are read already."""

    path: str
    size: int
    stamp: int
    data: bytes

    def read(self) -> bytes:
        return self.data


def _understand(
    numbered: Sequence[tuple[int, SourceFile]], reader: Reader, known: Mapping[str, Known]
) -> _Batch:
    files = []
    for number, file in numbered:
        try:
            data = file.read()
        except FileNotFoundError:
            continue  # vanished since the snapshot; the next one will not have it
        except OSError as error:
            files.append(_unreadable(number, file, error))
            continue
        digest = _digest(data)
        old = known.get(file.path)
        document = None
        if old and old.digest == digest:
            number = old.id  # noqa: PLW2901 - a new number is of no use
        else:
            document = _read(reader, _Held(file.path, file.size, file.stamp, data))
        files.append(Understood(number, file.path, file.size, file.stamp, digest, document))
    return _Batch(files, insertions_of(files))


def _read(reader: Reader, file: SourceFile) -> Document:
    """What the reader makes of a file; other posts shall not pay for a fault of ours."""
    try:
        return reader.read(file)
    except Exception as error:
        log.debug("%s: reading it failed", file.path, exc_info=True)
        problem = Problem(
            file.path,
            None,
            f"it cannot be understood ({type(error).__name__}: {error})",
            "This is a fault of Slashpost: please report it with the file.",
        )
        return Document(problems=(problem,))


def _unreadable(number: int, file: SourceFile, error: OSError) -> Understood:
    problem = Problem(
        file.path, None, f"it cannot be read ({error.strerror})", "Check who may read the file."
    )
    # No file has this stamp, so the next run looks again.
    return Understood(number, file.path, file.size, -1, b"", Document(problems=(problem,)))


def _tune_full_text(options: Mapping[str, int]) -> Iterator[Statement]:
    for option in options.items():
        yield "INSERT INTO fulltext (fulltext, rank) VALUES (?, ?)", option


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _surroundings(snapshot: Snapshot, reader: Reader) -> str:
    report = (snapshot.left_out, snapshot.problems, tuple(reader.site_problems))
    return _digest(repr(report).encode("utf-8", "backslashreplace")).hex()


def _put_in_place(aside: Path, path: Path) -> None:
    """Rename a finished index over the old one, so that it is there also after a power cut."""
    _to_disk(aside)
    # These belong to the old file. Left there, SQLite would take them for the new one's.
    # All writers are shut out by the lock, and their last act was to empty the -wal.
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    aside.replace(path)
    if os.name == "posix":  # Windows has no folders to open
        _to_disk(path.parent)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
