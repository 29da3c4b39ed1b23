"""One document of a sitemap (https://www.sitemaps.org/protocol.html), read within limits."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

from bot.blog.errors import SourceError
from bot.sources.host import CHUNK_BYTES, GZIP

# A document holds 50,000 addresses at most; sites with more have several.
MOST_ADDRESSES = 200_000
MOST_LETTERS = 2048
# Pictures and films nest three deep in an address's element.
MOST_DEPTH = 20
GZIP_START = b"\x1f\x8b"
_ROOTS = {"urlset", "sitemapindex"}
_ENTRIES = {"url", "sitemap"}


@dataclass(slots=True)
class Document:
    """What one document lists.

    Attributes:
        pages: addresses of pages, as they are written.
        sitemaps: addresses of more documents.
        is_whole: whether it was read to its end.
    """

    pages: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    is_whole: bool = True


def document_of(body: bytes, most: int = MOST_ADDRESSES) -> Document:
    """Read a document: XML, or lines of text.

    Args:
        body: its bytes.
        most: addresses beyond so many are left out.

    Raises:
        SourceError: it is no sitemap.
    """
    if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:8].startswith((b"http://", b"https://")):
        return _of_text(body, most)
    return _XmlReader(most).read(body)


def sitemaps_in_robots(body: bytes) -> Iterator[str]:
    """The addresses that a ``robots.txt`` names (https://www.rfc-editor.org/rfc/rfc9309)."""
    for line in body.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "sitemap" and (value := value.strip()):
            yield value


def _of_text(body: bytes, most: int) -> Document:
    lines = [line.strip() for line in body.decode("utf-8-sig", "replace").splitlines()]
    pages = [line for line in lines if re.match(r"https?://\S+$", line)]
    return Document(pages[:most], is_whole=len(pages) <= most)


def unzipped(body: bytes, most_bytes: int) -> bytes:
    """The same without compression.

    Raises:
        SourceError: it is larger than so many bytes, or damaged.
    """
    if not body.startswith(GZIP_START):
        return body
    unzip = zlib.decompressobj(GZIP)
    try:
        found = unzip.decompress(body, most_bytes)
    except zlib.error:
        raise SourceError("its compression is damaged") from None
    if unzip.unconsumed_tail and not unzip.eof:
        raise SourceError(f"it is larger than {most_bytes:,} bytes")
    return found


class _StopError(Exception):
    """Enough has been read."""


class _XmlReader:
    """Takes the addresses out of XML as it is parsed; builds no tree of it.

    Entities cannot grow, since a document that declares any is refused.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found = Document()
        self._open: list[str] = []
        self._text: list[str] | None = None

    def read(self, body: bytes) -> Document:
        """All that is listed before the end, or before the first fault.

        Raises:
            SourceError: it is no sitemap.
        """
        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._take
        try:
            for start in range(0, len(body), CHUNK_BYTES):
                parser.Parse(body[start : start + CHUNK_BYTES], False)  # noqa: FBT003 - expat's own
            parser.Parse(b"", True)  # noqa: FBT003
        except _StopError:
            self._found.is_whole = False
        except (ExpatError, ValueError, LookupError) as error:  # LookupError: for an encoding
            if not self._found.pages and not self._found.sitemaps:
                raise SourceError(f"it is no sitemap: its XML is broken ({error})") from None
            self._found.is_whole = False
        return self._found

    def _refuse(self, name: str, *_: object) -> None:
        raise SourceError(f"it is no sitemap: it declares a document type ({name[:40]})")

    def _start(self, name: str, _attributes: object) -> None:
        name = name.rpartition(":")[2]
        if not self._open and name not in _ROOTS:
            raise SourceError(f"it is no sitemap: it begins with <{name[:40]}>")
        if len(self._open) >= MOST_DEPTH:
            raise SourceError("it is no sitemap: it is nested too deeply")
        if name == "loc" and self._open[-1] in _ENTRIES:
            self._text = []
        self._open.append(name)

    def _take(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text[: MOST_LETTERS + 1])
            if len(self._text) > MOST_LETTERS:
                raise SourceError("it is no sitemap: an address is too long")

    def _end(self, _name: str) -> None:
        self._open.pop()
        if self._text is None:
            return
        text = "".join(self._text).strip()
        self._text = None
        if not text or len(text) > MOST_LETTERS or not text.isprintable():
            return
        found = self._found.pages if self._open[-1] == "url" else self._found.sitemaps
        if len(found) >= self._most:
            raise _StopError
        found.append(text)
