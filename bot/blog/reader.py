"""The Protocol by which the index has files read, and what reading gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.blog.dialect import Dialect
from bot.blog.errors import LeftOut, Problem
from bot.blog.post import Post
from bot.blog.section import Passage
from bot.blog.source import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one file turned out to be.

    Attributes:
        post: the post, or None where the file is none or cannot be understood.
        passages: the post's words without markup, section by section, for full-text search.
        body: the post as written, without its front matter, to be rendered when it is read.
        titled: whether the author gave a title (in front matter or as a heading).
        date_from_source: whether the post's date is the source's, since the author gave none; it
            does not make a page a post.
        own_link: whether the author gave the post's link in full.
        withheld: whether the author keeps the post out of what the site lists.
        waits: whether the post is hidden until its date.
        expires: Unix seconds from which on readers do not see the post, or None.
        left_out: why it is no post; None where ``post`` is set (a draft is a post).
        problems: everything wrong with the file; a post may have problems too.
    """

    post: Post | None = None
    passages: tuple[Passage, ...] = ()
    body: str = ""
    titled: bool = True
    date_from_source: bool = False
    own_link: bool = False
    withheld: bool = False
    waits: bool = True
    expires: int | None = None
    left_out: LeftOut | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        """The words of all passages, headings included."""
        return "\n".join(part for one in self.passages for part in (one.heading, one.text) if part)


@dataclass(frozen=True, slots=True)
class Outline:
    """As much of a post as is needed to decide what only the whole folder can tell."""

    path: str
    slug: str
    dated: bool
    titled: bool
    language: str | None
    draft: bool


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was decided with all posts in view.

    Attributes:
        slugs: new slug by path, only for posts whose own slug was taken.
        left_out: posts that are none after all (an undated page among dated posts,
            a translation); they stay indexed but hidden, since the decision can change.
        problems: duplicate slugs, sample posts among others.
        pages: paths of what is read beside the posts, and is none: of a manual, say.
    """

    slugs: dict[str, str]
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]
    pages: frozenset[str] = frozenset()


class Reader(Protocol):
    """Understands the files of one site."""

    @property
    def fingerprint(self) -> str:
        """Changes when the same file could be understood differently: version, settings, site."""

    @property
    def generator(self) -> str:
        """Name of the site generator whose rules apply."""

    @property
    def dialect(self) -> Dialect:
        """How that generator reads a post's body."""

    @property
    def site_url(self) -> str | None:
        """The site's URL from its own configuration."""

    @property
    def site_problems(self) -> Sequence[Problem]:
        """What is wrong with the site's own configuration files."""

    def read(self, file: SourceFile) -> Document:
        """Understand one file; never raises for what a file holds."""

    def settle(self, outlines: Sequence[Outline]) -> Settlement:
        """Decide what needs all posts in view; ``outlines`` come ordered by path."""
