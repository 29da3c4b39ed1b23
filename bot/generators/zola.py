"""Zola's links.

https://www.getzola.org/documentation/content/page/
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.blog.dialect import Dialect
from bot.generators.common import config, languages, paths, slugs
from bot.generators.common.generator import Generator, Marks, PageFacts, text
from bot.generators.common.site_folder import SiteFolder

_DATED = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?\s?[_-](?=.)")


class Zola(Generator):
    """``path``, else the section's path with ``slug`` or the name, its day left out."""

    name = "zola"
    marks = Marks(
        files=r"zola\.toml",
        shared=r"config\.toml",
        shared_text=r"base_url",
        content=frozenset({"content"}),
        texts=(
            (5, "+++", r"\A\+\+\+[\s\S]*?^\[(?:taxonomies|extra)\]"),
            (3, "+++", r"\A\+\+\+[\s\S]*?^(?:template|path) *="),
            (2, "+++", r"\A\+\+\+[\s\S]*?^(?:updated|authors) *="),
            (1, "+++", r"\A\+\+\+"),
            (3, "](@/", ""),
        ),
    )
    dialect = Dialect(tags=True, outputs=True, calls=True)

    @classmethod
    def builds(cls, files: SiteFolder) -> bool:
        """By ``zola.toml``, or by a ``config.toml`` with Zola's spelling of its address."""
        if "zola.toml" in files.marker_names:
            return True
        return "base_url" in (files.load("config.toml") or {})

    precedence = 1  # before Hugo, whose keys a config.toml of Zola's may have, too

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        settings = files.load_first("zola.toml", "config.toml")
        self._config = settings or {}
        self.is_certain = settings is not None
        markdown = config.mapping_at(self._config, "markdown")
        self.dialect = replace(self.dialect, emoji=markdown.get("render_emoji") is True)
        self.url = config.text_at(self._config, "base_url")
        if self.url and not paths.is_absolute(self.url):
            self.url = None
        slugify = config.mapping_at(self._config, "slugify")
        self._strategy = config.text_at(slugify, "paths") or "on"
        self._keeps_dates = slugify.get("paths_keep_dates") is True
        configured = frozenset(config.mapping_at(self._config, "languages"))
        main = config.text_at(self._config, "default_language")
        if settings is None:
            configured = languages.suffixes(files.places)
            main = languages.main(configured, files.places) if configured else None
        elif configured:
            main = main or "en"  # Zola's own default
        self._languages = configured - {(main or "").lower()}
        self.language = main

    def content(self, place: str) -> str:
        """The place below ``content``."""
        return paths.below_first(place, ("content",))

    def language_of(self, place: str) -> str | None:
        """From ``x.fr.md``; the main one elsewhere."""
        return (self._split(place)[2] or self.language) if self._languages else None

    def file_name(self, place: str) -> str:
        """The file's or, for an ``index.md``, the folder's name, language and day left out."""
        return _DATED.sub("", self._split(place)[1], count=1)

    def own_link(self, facts: PageFacts) -> str | None:
        """``path``, below no section and no language."""
        own = text(facts, "path")
        return paths.with_slash(f"/{own.lstrip('/')}") if own else None

    def link(self, facts: PageFacts) -> str | None:
        """``content/blog/2024-01-11-x.md`` → ``/blog/x/``."""
        folder, name, language = self._split(facts.path)
        if (slug := text(facts, "slug")) is None:
            slug = name if self._keeps_dates else _DATED.sub("", name, count=1)
        slug = slugs.zola(slug, self._strategy)
        if slug is None:
            return None
        return paths.with_slash(paths.join(language or "", folder, slug))

    def image(self, facts: PageFacts, value: str) -> str | None:
        """A file beside a co-located ``index.md``, or one of the whole site's."""
        if facts.path.rpartition("/")[2].startswith("index.") and not value.startswith("../"):
            page = self.own_link(facts) or self.link(facts)
            return page + value.removeprefix("./") if page else None
        return super().image(facts, value)

    def _split(self, place: str) -> tuple[str, str, str | None]:
        """The section's folder, the page's name, and its language if it is not the main one."""
        stem, language = languages.suffix_of(
            paths.without_extension(self.content(place)), self._languages
        )
        folder, _, name = paths.without_index(stem).rpartition("/")
        return folder, name, language
