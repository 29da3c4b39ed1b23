"""A feed as a source of posts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bot.blog.address import FeedAddress
from bot.blog.errors import SourceError
from bot.blog.problem import LeftOut
from bot.blog.source import Dates, Snapshot, SourceFile
from bot.sources.feed.document import document_of
from bot.sources.feed.entries import Content, Entry, content_of
from bot.sources.feed.web import Page, Web
from bot.sources.tree import too_large

# A feed holds the newest entries only; what it held before is kept. This many come near no
# blog, and a feed that makes up new ones each time shall not fill the disk.
MOST_ENTRIES = 20_000


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


@dataclass(frozen=True, slots=True)
class Archive:
    """What is remembered of a feed.

    Attributes:
        entries: every entry that was seen and not taken back, by the path of its post.
        order: paths of those that the feed held the last time, in its order.
        since: Unix seconds of the fetch that last brought something new.
        site: address of the blog, or empty.
        etag, modified: what to ask with the next time.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    since: int = 0
    site: str = ""
    etag: str = ""
    modified: str = ""


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
        kept = self._archive or self._read()
        try:
            page = self._web.fetch(self._address.url, etag=kept.etag, modified=kept.modified)
            if page is not None:
                kept = self._take(kept, content_of(page), page)
        except SourceError as error:
            raise SourceError(f"{self._address}: {error.reason}", error.hint) from error
        self._archive = kept
        return self._snapshot(kept)

    def _take(self, before: Archive, content: Content, page: Page) -> Archive:
        """What is known after a fetch, written down."""
        if not content.entries:
            raise SourceError("the feed has no entries", "Publish a post first.")
        paths = paths_for(content.entries, before)
        now = dict(zip(paths, content.entries, strict=True))
        gone = withdrawn(before.order, paths)
        older = {path: one for path, one in before.entries.items() if path not in gone | now.keys()}
        entries = dict([*now.items(), *older.items()][:MOST_ENTRIES])
        since = before.since
        if entries != before.entries:
            since = max(int(self._clock()), since + 1)
        kept = Archive(entries, tuple(paths), since, content.site, page.etag, page.modified)
        self._write(kept)
        return kept

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
            generation=kept.since,
        )

    def _read(self) -> Archive:
        """What was written down, or nothing where that cannot be read."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
            entries = {path: _entry(one) for path, one in found["entries"].items()}
            return Archive(**{**found, "entries": entries, "order": tuple(found["order"])})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return Archive()

    def _write(self, kept: Archive) -> None:
        aside = self._file.with_name(self._file.name + ".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(asdict(kept)), encoding="utf-8")
            aside.replace(self._file)
        except OSError as error:
            raise SourceError(
                f"what it held cannot be kept in {self._file} ({error.strerror})",
                "Set SLASHPOST_STATE to a file in a folder that can be written.",
            ) from error


def paths_for(entries: Sequence[Entry], before: Archive) -> list[str]:
    """The path of each entry's post: the one it had, also under another id with its old link."""
    known = {one.id: path for path, one in before.entries.items()}
    ids = {entry.id for entry in entries}
    moved = {
        _page(one.link): path
        for path, one in before.entries.items()
        if one.link and one.id not in ids
    }
    return [
        known.get(entry.id) or moved.pop(_page(entry.link), None) or _path(entry.id)
        for entry in entries
    ]


def _path(name: str) -> str:
    return f"{blake2b(name.encode('utf-8', 'replace'), digest_size=10).hexdigest()}.md"


def withdrawn(before: Sequence[str], now: Sequence[str]) -> set[str]:
    """The posts that are missing from the midst of a feed, whose order is otherwise the same.

    One that is missing at its end has only made room for newer ones.
    """
    still = [path for path in before if path in set(now)]
    if not still or still != [path for path in now if path in set(before)]:
        return set()
    return set(before[: before.index(still[-1])]) - set(still)


def _page(link: str) -> str:
    """A link without what changes when a blog gets a certificate."""
    parts = urlsplit(link)
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _entry(one: dict[str, Any]) -> Entry:
    return Entry(**{**one, "tags": tuple(one["tags"]), "authors": tuple(one["authors"])})


def _stamp(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=7).digest())
