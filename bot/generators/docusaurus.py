"""Docusaurus' blog and pages.

https://docusaurus.io/docs/blog
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from urllib.parse import unquote

from bot.blog.dialect import Dialect
from bot.generators.common import paths
from bot.generators.common.generator import SCRIPT, Generator, Marks, PageFacts, text
from bot.generators.common.script import Script
from bot.generators.common.site_folder import SiteFolder

_DATED = re.compile(
    r"(?P<folder>.*)(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(?P<name>.*?)(?:/index)?", re.DOTALL
)
# What its plugins leave out unless `exclude` says otherwise.
_EXCLUDED = ("**/_*.{js,jsx,ts,tsx,md,mdx}", "**/_*/**", "**/__tests__/**")
_INCLUDED = ("**/*.{md,mdx}",)
# Dates and versions only look like numbers that sort.
_SORTED = re.compile(r"^(?!\d+[-_.]\d+)\d+\s*[-_.]+\s*(?=[^-_.\s])")
_I18N = re.compile(
    r"i18n/(?P<language>[^/]+)/docusaurus-plugin-content-(?P<kind>blog|docs|pages)(?:-(?P<id>[^/]+))?/"
)


class Docusaurus(Generator):
    """``slug`` below the blog's route, else the day in the file's name and the rest of it."""

    name = "docusaurus"
    marks = Marks(
        files=rf"docusaurus\.config\.{SCRIPT}",
        packages=frozenset({"@docusaurus/core"}),
        content=frozenset({"website"}),
        paths=(
            (3, r"(?:website/|i18n/[^/]+/docusaurus-plugin-content-).*"),
            (1, r"(?:.*/)?blog/(?:.*/)?\d{4}[-/]\d\d[-/]\d\d[^/]*\.mdx?"),
        ),
        texts=(
            (6, "truncate", r"<!-- *truncate *-->|\{/\* *truncate *\*/\}"),
            (4, "author", r"^author_?(?:title|url|URL):"),
            (4, "hide_table_of_contents", ""),
            (3, "import ", r"^import .* from ['\"]@(?:site|theme|docusaurus)/"),
        ),
    )
    dialect = Dialect(mdx=True, emoji=True)

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        script = Script(files.script("docusaurus.config") or "")
        self.is_certain = files.script("docusaurus.config") is not None
        url = script.value("url")
        if url and paths.is_absolute(url):
            self.url = f"{url.rstrip('/')}/{(script.value('baseUrl') or '').strip('/')}"
        i18n = script.block("i18n")
        self.language = i18n.value("defaultLocale") if i18n else None
        self._slash = script.value("trailingSlash")
        self._blogs = _blogs(script)
        self._has_docs = script.value("docs") != "false"
        docs = script.block("docs")
        self._docs_route = ((docs.value("routeBasePath") if docs else None) or "docs").strip("/")
        self._has_translations = any(
            place.startswith(("i18n/", "website/i18n/")) for place in files.places
        )

    def content(self, place: str) -> str:
        """The place in the site; other files of its repository often lie around ``website``."""
        return paths.below_first(place, ("website",))

    def language_of(self, place: str) -> str | None:
        """From ``i18n/fr/…``; the main one elsewhere."""
        found = _I18N.match(self.content(place))
        if found:
            return found["language"]
        return (self.language or "en") if self._has_translations else None

    def file_name(self, place: str) -> str:
        """The name after the day."""
        stem = paths.without_index(paths.without_extension(place))
        found = _DATED.fullmatch(stem)
        return (found["name"] if found else stem).rpartition("/")[2] or stem.rpartition("/")[2]

    def day(self, facts: PageFacts) -> dt.date | None:
        """The day in the file's name, also where the front matter differs."""
        return facts.name_date or super().day(facts)

    def why_no_page(self, facts: PageFacts) -> str | None:
        """What ``exclude`` names, ``_folder/`` by default, and what ``include`` does not."""
        _, kind, inside = self._route(facts.path)
        place = self.content(facts.path)
        blogs = [one for one in self._blogs if paths.below(place, one.folder) is not None]
        options = blogs[0] if blogs else _Blog("", "")
        excluded = options.exclude
        if excluded is _EXCLUDED and any(
            name.startswith("_") for name in facts.path.split("/")[:-1]
        ):
            return "Docusaurus publishes no folder whose name begins with an underscore"
        if any(paths.names(glob, inside) for glob in excluded):
            return "the site's configuration excludes it"
        if not any(paths.names(glob, inside) for glob in options.include):
            return "the site's configuration does not include it"
        if kind == "docs" and not self._has_docs:
            return "the site has no docs"
        return None

    def is_page(self, place: str) -> bool:
        """All but the blogs: the docs, and ``src/pages``."""
        return self._route(place)[1] != "blog"

    def own_link(self, facts: PageFacts) -> str | None:
        """``slug`` that begins with ``/``, below the blog's route."""
        own = text(facts, "slug")
        return self._routed(facts.path, own) if own and own.startswith("/") else None

    def link(self, facts: PageFacts) -> str | None:
        """``blog/2024-01-11-x.md`` → ``/blog/2024/01/11/x``."""
        slug = text(facts, "slug")
        if slug is not None:
            return self._routed(facts.path, slug)
        _, kind, inside = self._route(facts.path)
        stem = paths.without_extension(inside)
        if kind == "docs":
            return self._routed(facts.path, _doc(stem, text(facts, "id")))
        found = _DATED.fullmatch(stem)
        if found and kind == "blog":
            stem = f"{found['date'].replace('-', '/')}/{found['folder']}{found['name']}"
        elif "/" in stem or kind != "blog":
            stem = paths.without_index(stem)
        return self._routed(facts.path, unquote(stem))

    def _routed(self, place: str, path: str) -> str:
        language, _, _ = self._route(place)
        route = self._base(place)
        link = paths.join(language, route, path)
        is_folder = path.endswith("/") and self._slash != "false"
        return paths.with_slash(link) if self._slash == "true" or is_folder else link

    def _base(self, place: str) -> str:
        """The route that the file's plugin serves its pages below."""
        place = self.content(place)
        found = _I18N.match(place)
        if found:
            return {"docs": self._docs_route, "pages": ""}.get(
                found["kind"],
                next(
                    (one.route for one in self._blogs if one.folder == (found["id"] or "blog")),
                    "blog",
                ),
            )
        for one in self._blogs:
            if paths.below(place, one.folder) is not None:
                return one.route
        if paths.below(place, "docs") is not None:
            return self._docs_route
        return "" if paths.below(place, "src/pages") is not None else self._blogs[0].route

    def _route(self, place: str) -> tuple[str, str, str]:
        """Language prefix, kind of plugin, and the path below the plugin's folder."""
        place = self.content(place)
        if found := _I18N.match(place):
            language = found["language"] if found["language"] != self.language else ""
            rest = place[found.end() :]
            return language, found["kind"], rest.removeprefix("current/")
        for one in self._blogs:
            if (inside := paths.below(place, one.folder)) is not None:
                return "", "blog", inside
        for folder, kind in (("docs", "docs"), ("src/pages", "pages")):
            if (inside := paths.below(place, folder)) is not None:
                return "", kind, inside
        return "", "blog", place

    def image(self, facts: PageFacts, value: str) -> str | None:
        """Only files of ``static``: the others get a new name when the site is built."""
        return None if value.startswith(".") else super().image(facts, value)


