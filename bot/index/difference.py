"""Where the index and the posts differ."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from bot.blog.post import is_web_url
from bot.blog.reader import Reader
from bot.blog.source import Snapshot, SourceFile
from bot.index.database import IndexDatabase, Row
from bot.index.rows import layout


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
