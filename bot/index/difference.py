"""Where the index and the posts differ, and what the files say that do.

Files are read in a thread, and the statements that put them into the index are made there.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from bot.blog.errors import Problem
from bot.blog.post import is_web_url
from bot.blog.reader import Document, Reader
from bot.blog.source import Dates, Snapshot, SourceFile
from bot.index.database import IndexDatabase, Row, Statement, insertions
from bot.index.rows import layout, post_insertions, report_insertions


class Known(NamedTuple):
    """A file that the index holds."""

    path: str
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
        changed: files that are new or may have changed.
        gone: paths of files that the snapshot does not have.
        surroundings: digest of what the source and the site report beside the files.
        same_surroundings: whether the index holds that report.
    """

    fits: bool
    known: Mapping[str, Known]
    changed: Sequence[SourceFile]
    gone: Sequence[str]
    surroundings: str
    same_surroundings: bool

    @property
    def is_none(self) -> bool:
        """Whether the index agrees with the snapshot."""
        return self.fits and self.same_surroundings and not self.changed and not self.gone


async def compare(database: IndexDatabase, snapshot: Snapshot, reader: Reader) -> Difference:
    """Compare an index with a snapshot; one that cannot be read does not fit."""
    try:
        meta: dict[str, object] = dict(await database.rows("SELECT name, value FROM meta"))
        rows = await database.rows("SELECT path, id, size, stamp, digest, is_post FROM files")
    except sqlite3.Error:
        meta, rows = {}, []
    return await asyncio.to_thread(_compare, meta, rows, snapshot, reader)


def _compare(
    meta: Mapping[str, object], rows: Sequence[Row], snapshot: Snapshot, reader: Reader
) -> Difference:
    known = {one.path: one for one in map(Known._make, rows)}
    changed = []
    for file in snapshot.files:
        found = known.get(file.path)
        if found is None or (found.size, found.stamp) != (file.size, file.stamp):
            changed.append(file)
    surroundings = surroundings_of(snapshot, reader)
    return Difference(
        fits=meta.get("fingerprint") == fingerprint(reader),
        known=known,
        changed=changed,
        gone=list(known.keys() - {file.path for file in snapshot.files}),
        surroundings=surroundings,
        same_surroundings=meta.get("surroundings") == surroundings,
    )


async def holds_the_same(difference: Difference) -> bool:
    """Whether an index has the files' content, whatever their stamps."""
    if not difference.fits or difference.gone:
        return False

    def same(file: SourceFile) -> bool:
        found = difference.known.get(file.path)
        return found is not None and found.digest == digest_of(file, file.read())

    return await asyncio.to_thread(lambda: all(map(same, difference.changed)))


def fingerprint(reader: Reader) -> str:
    """Changes when the same files would make another index."""
    return f"{layout()} {reader.fingerprint}"


def digest_of(file: SourceFile, data: bytes) -> bytes:
    """A digest of a file's content, and of the dates that the source knows."""
    return digest(data if file.dates is None else b"%b\0%r" % (data, file.dates))


def digest(data: bytes) -> bytes:
    """A digest of 16 bytes."""
    return blake2b(data, digest_size=16).digest()


def surroundings_of(snapshot: Snapshot, reader: Reader) -> str:
    """A digest of what the source and the site report beside the files, and of what it lists.

    It covers the source's name where that is an address; a folder may be moved.
    """
    name = snapshot.name if is_web_url(snapshot.name) else ""
    listed = (snapshot.sitemap.source, snapshot.sitemap.digest) if snapshot.sitemap else ()
    report = (name, snapshot.left_out, snapshot.problems, tuple(reader.site_problems), listed)
    return digest(repr(report).encode("utf-8", "backslashreplace")).hex()


log = logging.getLogger(__name__)

# Files that are read at once. SQLite's thread waits up to five milliseconds for Python's
# global lock around each statement of a batch while the next batch is read: half of this
# takes half as long again on a busy machine.
BATCH_FILES = 256
BATCH_BYTES = 4_000_000