def _doc(stem: str, id_: str | None) -> str:
    """A doc's path: numbers that only sort are left out, and an ``id`` stands for the name.

    https://docusaurus.io/docs/sidebar/autogenerated#using-number-prefixes
    """
    pieces = [_SORTED.sub("", piece) for piece in stem.split("/")]
    folder = pieces[-2] if len(pieces) > 1 else ""
    pieces[-1] = id_ or pieces[-1]
    is_index = pieces[-1].lower() in {"index", "readme"} or pieces[-1] == folder
    return "/".join([*pieces[:-1], ""] if is_index else pieces)


@dataclass(frozen=True, slots=True)
class _Blog:
    """A blog's folder, its route, and the globs of what it publishes and leaves out."""

    folder: str
    route: str
    include: tuple[str, ...] = _INCLUDED
    exclude: tuple[str, ...] = _EXCLUDED


def _blogs(script: Script) -> list[_Blog]:
    """Each blog, from the preset's options and from plugins."""
    found = []
    plugins = script.blocks("@docusaurus/plugin-content-blog")
    for options in [*script.blocks("blog"), *plugins]:
        folder = (options.value("path") or "blog").strip("./")
        route = options.value("routeBasePath")
        include, exclude = tuple(options.values("include")), tuple(options.values("exclude"))
        found.append(
            _Blog(
                folder,
                (folder if route is None else route).strip("/"),
                include or _INCLUDED,
                exclude or _EXCLUDED,
            )
        )
    return [*found, _Blog("blog", "blog")]
