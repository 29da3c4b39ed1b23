"""A desk to read single files at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.blog.dialect import Dialect
from bot.blog.post import Post
from bot.blog.reader import Document, Outline
from bot.blog.source import Dates, Snapshot
from bot.generators.common.site import Site
from bot.reading.reader import SiteReader
from bot.reading.rules import ReadingRules

# Everything that any generator's marks may mean.
ANY = Dialect(
    markdown="kramdown",
    tags=True,
    outputs=True,
    shortcodes=True,
    calls=True,
    wikilinks=True,
    emoji=True,
    mdx=True,
)


@dataclass(frozen=True)
class Sheet:
    """A file that exists only in memory."""

    path: str
    data: bytes
    stamp: int = 0
    dates: Dates | None = None

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self) -> bytes:
        return self.data


def reader_for(generator: str = "plain", **rules: Any) -> SiteReader:
    site = Site.of(Snapshot("test", ()), generator=generator)
    return SiteReader(ReadingRules(**rules), site)


def read(
    text: str | bytes, path: str = "a-post.md", generator: str = "plain", **rules: Any
) -> Document:
    data = text.encode() if isinstance(text, str) else text
    return reader_for(generator, **rules).read(Sheet(path, data))


def read_post(
    text: str | bytes, path: str = "a-post.md", generator: str = "plain", **rules: Any
) -> Post:
    document = read(text, path, generator, **rules)
    assert document.post is not None, (document.left_out, document.problems)
    return document.post


def outline_of(document: Document) -> Outline:
    post = document.post
    assert post is not None
    return Outline(
        path=post.path,
        slug=post.slug,
        dated=post.date is not None,
        titled=document.titled,
        language=post.language,
        draft=post.draft,
    )


def outlines_of(documents: Iterable[Document]) -> list[Outline]:
    return [outline_of(document) for document in documents if document.post]
