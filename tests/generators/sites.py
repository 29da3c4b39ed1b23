"""Sites in memory: configuration files and posts as text, asked for links."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.blog.post import PostDate
from bot.blog.source import Dates, Snapshot
from bot.generators.common import registry
from bot.generators.common.generator import PageFacts
from bot.generators.common.site import Site


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file that exists only here."""

    path: str
    text: str = ""
    stamp: int = 0
    dates: Dates | None = None

    @property
    def size(self) -> int:
        return len(self.read())

    def read(self) -> bytes:
        return self.text.encode()


def snapshot(files: Mapping[str, str], inside: str = ".") -> Snapshot:
    """A snapshot as a folder with these files gives it; a path may begin with ``../``."""
    return Snapshot(
        name="memory",
        files=tuple(
            TextFile(path, text)
            for path, text in sorted(files.items())
            if path.endswith((".md", ".mdx"))
        ),
        site_files={
            path: text
            for path, text in files.items()
            if registry.is_site_file(posixpath.normpath(f"/top/{inside}/{path}"))
        },
        inside=PurePosixPath(inside),
        markers=frozenset(path for path in files if registry.is_marker(path.rpartition("/")[2])),
    )


def site(
    files: Mapping[str, str] | None = None,
    generator: str | None = None,
    permalink: str | None = None,
    inside: str = ".",
) -> Site:
    """The site that these files make."""
    return Site.of(snapshot(files or {}, inside), generator=generator, permalink=permalink)


def facts(
    site: Site,
    path: str,
    meta: Mapping[str, object] | None = None,
    *,
    title: str = "A title",
    date: str | None = None,
    name_date: str | None = None,
    categories: tuple[str, ...] = (),
) -> PageFacts:
    """A post of that site, dated in ISO 8601."""
    when: dt.date | None = None
    if date:
        when = dt.datetime.fromisoformat(date) if "T" in date else dt.date.fromisoformat(date)
    return PageFacts(
        path=path,
        meta={**site.defaults(path), **(meta or {})},
        title=title,
        date=PostDate.of(when, site.zone) if when else None,
        name_date=dt.date.fromisoformat(name_date) if name_date else None,
        categories=categories,
    )
