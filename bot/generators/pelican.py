"""Pelican's links.

https://docs.getpelican.com/en/latest/settings.html#url-settings
"""

from __future__ import annotations

import datetime as dt
import re

from bot.blog.dialect import Dialect
from bot.blog.problem import Problem
from bot.generators.common import config, paths, slugs
from bot.generators.common.generator import Generator, Marks, PageFacts, rooted, text, zone_of
from bot.generators.common.site_folder import SiteFolder

_FIELD = re.compile(r"\{(\w+)(?::([^{}]*))?\}")


class Pelican(Generator):
    """``url``, else ``ARTICLE_URL`` with the slug of the title."""

    name = "pelican"
    marks = Marks(
        files=r"pelicanconf\.py",
        site_files=r"publishconf\.py",
        content=frozenset({"content"}),
        texts=((6, "itle: ", r"\A(?:\w+: .*\n)*(?:Title|title): .*\n(?!---)(?:[A-Z]\w+:.*\n)+"),),
    )
    template_folders = frozenset({"pages"})
    has_spaced_tags = False  # https://docs.getpelican.com/en/stable/content.html
    dialect = Dialect(markdown="python-markdown", tags=True)

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        self._settings = self._constants("pelicanconf.py")
        published = self._constants("publishconf.py")
        url = published.get("SITEURL") or self._settings.get("SITEURL")
        self.is_certain = "pelicanconf.py" in files.texts
        self.url = url if isinstance(url, str) and paths.is_absolute(url) else None
        self.language = self._setting("DEFAULT_LANG")
        self._article = self._setting("ARTICLE_URL") or "{slug}.html"
        self._article_lang = self._setting("ARTICLE_LANG_URL") or "{slug}-{lang}.html"
        self._page = self._setting("PAGE_URL") or "pages/{slug}.html"
        self._path = (self._setting("PATH") or "content").strip("./")
        self._from_name = self._setting("SLUGIFY_SOURCE") == "basename"
        page_paths = self._settings.get("PAGE_PATHS")
        self._page_folders = (
            [str(one) for one in page_paths] if isinstance(page_paths, list) else ["pages"]
        )
        self.zone = zone_of(self.files, self._setting("TIMEZONE"))

    def content(self, place: str) -> str:
        """The place below ``PATH``."""
        inside = paths.below(place, self._path)
        return place if inside is None else inside

    def own_link(self, facts: PageFacts) -> str | None:
        """``url``, or the file that ``save_as`` names."""
        own = text(facts, "url", "save_as")
        return rooted(own) if own else None

    def link(self, facts: PageFacts) -> str | None:
        """``ARTICLE_URL``, ``PAGE_URL`` or their forms for another language, filled in."""
        place = self.content(facts.path)
        is_page = any(paths.below(place, folder) is not None for folder in self._page_folders)
        language = text(facts, "lang")
        is_other = bool(language and self.language and language != self.language)
        pattern = self._page if is_page else self._article_lang if is_other else self._article
        filled: str | None = _FIELD.sub(lambda field: self._field(field, facts) or "\0", pattern)
        if filled is None or "\0" in filled:
            return None
        return rooted(re.sub(r"//+", "/", filled))

    def image(self, facts: PageFacts, value: str) -> str | None:
        """``{static}/images/x.png`` is a file of the content, ``{static}x.png`` one beside it."""
        found = re.match(r"[{|](?:static|attach|filename)[}|](.*)", value)
        if not found:
            return super().image(facts, value)
        if found[1].startswith("/"):
            return found[1]
        return paths.join(self.content(facts.path).rpartition("/")[0], found[1])

    def _field(self, field: re.Match[str], facts: PageFacts) -> str | None:
        """What ``{field}`` stands for, or None where that is not known."""
        name, form = field[1], field[2]
        match name:
            case "slug":
                source = self.file_name(facts.path) if self._from_name else facts.title
                return text(facts, "slug") or slugs.pelican(source)
            case "date":
                day = self.day(facts)
                return _dated(day, form or "%Y-%m-%d") if day else None
            case "category":
                return slugs.pelican(self._category(facts))
            case "author":
                author = text(facts, "author", "authors") or self._setting("AUTHOR")
                return slugs.pelican(author.partition(",")[0]) if author else None
            case "lang":
                return text(facts, "lang") or self.language or "en"
            case _:
                return text(facts, name)

    def _category(self, facts: PageFacts) -> str:
        """The article's category, else its folder's name, else the default one."""
        own = text(facts, "category")
        if own:
            return own
        folder = self.content(facts.path).rpartition("/")[0].rpartition("/")[2]
        uses_folder = self._settings.get("USE_FOLDER_AS_CATEGORY") is not False
        return (folder if uses_folder else "") or self._setting("DEFAULT_CATEGORY") or "misc"

    def _setting(self, name: str) -> str | None:
        value = self._settings.get(name)
        return value if isinstance(value, str) and value else None

    def _constants(self, place: str) -> dict[str, object]:
        source = self.files.texts.get(place)
        if source is None:
            return {}
        try:
            return config.python_constants(source)
        except ValueError as error:
            self._complain(place, f"the site's configuration cannot be read: {error}")
            return {}

    def _complain(self, place: str, reason: str) -> None:
        hint = "Mend it; until then the links may be wrong."
        self.files.problems.append(Problem(self.files.path(place), None, reason, hint))


def _dated(day: dt.date, form: str) -> str:
    # %Y has four digits only on some platforms.
    return day.strftime(form.replace("%Y", f"{day.year:04d}"))
