"""Reads the documents of a sitemap one after another, wherever they are, within limits."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.blog.errors import SourceError
from bot.sources.host import RefusedError, Response
from bot.sources.sitemap.document import MOST_ADDRESSES, document_of, unzipped

MOST_BYTES = 50_000_000
MOST_SECONDS = 20.0
MOST_DOCUMENTS = 500
BUSY = frozenset({429, 503})
MISSING = frozenset({403, 404, 410})


@dataclass(frozen=True, slots=True)
class CachedDocument:
    """One document as it was the last time.

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