# Called with files done and files to do.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read.

    Attributes:
        number: the file's id in the index; a new one, unless ``document`` is None.
        path, size, stamp: as the snapshot has them.
        digest: of the file's bytes.
        document: what the reader made of the file; None where the digest shows that the
            index has it already.
    """

    number: int
    path: str
    size: int
    stamp: int
    digest: bytes
    document: Document | None

    @property
    def is_post(self) -> bool:
        """Whether the file holds a post, or a draft of one."""
        return self.document is not None and self.document.post is not None


def insertions_of(files: Sequence[ReadFile]) -> list[Statement]:
    """Statements that put files into the index. Slow: call it in a thread."""
    fresh = [(file, file.document) for file in files if file.document is not None]
    return [
        *insertions(
            "files (id, path, size, stamp, digest, is_post)",
            (
                (file.number, file.path, file.size, file.stamp, file.digest, file.is_post)
                for file, _ in fresh
            ),
        ),
        *post_insertions([(file.number, document) for file, document in fresh]),
        *report_insertions(
            "file",
            (one for _, document in fresh for one in document.problems),
            (document.left_out for _, document in fresh if document.left_out),
        ),
    ]


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that were read, and the statements that put them into the index."""

    files: Sequence[ReadFile]
    insertions: Sequence[Statement]


async def batches_of(
    files: Sequence[SourceFile], reader: Reader, known: Mapping[str, Known], progress: Progress
) -> AsyncGenerator[Batch, None]:
    """Read files in a thread, one batch ahead of the caller."""
    next_number = max((one.id for one in known.values()), default=0) + 1
    numbered = _batches(files, next_number)
    done = 0

    def start() -> asyncio.Task[Batch] | None:
        batch = next(numbered, None)
        if batch is None:
            return None
        return asyncio.create_task(asyncio.to_thread(_read_batch, batch, reader, known))

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
            await asyncio.gather(ahead, return_exceptions=True)


def _batches(
    files: Sequence[SourceFile], first_number: int
) -> Iterator[list[tuple[int, SourceFile]]]:
    """Files with numbers, in batches."""
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
class _FileContent:
    """A source file and its bytes; or, where these cannot be read, a document that says so."""

    path: str
    size: int
    stamp: int
    digest: bytes
    dates: Dates | None
    data: bytes = b""
    unreadable: Document | None = None

    def read(self) -> bytes:
        return self.data


def _content_of(file: SourceFile) -> _FileContent | None:
    """Read a file; None where it has vanished, so that the next snapshot will not have it."""
    try:
        data = file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        # No file has this stamp, so the next run looks again.
        return _FileContent(
            file.path, file.size, -1, b"", None, unreadable=_unreadable(file, error)
        )
    found = digest_of(file, data)
    return _FileContent(file.path, file.size, file.stamp, found, file.dates, data)


def _read_batch(
    numbered: Sequence[tuple[int, SourceFile]], reader: Reader, known: Mapping[str, Known]
) -> Batch:
    files = []
    for new_number, file in numbered:
        content = _content_of(file)
        if content is None:
            continue
        old = known.get(file.path)
        if old and old.digest == content.digest:
            number, document = old.id, None
        else:
            number, document = new_number, content.unreadable or _read(reader, content)
        files.append(
            ReadFile(number, content.path, content.size, content.stamp, content.digest, document)
        )
    return Batch(files, insertions_of(files))


def _read(reader: Reader, file: SourceFile) -> Document:
    """What the reader makes of a file. A bug of ours must not keep other posts from being read."""
    try:
        return reader.read(file)
    except Exception as error:
        log.debug("%s: reading it failed", file.path, exc_info=True)
        problem = Problem(
            file.path,
            None,
            f"It cannot be understood ({type(error).__name__}: {error})",
            "This is a fault of Slashpost: please report it with the file.",
        )
        return Document(problems=(problem,))


def _unreadable(file: SourceFile, error: OSError) -> Document:
    why = error.strerror or type(error).__name__
    problem = Problem(
        file.path, None, f"It cannot be read: {why}", "Check that the file may be read."
    )
    return Document(problems=(problem,))
