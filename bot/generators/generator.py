"""What every generator's rule has in common."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar

from bot.blog.dialect import Dialect
from bot.generators import languages, paths, slugs
from bot.generators.facts import Facts
from bot.generators.ground import Ground

NOTHING: Mapping[str, object] = {}


class Generator:
    """The rules of one site generator, with the configuration of one site.

    Paths are *places*: relative to the site's own folder. Links are not percent-encoded
    here; a method that gives one returns a path that begins with ``/``, an absolute URL,
    or None where the file has no page or its address cannot be known.

    Attributes:
        name: how settings name the generator.
        url: the site's URL in its configuration, with the path below which all pages lie.
        language: the main language, where the configuration names one.
        dialect: how the generator reads a post's body.
        zone: the time zone that the site reads its dates in.
        is_certain: whether the links are known for sure: their rule cannot be changed,
            or the configuration that would is at hand.
    """

    name: ClassVar[str]
    is_certain = False
    dialect: Dialect = Dialect()

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.url: str | None = None
        self.language: str | None = None
        self.zone: dt.tzinfo = dt.UTC

    def defaults(self, place: str) -> Mapping[str, object]:  # noqa: ARG002 - a rule's hook
        """Front matter that the site's configuration gives to a file; keys in lower case."""
        return NOTHING

    def language_of(self, place: str) -> str | None:
        """The language that a file's place says it is in: here, a folder for all of it."""
        if not self._language_folders:
            return None
        first, _, rest = self.content(place).partition("/")
        return first if rest and first in self._language_folders else self.main_language

    @cached_property
    def _language_folders(self) -> frozenset[str]:
        return languages.folders(map(self.content, self.ground.places))

    @cached_property
    def main_language(self) -> str | None:
        """The language of the posts that name none: configured, or seen in their folders."""
        if self.language or not self._language_folders:
            return self.language
        tags = frozenset(tag.lower() for tag in self._language_folders)
        return languages.main(tags, map(self.content, self.ground.places))

    def file_name(self, place: str) -> str:
        """The file's own name: no extension, no day; its folder's for an ``index.md``."""
        stem = paths.without_index(paths.without_extension(place))
        return paths.undated(stem.rpartition("/")[2])

    def section(self, place: str) -> str:
        """The first folder that the file lies in, below the folder of all content."""
        folder, _, _ = self.content(place).rpartition("/")
        return folder.partition("/")[0]

    def content(self, place: str) -> str:
        """The place without the folders that never show in a link."""
        return place

    def day(self, facts: Facts) -> dt.date | None:
        """The day that stands in the post's link."""
        return facts.date.day if facts.date else None

    def why_no_page(self, facts: Facts) -> str | None:  # noqa: ARG002 - a rule's hook
        """Why the generator gives the file no page of its own, or None where it does."""
        return None

    def own_link(self, facts: Facts) -> str | None:
        """The link that the post's front matter spells out."""
        raise NotImplementedError

    def link(self, facts: Facts) -> str | None:
        """The link that the generator makes where the front matter spells none out."""
        raise NotImplementedError

    def image(self, facts: Facts, value: str) -> str | None:
        """A cover's path from the site's root, for a relative one: here, a file of the site's."""
        del facts
        return None if value.startswith((".", "@", "~")) else f"/{value}"


def text(facts: Facts, *keys: str) -> str | None:
    """The first of these front matter values that is text or a number, and not empty."""
    for key in keys:
        value = facts.meta.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def rooted(link: str) -> str:
    """What an author wrote as a link: an absolute URL, or a path that begins with ``/``."""
    if paths.is_absolute(link):
        return link
    return (
        "/" + link.removesuffix("index.html").lstrip("/")
        if "index.html" in link
        else "/" + link.lstrip("/")
    )


def in_place_of_name(path: str, slug: str) -> str:
    """``/blog/name`` → ``/blog/slug``; a slug that begins with ``/`` is the whole path."""
    if slug.startswith("/"):
        return slug
    return posixpath.join(posixpath.dirname(path.rstrip("/")), slug)


def slug_of(facts: Facts, name: str) -> str:
    """A slug for people and for patterns: the front matter's, else the file's name."""
    own = text(facts, "slug")
    return own.strip("/").rpartition("/")[2] if own else slugs.slugify(name)
