"""Reads the documents of a sitemap one after another, within limits, and remembers them.

Which hosts may be asked is decided here, too; the documents are on the network or in a folder.
"""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from bot.blog.errors import SourceError
from bot.sources.host import RefusedError, Response
from bot.sources.sitemap.document import MOST_ADDRESSES, document_of, unzipped

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_of(page: str, hosts: frozenset[str]) -> bool:
    """Whether a page's address is one of these hosts'; any host's, where none is known."""
    try:
        parts = urlsplit(page)
        host = host_of(page)
    except ValueError:
        return False
    if not parts.netloc:
        return page.startswith("/")  # such as a site that was built without its address
    if parts.scheme not in {"http", "https"}:
        return False
    twin = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    return not hosts or host in hosts or twin in hosts or _name(host) in hosts & LOOPBACK


def host_of(url: str) -> str:
    """The host with its port, if that is not the scheme's own."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    name = (parts.hostname or "").rstrip(".")
    return name if port in {None, 80, 443} else f"{name}:{port}"


def _name(host: str) -> str:
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host


def secure(url: str) -> str:
    """The address on https, except for this machine's."""
    is_plain = url[:5].lower() == "http:" and not is_secure(url)
    return f"https:{url[5:]}" if is_plain else url


def is_secure(url: str) -> bool:
    """Whether nobody on the way can change what is there. This machine needs no https."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


MOST_BYTES = 50_000_000
MOST_SECONDS = 20.0
MOST_DOCUMENTS = 500
BUSY = frozenset({429, 503})
MISSING = frozenset({403, 404, 410})


@dataclass(frozen=True, slots=True)
class CachedDocument:
    """One document of the last look.

    Attributes:
        etag, modified: what to ask with the next time, or empty.
        pages, sitemaps, is_whole: as in ``Document``.
    """

    etag: str = ""
    modified: str = ""
    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    is_whole: bool = True


class Fetch(Protocol):
    """Gets a document, or None where it is the one with that ``etag`` or ``modified``."""

    def __call__(
        self, url: str, *, etag: str, modified: str, most_bytes: int, most_seconds: float
    ) -> Response | None:
        """Get it.

        Raises:
            SourceError: it cannot be had.
        """


@dataclass
class Crawler:
    """All that one look at a site reads.

    Attributes:
        fetch: gets a document.
        before: documents of the last look, by address.
        may_ask: tells whether an address may be asked for.
        documents: those that were read, by address.
        troubles: why others were not.
        wait: seconds that a host asks to be left alone for, or None.
    """

    fetch: Fetch
    before: Mapping[str, CachedDocument] = field(default_factory=dict)
    may_ask: Callable[[str], bool] = lambda _: True
    documents: dict[str, CachedDocument] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    wait: float | None = None
    _deadline: float = field(default_factory=lambda: time.monotonic() + MOST_SECONDS)
    _bytes_left: int = field(default_factory=lambda: MOST_BYTES)

    def get(self, url: str, cached: CachedDocument | None = None) -> Response | None:
        """One page, or None where it has not changed; it counts towards the limits.

        Raises:
            SourceError: it cannot be had, or a limit is reached.
        """
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise SourceError(f"the site took over {MOST_SECONDS:.0f} seconds")
        if self._bytes_left <= 0:
            raise SourceError(f"the site's list is larger than {MOST_BYTES:,} bytes")
        if self.wait is not None:
            raise SourceError("its host asks to be left alone")
        if not self.may_ask(url):
            raise SourceError("it is on another host, or not on https")
        try:
            page = self.fetch(
                url,
                etag=cached.etag if cached else "",
                modified=cached.modified if cached else "",
                most_bytes=self._bytes_left,
                most_seconds=seconds,
            )
        except RefusedError as error:
            if error.status in BUSY or error.wait is not None:
                self.wait = error.wait or 0.0
            raise
        if page is None:
            return None
        body = unzipped(page.body, self._bytes_left)
        self._bytes_left -= len(body)
        return replace(page, body=body)

    def read(self, starts: Iterable[str], *, are_guessed: bool = False) -> bool:
        """Read documents, and those that they name. Whether any of the first was a sitemap.

        Args:
            starts: addresses of the first ones.
            are_guessed: nobody has said that they are there, so that it is no trouble if not.
        """
        waiting = deque((url, True) for url in dict.fromkeys(starts))
        seen = {url for url, _ in waiting} | self.documents.keys()
        is_sitemap = False
        while waiting:
            url, is_first = waiting.popleft()
            if len(self.documents) >= MOST_DOCUMENTS:
                self.troubles.append(f"more than {MOST_DOCUMENTS} documents")
                break
            try:
                document = self._document(url)
            except SourceError as error:
                if not (is_first and are_guessed and is_missing(error)):
                    self.troubles.append(f"{url}: {error.reason}")
                if is_first or url not in self.before:
                    continue
                document = self.before[url]
            self.documents[url] = document
            is_sitemap |= is_first
            for other in document.sitemaps:
                if other not in seen:
                    seen.add(other)
                    waiting.append((other, False))
        return is_sitemap

    def _document(self, url: str) -> CachedDocument:
        cached = self.before.get(url)
        page = self.get(url, cached)
        if page is None:
            if cached is None:
                raise SourceError("its host says that it has not changed, unasked")
            return cached
        left = MOST_ADDRESSES - sum(len(one.pages) for one in self.documents.values())
        document = document_of(page.body, max(0, left))
        if not document.is_whole:
            self.troubles.append(f"{url}: only its first {len(document.pages):,} addresses count")
        return CachedDocument(
            etag=page.etag,
            modified=page.modified,
            pages=tuple(document.pages),
            sitemaps=tuple(document.sitemaps),
            is_whole=document.is_whole,
        )


def is_missing(error: SourceError) -> bool:
    """Whether a host says that there is no such page, or that it is for nobody."""
    return isinstance(error, RefusedError) and error.status in MISSING


log = logging.getLogger(__name__)

VERSION = 1
MOST_CACHE_BYTES = 100_000_000
MOST_SECONDS_TO_WAIT = 24 * 3600


@dataclass(frozen=True, slots=True)
class CachedList:
    """What the last looks at a site brought.

    Attributes:
        of: the site and the setting that it was asked for, so that others are forgotten.
        starts: addresses of the documents to begin with; empty where nothing was found.
        hosts: the site's own, and those that it redirects to.
        documents: what was read, by address.
        is_feed: whether it is a feed, which lists the newest posts only.
        is_whole: whether all was read.
        asked: Unix seconds of the last look.
        wait_until: Unix seconds before which the host asks not to be asked.
        trouble: why the last look brought nothing; or empty.
    """

    of: str = ""
    starts: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    documents: Mapping[str, CachedDocument] = field(default_factory=dict)
    is_feed: bool = False
    is_whole: bool = True
    asked: int = 0
    wait_until: int = 0
    trouble: str = ""


def read_cache(files: Sequence[Path], of: str) -> CachedList:
    """The latest that any of the files holds about a site; of none, nothing."""
    found = [cached for file in files if (cached := _read(file)) is not None and cached.of == of]
    return max(found, key=lambda cached: cached.asked, default=CachedList(of=of))


def write_cache(files: Sequence[Path], cached: CachedList) -> None:
    """Write it into the first file that can be written. Without any, it is fetched again."""
    text = json.dumps({"version": VERSION, **asdict(cached)})
    for file in files:
        aside = file.with_name(f"{file.name}.new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(text, encoding="utf-8")
            aside.replace(file)
        except OSError as error:
            log.debug("%s: the site's list cannot be cached there (%s)", file, error)
        else:
            return


def _read(file: Path) -> CachedList | None:
    try:
        if file.stat().st_size > MOST_CACHE_BYTES:
            return None
        found = json.loads(file.read_text(encoding="utf-8"))
        if found.pop("version") != VERSION:
            return None
        for name in ("starts", "hosts"):
            found[name] = tuple(map(str, found[name]))
        found["documents"] = {
            url: CachedDocument(
                **{**one, "pages": tuple(one["pages"]), "sitemaps": tuple(one["sitemaps"])}
            )
            for url, one in found["documents"].items()
        }
        return CachedList(**found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
