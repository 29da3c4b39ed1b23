"""What every generator's file says, and what its rules are asked about."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.blog.dialect import Dialect
from bot.blog.errors import Problem
from bot.blog.post import PostDate
from bot.generators.common import languages, paths, slugs
from bot.generators.common.site_folder import SiteFolder

# The extensions of configuration written in JavaScript and as data.
SCRIPT = r"(?:js|cjs|mjs|ts|mts|cts)"
DATA = r"(?:toml|ya?ml|json)"

NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What tells a generator's sites and posts from those of others.

    Attributes:
        files: names of files in the folder where a site begins, as a regular expression.
        shared: names of files that other tools have too, as a regular expression.
        shared_text: what a shared file holds if it is a site's, as a regular expression.
        folder: the name of a folder where a site begins, or empty.
        is_weak: sites of other generators have the folder, too.
        packages: packages that the site's ``package.json`` needs.
        site_files: paths of more files that say how a site is built, as a regular
            expression.
        content: folders right in the site's own in which posts are usually kept.
        paths: points for a post whose path matches a regular expression.
        texts: points for a post that begins with such text: the points, text that it holds,
            and a regular expression, or nothing where the text is enough.
    """

    files: str = r"(?!)"
    shared: str = r"(?!)"
    shared_text: str = ""
    folder: str = ""
    is_weak: bool = False
    packages: frozenset[str] = frozenset()
    site_files: str = r"(?!)"
    content: frozenset[str] = frozenset()
    paths: tuple[tuple[int, str], ...] = ()
    texts: tuple[tuple[int, str, str], ...] = ()

    @property
    def site_file(self) -> str:
        """A regular expression (verbose) for the whole path of one of ``site_files``."""
        return f"(?:.*/)?(?:{self.site_files}\n)"

    def marks(self, name: str, text: str) -> bool:
        """Whether a file or folder of this name, with this text, lies where a site begins."""
        if (self.folder and name == self.folder) or re.fullmatch(self.files, name):
            return True
        return bool(re.fullmatch(self.shared, name) and re.search(self.shared_text, text))

    def points(self, path: str, start: str) -> int:
        """How much a post at this path that begins so looks like one of this generator's."""
        return sum(points for points, pattern in self.paths if re.fullmatch(pattern, path)) + sum(
            points
            for points, plain, pattern in self.texts
            if plain in start and (not pattern or re.search(pattern, start, re.MULTILINE))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """One post, as far as its address depends on it.

    Attributes:
        path: the file's path relative to the posts folder; inside the generators,
            relative to the site's own folder.
        meta: front matter over the site's defaults for that path; keys in lower case.
        title: the post's title as plain text.
        date: when it was published, wherever that was said, or None.
        name_date: the day in the file's name or path, or None.
        categories: the post's categories, in the author's order.
        language: the post's language, or None.
    """

    path: str
    meta: Mapping[str, object] = field(default_factory=dict)
    title: str = ""
    date: PostDate | None = None
    name_date: dt.date | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None

    def at(self, path: str) -> PageFacts:
        """The same post at another path."""
        return self if path == self.path else replace(self, path=path)


class Generator:
    """The rules of one site generator, with the configuration of one site.

    A subclass that has a name, in a file of its own in ``bot/generators/``, is known to
    Slashpost. Paths are relative to the site's own folder. Links are not percent-encoded
    here; a method that gives one returns a path that begins with ``/``, an absolute URL, or
    None where the file has no page or its address cannot be known.

    Attributes:
        name: how settings name the generator.
        marks: what tells its sites and posts from those of others.
        precedence: of two generators whose markers are found, the higher one builds the site.
        dialect: how it reads a post's body.
        template_folders: folders, in lower case, that hold no posts.
        has_spaced_tags: whether ``tags: python web`` is two tags.
        publishes_underscored: whether a file whose name begins with ``_`` is a page.
        publishes_private: whether the configuration says that folders called ``private`` are
            published.
        publishes_future: whether the site shows posts before their date.
        writes_absolute: whether it makes a file of its own site of an absolute ``permalink``.
        is_case_sensitive: whether ``Slug:`` is another key than ``slug:`` to it.
        is_certain: whether the links are known for sure: their rule cannot be changed, or
            the configuration that would is at hand.
        url: the site's URL in its configuration, with the path below which all pages lie.
        language: the main language, where the configuration names one.
        zone: the time zone that the site reads its dates in.
    """

    name: ClassVar[str]
    marks: ClassVar[Marks] = Marks()
    precedence: ClassVar[int] = 0
    dialect: Dialect = Dialect()
    template_folders: ClassVar[frozenset[str]] = frozenset()
    has_spaced_tags: ClassVar[bool] = True
    publishes_underscored: ClassVar[bool] = False
    publishes_private = False
    publishes_future = False
    writes_absolute: ClassVar[bool] = False
    is_case_sensitive: ClassVar[bool] = False
    is_certain = False

    def __init__(self, files: SiteFolder) -> None:
        self.files = files
        self.url: str | None = None
        self.language: str | None = None
        self.zone: dt.tzinfo = dt.UTC

    @classmethod
    def builds(cls, files: SiteFolder) -> bool:
        """Whether markers or configuration say that this generator builds the site."""
        return any(cls.marks.marks(name, files.texts.get(name, "")) for name in files.marker_names)

    @classmethod
    def points(cls, path: str, start: str) -> int:
        """How much a post at this path that begins so looks like one of this generator's."""
        return cls.marks.points(path, start)

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
        return languages.folders(map(self.content, self.files.places))

    @cached_property
    def main_language(self) -> str | None:
        """The language of the posts that name none: configured, or seen in their folders."""
        if self.language or not self._language_folders:
            return self.language
        tags = frozenset(tag.lower() for tag in self._language_folders)
        return languages.main(tags, map(self.content, self.files.places))

    def file_name(self, place: str) -> str:
        """The file's own name: no extension, no day; its folder's for an ``index.md``."""
        stem = paths.without_index(paths.without_extension(place))
        return paths.undated(stem.rpartition("/")[2])

    def section(self, place: str) -> str:
        """The first folder that the file lies in, below the folder of all content."""
        folder, _, _ = self.content(place).rpartition("/")
        return folder.partition("/")[0]

    def is_page(self, place: str) -> bool:  # noqa: ARG002 - a rule's hook
        """Whether a file lies outside of the generator's blog, where it has one of its own."""
        return False

    def is_guess(self, place: str) -> bool:  # noqa: ARG002 - a rule's hook
        """Whether ``link`` is no more than likely there, since code of the site's own decides.

        The post then has that link only where posts of its section are linked to like that.
        """
        return False

    def folder(self, place: str) -> str:
        """The folders between the section and the file; a bundle's own is its name."""
        stem = paths.without_index(paths.without_extension(self.content(place)))
        return stem.rpartition("/")[0].partition("/")[2]

    def content(self, place: str) -> str:
        """The place without the folders that never show in a link."""
        return place

    def day(self, facts: PageFacts) -> dt.date | None:
        """The day that stands in the post's link."""
        return facts.date.day if facts.date else None

    def why_no_page(self, facts: PageFacts) -> str | None:  # noqa: ARG002 - a rule's hook
        """Why the generator gives the file no page of its own, or None where it does."""
        return None

    def own_link(self, facts: PageFacts) -> str | None:
        """The link that the post's front matter spells out."""
        raise NotImplementedError

    def link(self, facts: PageFacts) -> str | None:
        """The link that the generator makes where the front matter spells none out."""
        raise NotImplementedError

    def image(self, facts: PageFacts, value: str) -> str | None:
        """A cover's path from the site's root, for a relative one: here, a file of the site's."""
        del facts
        return None if value.startswith((".", "@", "~")) else f"/{value}"


def text(facts: PageFacts, *keys: str) -> str | None:
    """The first of these front matter values that is text or a number, and not empty."""
    return text_in(facts.meta, *keys)


def text_in(meta: Mapping[str, object], *keys: str) -> str | None:
    """The same of any front matter, whose keys are in lower case."""
    for key in keys:
        value = meta.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def zone_of(files: SiteFolder, name: str | None) -> dt.tzinfo:
    """The time zone of that name: UTC where there is none, or none of that name."""
    if name is None:
        return dt.UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        place = next(iter(files.marker_names), "")
        reason = f"the time zone {name} is not known"
        hint = "Use a name such as Europe/Paris; until then dates count in UTC."
        files.problems.append(Problem(files.path(place), None, reason, hint))
        return dt.UTC


# Layouts of pages that stand beside the posts.
_PAGE_LAYOUTS = frozenset({"page", "pages", "home", "archive", "archives", "search", "tags"})


def page_layout(facts: PageFacts) -> str | None:
    """Why an undated file is a page beside the posts, by its layout; None where it is not."""
    layout = (text(facts, "layout") or "").lower()
    if facts.date is None and layout.partition(".")[0].rpartition("/")[2] in _PAGE_LAYOUTS:
        return f"a page without a date (layout: {layout})"
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
    return posixpath.join("/", posixpath.dirname(path.rstrip("/")), slug)


def slug_of(facts: PageFacts, name: str) -> str:
    """A slug for people and for patterns: the front matter's, else the file's name."""
    own = text(facts, "slug")
    return own.strip("/").rpartition("/")[2] if own else slugs.slugify(name)
