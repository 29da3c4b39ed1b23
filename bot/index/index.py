"""The index: answers, and an update when the posts have changed."""

from __future__ import annotations

import asyncio
import errno
import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.blog.errors import IndexUnavailable
from bot.blog.library import Status
from bot.index.catalogue import IndexCatalogue
from bot.index.live import is_damage
from bot.index.lock import writing

if TYPE_CHECKING:  # what brings an index up to date is imported for that: answers come first
    from bot.blog.reader import Reader
    from bot.blog.source import Snapshot
    from bot.index.batch import Progress
    from bot.index.difference import Difference
    from bot.index.sync import SyncReport

log = logging.getLogger(__name__)


class Index(IndexCatalogue):
    """The library and catalogue of one index file, brought up to date by ``sync``.

    Use it as an async context manager; nothing is opened before the first question.

    Args:
        path: the index file; it and its folder are made by the first ``sync``.
        spare: where to keep the index instead, once one that is part of an image, and so
            cannot be written, no longer fits.
        site_url: the blog's URL; where None, the one that its configuration gave.
        clock: Unix seconds, which decide what is in the future.

    Attributes:
        trouble: what ``Status.trouble`` says; whoever looks at the posts sets it.
    """

    def __init__(
        self,
        path: Path,
        *,
        spare: Path | None = None,
        site_url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(path, site_url=site_url, clock=clock)
        self._path = path
        self._spare = spare
        self._syncing = asyncio.Lock()
        self.trouble = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection to the file."""
        await self._live.close()

    async def status(self) -> Status:
        """Counts, source, problems."""
        return replace(await super().status(), trouble=self.trouble)

    async def recall(self, source: str) -> bool:
        """Answer from an index of that source, where there is one; whether there is.

        Args:
            source: its name, as in ``Snapshot.name``.
        """
        here = self._path
        for path in (here, self._spare):
            if path is not None and path.exists():
                self._path = self._live.path = path
                with suppress(IndexUnavailable):
                    async with self._live.use() as database:
                        noted = "SELECT value FROM meta WHERE name = 'source'"
                        if await database.value(noted) == source:
                            self._source = source
                            return True
        self._path = self._live.path = here
        return False

    async def sync(
        self, snapshot: Snapshot, reader: Reader, *, progress: Progress | None = None
    ) -> SyncReport:
        """Make the index agree with a snapshot.

        Args:
            snapshot: what the source holds now.
            reader: understands the files that are new or have changed.
            progress: called with files done and files to do, in the event loop.

        Raises:
            IndexUnavailable: the index needs a change and cannot be written.
        """
        from bot.index.sync import SyncReport

        start = time.monotonic()
        async with self._syncing:
            counts = await self._catch_up(
                snapshot, reader, progress or (lambda _done, _total: None)
            )
            self._source = snapshot.name
            self.generation = snapshot.generation
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
        from bot.index.difference import compare

        try:
            async with self._live.use() as database:
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
        from bot.index.difference import holds_the_same
        from bot.index.foreign import refuse_foreign

        try:
            await asyncio.to_thread(refuse_foreign, self._path)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            async with writing(self._path):
                return await self._write_alone(snapshot, reader, progress)
        except (OSError, sqlite3.Error) as error:
            if difference is not None and await holds_the_same(difference):
                return 0, 0, 0
            spare = self._spare
            baked = self._path.exists() and _cannot_be_written(error)
            if spare is None or spare == self._path or not baked:
                raise _not_written(self._path, error) from error
        return await self._move(spare, snapshot, reader, progress)

    async def _move(
        self, spare: Path, snapshot: Snapshot, reader: Reader, progress: Progress
    ) -> tuple[int, int, int]:
        log.info("%s does not fit and cannot be written; using %s", self._path, spare)
        self._path = self._live.path = spare
        return await self._catch_up(snapshot, reader, progress)

    async def _write_alone(
        self, snapshot: Snapshot, reader: Reader, progress: Progress
    ) -> tuple[int, int, int]:
        from bot.index.sync import rebuild, update

        now = self._clock()
        if self._path.exists():
            try:
                counts = await update(self._path, snapshot, reader, now=now, progress=progress)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                counts = None
            if counts is not None:
                return counts
        await self._live.close()  # some systems replace no open file
        added = await rebuild(self._path, snapshot, reader, now=now, progress=progress)
        return added, 0, 0


def _cannot_be_written(error: OSError | sqlite3.Error) -> bool:
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
