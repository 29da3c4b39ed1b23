"""A feed as a source of posts."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from bot.blog.address import FeedAddress
from bot.blog.errors import LeftOut, SourceError
from bot.blog.source import Dates, Snapshot, SourceFile
from bot.sources.feed.archive import Archive, assign, missing, moment_of
from bot.sources.feed.entry import Entry, document_of
from bot.sources.feed.parser import Content, content_of, joined
from bot.sources.host import RefusedError, Response
from bot.sources.tree import too_large
from bot.sources.web import Web

log = logging.getLogger(__name__)

# A feed holds the newest entries only; what it held before is kept. This many come near no
# blog, and a feed that makes up new ones each time shall not fill the disk.
MOST_ENTRIES = 20_000
MOST_WITHDRAWN = 1000
# Where the numbers of paths begin: newer entries count down from here.
FIRST_NUMBER = 5_000_000

# The pages of older entries that are asked for once, before the first index.
MOST_PAGES = 50
MOST_SECONDS_FOR_PAGES = 120.0
# A feed that dates its entries by the clock is made in less than this.
SECONDS_OF_MAKING = 60

# A copy from a cache, or a site that is being built, lacks a post for less than this.
SECONDS_UNTIL_WITHDRAWN = 600
SECONDS_TO_WAIT = 600
SECONDS_WHEN_GONE = 24 * 3600
MOST_SECONDS_TO_WAIT = 24 * 3600


class FeedFile(NamedTuple):
    """One entry, as the file of a post."""

    path: str
    data: bytes
    stamp: int
    dates: Dates | None = None

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.data)

    def read(self) -> bytes:
        """The entry as front matter and body."""
        return self.data


class Feed:
    """Posts of an RSS, Atom or JSON feed; implements ``blog.Source``.

    Args:
        address: where it is.
        file: where to keep the entries, which the feed itself forgets in time.
        web: fetches it.
        max_bytes: larger entries are left out.
        clock: Unix seconds.
    """

    def __init__(
        self,
        address: FeedAddress,
        file: Path,
        *,
        web: Web,
        max_bytes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._address = address
        self._file = file
        self._web = web
        self._max_bytes = max_bytes
        self._clock = clock
        self._archive: Archive | None = None

    def close(self) -> None:
        """Nothing is held between two looks."""

    def snapshot(self) -> Snapshot:
        """Fetch the feed, if it has changed, and list every entry that it has held.

        Raises:
            SourceError: it cannot be fetched, or is no feed, or is empty.
        """
        before = self._archive or Archive.read(self._file)
        try:
            archive = self._look(before)
        except SourceError as error:
            hint = error.hint or "See whether the feed opens in a browser; it is tried again later."
            raise SourceError(f"{self._address}: {error.reason}", hint) from error
        if archive != before:
            archive.write(self._file)
        self._archive = archive
        return self._snapshot(archive)

    def fetched(self) -> Snapshot | None:
        """Every entry that the feed has held, without asking its host."""
        archive = self._archive or Archive.read(self._file)
        return self._snapshot(archive) if archive.entries else None

    def _look(self, before: Archive) -> Archive:
        """What is known after asking the host, if it may be asked."""
        now = int(self._clock())
        if now < before.wait_until <= now + MOST_SECONDS_TO_WAIT:
            raise _waiting(before)
        try:
            page = self._fetch(before)
        except RefusedError as error:
            waits = error.status == HTTPStatus.TOO_MANY_REQUESTS or error.wait is not None
            is_gone = error.status == HTTPStatus.GONE
            if not waits and not is_gone:
                raise
            seconds = SECONDS_WHEN_GONE if is_gone else error.wait or SECONDS_TO_WAIT
            until = now + int(min(seconds, MOST_SECONDS_TO_WAIT))
            self._archive = replace(before, wait_until=until, is_gone=is_gone)
            self._archive.write(self._file)
            raise _waiting(self._archive) from error
        before = replace(before, wait_until=0, is_gone=False)
        if page is None:
            return self._take_back(before, before.absent)
        content = content_of(page)
        if not content.entries:
            raise SourceError("the feed has no entries", "Publish a post first.")
        if not before.entries:
            content = self._with_older(content)
        return self._take(before, content, page)

    def _fetch(self, before: Archive) -> Response | None:
        if before.moved:
            try:
                return self._web.fetch(before.moved, etag=before.etag, modified=before.modified)
            except SourceError as error:
                if isinstance(error, RefusedError) and error.wait is not None:
                    raise
                log.info("%s is asked for at its old address again: %s", self._address, error)
        return self._web.fetch(self._address.url, etag=before.etag, modified=before.modified)

    def _with_older(self, content: Content) -> Content:
        """The entries of the pages with older ones, too (RFC 5005), as far as they can be had."""
        seen, older = {self._address.url}, content.older
        deadline = time.monotonic() + MOST_SECONDS_FOR_PAGES
        while older and older not in seen and len(seen) <= MOST_PAGES:
            seen.add(older)
            try:
                page = self._web.fetch(older) if time.monotonic() < deadline else None
                more = content_of(page) if page else Content(())
            except SourceError as error:
                log.info("%s: an older page is left out: %s", self._address, error)
                break
            before = len(content.entries)
            content = joined([content, more])
            older = more.older if before < len(content.entries) < MOST_ENTRIES else ""
        return content

    def _take(self, before: Archive, content: Content, page: Response) -> Archive:
        """What is known after a fetch."""
        shared = {*before.shared_ids, *content.shared_ids}
        known = {**before.withdrawn, **before.entries}
        stamped = [name for name in ("date", "updated") if _are_stamps(content.entries, name)]
        compared = content.entries
        if "date" in stamped:
            compared = tuple(replace(entry, date="") for entry in compared)
        found = assign(compared, known, shared, before.order)
        paths = _paths(content.entries, found, before.entries)
        now = {
            path: _as_first_seen(entry, known.get(path), stamped)
            for path, entry in zip(paths, content.entries, strict=True)
        }
        older = {path: one for path, one in before.entries.items() if path not in now}
        entries = dict([*now.items(), *older.items()][:MOST_ENTRIES])
        dates = {path: entry.date for path, entry in entries.items()}
        was_there = list(dict.fromkeys([*before.order, *before.absent]))
        absent = missing(was_there, paths, dates) & entries.keys()
        clock = int(self._clock())
        archive = Archive(
            entries=entries,
            withdrawn={path: one for path, one in before.withdrawn.items() if path not in now},
            order=tuple(_with_absent(before.order, paths, absent)),
            absent={path: before.absent.get(path, clock) for path in sorted(absent)},
            shared_ids=tuple(sorted(shared)[:MOST_ENTRIES]),
            site=content.site,
            moved=page.url if page.moved or before.moved == page.url else "",
            etag=page.etag,
            modified=page.modified,
        )
        return self._take_back(archive, before.absent)

    def _take_back(self, archive: Archive, absent: Mapping[str, int]) -> Archive:
        """Withdraw what is missing for long enough, and was missing at an earlier look."""
        clock = int(self._clock())
        gone = {
            path
            for path, since in absent.items()
            if path in archive.absent and clock - since >= SECONDS_UNTIL_WITHDRAWN
        }
        if not gone:
            return archive
        withdrawn = {**archive.withdrawn, **{path: archive.entries[path] for path in gone}}
        return replace(
            archive,
            entries={path: one for path, one in archive.entries.items() if path not in gone},
            withdrawn=dict(list(withdrawn.items())[-MOST_WITHDRAWN:]),
            order=tuple(path for path in archive.order if path not in gone),
            absent={path: since for path, since in archive.absent.items() if path not in gone},
        )

    def _snapshot(self, kept: Archive) -> Snapshot:
        files: list[SourceFile] = []
        left_out = []
        for path, entry in sorted(kept.entries.items()):
            data = document_of(entry)
            if len(data) > self._max_bytes:
                left_out.append(LeftOut(path, too_large(len(data), self._max_bytes)))
            else:
                files.append(FeedFile(path, data, _stamp(data)))
        return Snapshot(
            name=str(self._address),
            files=tuple(files),
            left_out=tuple(left_out),
            site_url=kept.site or None,
        )


def _paths(
    entries: Sequence[Entry], found: Mapping[int, str], before: Mapping[str, Entry]
) -> list[str]:
    """The path of each entry's post. New ones get paths that keep the feed's order.

    Posts without a date are listed by path. What stands before the first known one comes
    before all others, what stands behind the last comes after them.
    """
    numbers = [int(path[:7]) for path in before if path[:7].isdigit()]
    lowest = min(numbers, default=FIRST_NUMBER)
    first = min(found, default=len(entries))
    taken = set(before) | set(found.values())
    paths: list[str] = []
    place = f"{lowest:07}"
    for number, entry in enumerate(entries):
        if number in found:
            path = found[number]
            place = path[:7]
        else:
            name = blake2b(
                f"{entry.id} {entry.link} {entry.title} {entry.html}".encode("utf-8", "replace"),
                digest_size=8,
            ).hexdigest()
            if number < first:
                place = f"{max(0, lowest - first + number):07}"
            path = f"{place}-{number:04}-{name}.md"
        while path in taken and number not in found:
            path = f"{path.removesuffix('.md')}-.md"
        taken.add(path)
        paths.append(path)
    return paths


def _are_stamps(entries: Sequence[Entry], name: str) -> bool:
    """Whether the dates of all entries are one moment: that at which the feed was made."""
    dates = [getattr(entry, name) for entry in entries]
    moments = list(map(moment_of, dates))
    return (
        len(dates) > 1
        and all("T" in date for date in dates)
        and max(moments) - min(moments) <= SECONDS_OF_MAKING
    )


def _as_first_seen(entry: Entry, before: Entry | None, stamped: Sequence[str]) -> Entry:
    """An entry with the title that its post had first, and those of its dates that are stamps."""
    if before is None:
        return entry
    dates = {name: getattr(before, name) or getattr(entry, name) for name in stamped}
    return replace(entry, first_title=before.first_title or before.title, **dates)


def _with_absent(
    before: Sequence[str], now: Sequence[str], absent: Collection[str]
) -> Iterator[str]:
    """The feed's order with those in it that may come back, where they stood."""
    there = set(now)
    waiting: dict[str, list[str]] = {}
    last = ""
    for path in before:
        if path in there:
            last = path
        elif path in absent:
            waiting.setdefault(last, []).append(path)
    yield from waiting.get("", ())
    for path in now:
        yield path
        yield from waiting.get(path, ())


def _waiting(archive: Archive) -> SourceError:
    """Why the host is not asked now."""
    until = dt.datetime.fromtimestamp(archive.wait_until, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    if archive.is_gone:
        return SourceError(
            f"its host says that the feed is gone for good (410); it is asked again at {until}",
            "Set SLASHPOST_POSTS to where the blog is now.",
        )
    return SourceError(f"its host asks to be left alone until {until}", "It is asked again then.")


def _stamp(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=7).digest())
