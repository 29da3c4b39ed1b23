"""Pelican's links.

https://docs.getpelican.com/en/latest/settings.html#url-settings
"""

from __future__ import annotations

import contextlib
import datetime as dt
import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from bot.blog.dialect import Dialect
from bot.blog.errors import Problem
from bot.generators.common import config, paths, slugs
from bot.generators.common.generator import (
    NOTHING,
    Generator,
    Marks,
    PageFacts,
    rooted,
    text,
    zone_of,
)
from bot.generators.common.site_folder import SiteFolder

_SUBSTITUTIONS = ((r"[^\w\s-]", ""), (r"\A\s*", ""), (r"\s*\Z", ""), (r"[-\s]+", "-"))
# https://dateutil.readthedocs.io/en/stable/parser.html: the month first, whatever stands between
_MONTH_FIRST = re.compile(
    r"(?P<month>\d{1,2})([./-])(?P<day>\d{1,2})\2(?P<year>\d{4})(?!\d)", re.ASCII
)
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
    dialect = Dialect(
        markdown="python-markdown", extensions=("codehilite", "extra", "meta"), tags=True
    )

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        self._settings = self._constants("pelicanconf.py")
        published = self._constants("publishconf.py", self._settings)
        settings = self._settings | {key: one for key, one in published.items() if one or one == ""}
        url = published.get("SITEURL") or self._settings.get("SITEURL")
        self._settings = settings
        self.is_certain = "pelicanconf.py" in files.texts
        self.url = url if isinstance(url, str) and paths.is_absolute(url) else None
        self.language = self._setting("DEFAULT_LANG")
        self._article = self._setting("ARTICLE_URL") or "{slug}.html"
        self._article_lang = self._setting("ARTICLE_LANG_URL") or "{slug}-{lang}.html"
        self._page = self._setting("PAGE_URL") or "pages/{slug}.html"
        self._path = (self._setting("PATH") or "content").strip("./")
        self._from_name = self._setting("SLUGIFY_SOURCE") == "basename"
        self._page_folders = self._texts("PAGE_PATHS") or ["pages"]
        self._article_folders = self._texts("ARTICLE_PATHS")
        self._excluded = self._texts("ARTICLE_EXCLUDES")
        self._substitutions = _substitutions(self._settings.get("SLUG_REGEX_SUBSTITUTIONS"))
        self._name_metadata = _pattern(self._setting("FILENAME_METADATA"))
        self._path_metadata = _pattern(self._setting("PATH_METADATA"))
        given = self._settings.get("DEFAULT_METADATA")
        self._metadata_given = (
            {str(key).lower(): value for key, value in given.items()}
            if isinstance(given, dict)
            else NOTHING
        )
        self.publishes_future = (
            self.is_certain and self._settings.get("WITH_FUTURE_DATES") is not False
        )
        self.zone = zone_of(self.files, self._setting("TIMEZONE"))
        self.dialect = replace(self.dialect, extensions=self._extensions())

    def defaults(self, place: str) -> Mapping[str, object]:
        """``DEFAULT_METADATA``, such as a ``status`` that makes drafts of all articles."""
        del place
        return self._metadata_given

    def day(self, facts: PageFacts) -> dt.date | None:
        """The day as Pelican's date library reads it: 05.03.2024 is a day in May."""
        found = _MONTH_FIRST.match(text(facts, "date") or "")
        if not found:
            return super().day(facts)
        month, day = int(found["month"]), int(found["day"])
        if month > 12:  # noqa: PLR2004 - months
            month, day = day, month
        try:
            return dt.date(int(found["year"]), month, day)
        except ValueError:
            return None

    def content(self, place: str) -> str:
        """The place below ``PATH``."""
        return paths.below_first(place, (self._path,))

    def why_no_page(self, facts: PageFacts) -> str | None:
        """Articles need a date and a title, and a place where Pelican looks for them."""
        if not self.is_certain:
            return None
        place = self.content(facts.path)
        if any(paths.below(place, folder) is not None for folder in self._page_folders):
            return None
        is_read = not self._article_folders or any(
            folder in {"", "."} or paths.below(place, folder) is not None
            for folder in self._article_folders
        )
        if not is_read or any(paths.below(place, one) is not None for one in self._excluded):
            return "the site's configuration reads no articles there"
        has_date = (
            facts.date or self._settings.get("DEFAULT_DATE") or "date" in self._metadata(place)
        )
        if not has_date:
            return "an article needs a date for Pelican"
        if not text(facts, "title") and "title" not in self._metadata(place):
            return "an article needs a title for Pelican"
        return None

    def _metadata(self, place: str) -> Mapping[str, str]:
        """What the file's name and path say by the configuration's regular expressions."""
        name = paths.without_extension(place.rpartition("/")[2])
        found: dict[str, str] = {}
        for pattern, told in ((self._path_metadata, place), (self._name_metadata, name)):
            if pattern and (match := pattern.match(told)):
                found |= {key.lower(): one for key, one in match.groupdict().items() if one}
        return found

    def own_link(self, facts: PageFacts) -> str | None:
        """``url``."""
        own = text(facts, "url")
        return rooted(own) if own else None

    def link(self, facts: PageFacts) -> str | None:
        """``ARTICLE_URL``, ``PAGE_URL`` or their forms for another language, filled in.

        None where ``save_as`` writes the page elsewhere than the site's links lead.
        """
        if text(facts, "save_as"):
            return None
        place = self.content(facts.path)
        is_page = any(paths.below(place, folder) is not None for folder in self._page_folders)
        language = text(facts, "lang")
        is_other = bool(language and self.language and language != self.language)
        pattern = self._page if is_page else self._article_lang if is_other else self._article
        key = "PAGE_URL" if is_page else "ARTICLE_LANG_URL" if is_other else "ARTICLE_URL"
        if self._settings.get(key) is config.COMPUTED:
            return None
        values = [self._field(field, facts) for field in _FIELD.finditer(pattern)]
        if None in values:
            return None
        remaining = iter(values)
        filled = _FIELD.sub(lambda _: next(remaining) or "", pattern)
        # A slug that begins with a slash is written outside of the site, none at all over its
        # front page.
        is_lost = not filled or (filled.startswith("/") and not pattern.startswith("/"))
        return None if is_lost else rooted(filled)

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
                own = text(facts, "slug") or self._metadata(self.content(facts.path)).get("slug")
                return own or self._slugified(self._slug_source(facts))
            case "date":
                day = self.day(facts)
                return _dated(day, form or "%Y-%m-%d") if day else None
            case "category":
                return self._slugified(self._category(facts))
            case "author":
                author = text(facts, "author") or self._first_author(facts)
                return self._slugified(author) if author else None
            case "lang":
                return text(facts, "lang") or self.language or "en"
            case _:
                return text(facts, name)

    def _first_author(self, facts: PageFacts) -> str | None:
        """The first of ``authors``, which commas stand between unless semicolons do."""
        authors = text(facts, "authors")
        if authors is None:
            return self._setting("AUTHOR")
        return authors.partition(";" if ";" in authors else ",")[0].strip()

    def _slug_source(self, facts: PageFacts) -> str:
        """The title, or the file's name with its day."""
        if not self._from_name:
            return facts.title
        return paths.without_extension(facts.path).rpartition("/")[2]

    def _slugified(self, name: str) -> str | None:
        """Pelican's ``slugify``; None where its spelling in ASCII is not known.

        https://docs.getpelican.com/en/latest/settings.html (SLUG_REGEX_SUBSTITUTIONS)
        """
        is_unicode = self._settings.get("SLUGIFY_USE_UNICODE") is True
        composed = unicodedata.normalize("NFKC", _without_tags(name))
        spelled = composed if is_unicode else slugs.unidecode(composed)
        if spelled is None or self._settings.get("SLUG_REGEX_SUBSTITUTIONS") is config.COMPUTED:
            return None
        for pattern, replacement in self._substitutions:
            spelled = pattern.sub(replacement, spelled)
        keeps_case = self._settings.get("SLUGIFY_PRESERVE_CASE") is True
        return (spelled if keeps_case else spelled.lower()).strip()

    def _category(self, facts: PageFacts) -> str:
        """The article's category, else its folder's name, else the default one."""
        own = text(facts, "category") or self._metadata(self.content(facts.path)).get("category")
        if own:
            return own
        folder = self.content(facts.path).rpartition("/")[0].rpartition("/")[2]
        uses_folder = self._settings.get("USE_FOLDER_AS_CATEGORY") is not False
        return (folder if uses_folder else "") or self._setting("DEFAULT_CATEGORY") or "misc"

    def _setting(self, name: str) -> str | None:
        value = self._settings.get(name)
        return value if isinstance(value, str) and value else None

    def _texts(self, name: str) -> list[str]:
        value = self._settings.get(name)
        return [str(one) for one in value] if isinstance(value, list | tuple) else []

    def _extensions(self) -> tuple[str, ...]:
        """The extensions of ``MARKDOWN``, or of ``MD_EXTENSIONS`` as in Pelican before 3.7."""
        markdown = self._settings.get("MARKDOWN")
        named: list[object] = []
        if isinstance(markdown, dict):
            for key in ("extensions", "extension_configs"):
                value = markdown.get(key)
                named += value if isinstance(value, list | tuple | dict) else []
        old = self._settings.get("MD_EXTENSIONS")
        named += old if isinstance(old, list | tuple) else []
        # a name may carry options in parentheses: codehilite(css_class=highlight)
        names = tuple(str(name).partition("(")[0] for name in named)
        return names or self.dialect.extensions

    def _constants(self, place: str, known: Mapping[str, object] = NOTHING) -> dict[str, object]:
        source = self.files.texts.get(place)
        if source is None:
            return {}
        try:
            return config.python_constants(source, known)
        except ValueError as error:
            self._complain(place, f"the site's configuration cannot be read: {error}")
            return {}

    def _complain(self, place: str, reason: str) -> None:
        hint = "Mend it; until then the links may be wrong."
        self.files.problems.append(Problem(self.files.path(place), None, reason, hint))


def _without_tags(text: str) -> str:
    """Text without what looks like HTML, and with single blanks, as Pelican has it for a slug."""
    tagged, sign, rest = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).rpartition(">")
    return html.unescape(" ".join((re.sub(r"<[^>]*>", "", tagged + sign) + rest).split()))


def _pattern(text: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error:
        return None


def _substitutions(value: object) -> list[tuple[re.Pattern[str], str]]:
    """What is replaced in slugs by what, in order; Pelican's own list without a configured one."""
    pairs = value if isinstance(value, list | tuple) else _SUBSTITUTIONS
    found = []
    for pair in pairs:
        if isinstance(pair, list | tuple) and len(pair) == 2:  # noqa: PLR2004 - what, by what
            with contextlib.suppress(re.error):
                found.append((re.compile(str(pair[0]), re.IGNORECASE), str(pair[1])))
    return found


def _dated(day: dt.date, form: str) -> str:
    # %Y has four digits only on some platforms.
    return day.strftime(form.replace("%Y", f"{day.year:04d}"))
