"""What posts are made from: files that may be some, pictures, and what the site lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from bot.blog.errors import LeftOut, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What a site lists, in its sitemap or its feed.

    Attributes:
        source: the address or file that lists it, for people; empty where nothing does.
        links: of every page, in the form of ``Post.link``.
        is_whole: whether it lists every page; a feed lists the newest posts only.
        digest: changes with what is listed.
        trouble: why the last look at the site brought nothing, for people; or empty. What an
            earlier one brought stays.
    """

    source: str = ""
    links: tuple[str, ...] = field(default=(), repr=False)
    is_whole: bool = True
    digest: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Dates:
    """What the source itself knows of a file's past, in Unix seconds.

    Attributes:
        written: when its author added it; None where the known past does not reach so far.
        changed: when it was last changed.
    """

    written: int | None
    changed: int


class SourceFile(Protocol):
    """One file of a snapshot, read only when asked."""

    @property
    def path(self) -> str:
        """Path relative to the posts folder, with ``/``."""

    @property
    def size(self) -> int:
        """Size in bytes."""

    @property
    def stamp(self) -> int:
        """Changes when the file may have changed (modification time in ns for a folder)."""

    @property
    def dates(self) -> Dates | None:
        """The file's past, where the source keeps one: for posts that carry no date."""

    def read(self) -> bytes:
        """The file's bytes.

        Raises:
            OSError: it vanished or cannot be read.
        """


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a source held at one moment.

    Attributes:
        name: where the posts come from, for people (a path or a URL).
        files: candidates to be posts, ordered by path.
        left_out: what the source itself passed over, and why.
        problems: what the source could not read.
        site_files: text of files that configure the site, keyed by path relative
            to the posts folder (``../_config.yml`` for one above it).
        inside: the posts folder's path within the site's own folder (``content/blog``),
            ``.`` where they are the same or no site folder was recognised.
        markers: names of files and folders found beside the posts or at the site's
            root that tell the generator (``hugo.toml``, ``astro.config.mjs``),
            relative to the posts folder.
        site_url: the site's address, where the source itself knows it.
        sitemap: what the site lists, where somebody has looked.
    """

    name: str
    files: tuple[SourceFile, ...]
    left_out: tuple[LeftOut, ...] = ()
    problems: tuple[Problem, ...] = ()
    site_files: Mapping[str, str] = field(default_factory=dict)
    inside: PurePosixPath = field(default_factory=PurePosixPath)
    markers: frozenset[str] = frozenset()
    site_url: str | None = None
    sitemap: Sitemap | None = None


class Source(Protocol):
    """A place that posts come from."""

    def snapshot(self) -> Snapshot:
        """Look at the source now.

        Raises:
            SourceError: the place is missing, empty or cannot be listed.
        """

    def fetched(self) -> Snapshot | None:
        """What the place held when it was last fetched; None where nothing is kept of it."""

    def close(self) -> None:
        """Close files and connections. The source may be used again."""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture's file name, which tells its format, and its bytes."""

    name: str
    data: bytes


class Pictures(Protocol):
    """The picture files beside the posts."""

    def find(self, link: str, post_path: str, limit: int) -> PictureFile | None:
        """The picture that a post shows; reads the disk.

        Args:
            link: how the post names it: relative to the post, or from the site's root.
            post_path: the post's path.
            limit: the most bytes that it may have.

        Returns:
            None where there is no such picture, it is too large, or it lies elsewhere than
            in the posts folder.
        """
