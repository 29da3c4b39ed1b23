"""Hugo's links.

https://gohugo.io/content-management/urls/
"""

from __future__ import annotations

import contextlib
import datetime as dt
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.blog.dialect import Dialect
from bot.generators.common import config, languages, paths, slugs
from bot.generators.common.generator import DATA, Generator, Marks, PageFacts, rooted, text, zone_of
from bot.generators.common.site_folder import SiteFolder

# Newer names for the same; a section's own slug is in a file that is no post.
_SYNONYMS = {
    "contentbasename": "filename",
    "slugorcontentbasename": "slugorfilename",
    "sectionslug": "section",
    "sectionslugs": "sections",
}
# Keys of a `config.toml` that is Hugo's.
_KEYS = frozenset(
    {"baseurl", "languagecode", "theme", "permalinks", "contentdir", "paginate", "params"}
)
# A bundle's own file, in any language.
_LEAF = re.compile(r"index\.(?:[\w-]+\.)?(?:md|markdown|mdown|mkd)", re.IGNORECASE)
_TOKEN = re.compile(r":(\w+(?:\[.+?\])?)")
# https://gohugo.io/configuration/front-matter/#dates
_DATE_KEYS = ("date", "publishdate", "pubdate", "published", "lastmod", "modified")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august",
           "september", "october", "november", "december")  # fmt: skip
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the site.

    Attributes:
        tag: the key in the configuration, in lower case.
        folder: the language's own content folder, or empty.
        url: the language's own site, or None.
        permalinks: the language's own patterns, in place of the site's; empty for none.
        disabled: whether the site is not built in it.
    """

    tag: str
    folder: str = ""
    url: str | None = None
    permalinks: Mapping[str, str] = field(default_factory=dict)
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class _Location:
    """Where a page is in the content: its sections' folder, its name, its folder's language."""

    folder: str
    name: str
    language: str | None


class Hugo(Generator):
    """``url``, else the section's ``permalinks``, else the path with ``slug`` for the name."""

    name = "hugo"
    marks = Marks(
        files=rf"hugo\.{DATA}",
        shared=rf"config\.{DATA}",
        shared_text=r"(?i)base_?url|theme|languagecode|permalinks",
        site_files=rf"""config/[^/]+/
            (?:hugo|config|languages|permalinks|languages\.[\w-]+|permalinks\.[\w-]+)\.{DATA}""",
        content=frozenset({"content"}),
        paths=(
            (2, r"content/(?:.*/)?(?:_index|index)\.(?:[\w-]+\.)?md"),
            (1, r"content/.*"),
        ),
        texts=(
            (2, "+++", r"\A\+\+\+"),
            (2, "+++", r"\A\+\+\+\n(?:[^\[\n].*\n)*?(?:tags|categories|series|author) *="),
            (6, "{{< ", ""),
            (6, "{{% ", ""),
            (3, "lastmod", r"^lastmod *[:=]"),
            (3, "publishDate", r"^publishDate *[:=]"),
            (3, "linkTitle", r"^linkTitle *[:=]"),
        ),
    )
    template_folders = frozenset({"archetypes", "layouts", "examplesite"})
    dialect = Dialect(shortcodes=True)

    @classmethod
    def builds(cls, files: SiteFolder) -> bool:
        """Also by a ``config.toml`` with keys that no other generator has."""
        if any(re.fullmatch(cls.marks.files, name) for name in files.marker_names):
            return True
        if any(place.startswith("config/") for place in files.texts):
            return True
        return any(
            _KEYS & (files.load(name) or {}).keys()
            for name in files.marker_names
            if re.fullmatch(cls.marks.shared, name)
        )

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        self._config = _configuration(files)
        self.is_certain = bool(self._config)
        self.publishes_future = self._config.get("buildfuture") is True
        self.zone = zone_of(self.files, config.text_at(self._config, "timezone"))
        self.url = _real_url(config.text_at(self._config, "baseurl"))
        self._content = (config.text_at(self._config, "contentdir") or "content").strip("./")
        self._lower = self._config.get("disablepathtolower") is not True
        self._ugly = self._config.get("uglyurls")
        self._mounts = _mounts(self._config)
        self._languages = self._known_languages()
        self._by_folder = sorted(
            (language for language in self._languages.values() if language.folder),
            key=lambda language: -len(language.folder),
        )
        self.language = self._main_language()
        main = config.text_at(self._config, "defaultcontentlanguage") or "en"
        self._only_language = frozenset({main.lower()} if self._config else ())
        self._main_has_prefix = self._config.get("defaultcontentlanguageinsubdir") is True
        self._permalinks = _permalinks(self._config)
        self._dates = _date_sources(self._config)
        self._ignored = _ignored(self._config)
        # Where the generator is only a guess, an `index.md` may be a section's start page.
        self._bundles = self._found_bundles() if self.is_certain else frozenset()

    def content(self, place: str) -> str:
        """The place below its content folder."""
        return self._below_content(place)[0]

    def language_of(self, place: str) -> str | None:
        """From ``x.fr.md`` or the language's content folder; the main one elsewhere."""
        return (self._locate(place).language or self.language) if self._languages else None

    def file_name(self, place: str) -> str:
        """The file's or the bundle's name, language and day left out."""
        return paths.undated(self._locate(place).name)

    def _locate(self, place: str) -> _Location:
        """Section, name and language of the file at a place."""
        inside, language = self._below_content(place)
        stem = paths.without_extension(inside)
        # A site in one language may still name it: `x.en.md`.
        stem, suffix = languages.suffix_of(stem, self._languages or self._only_language)
        language = suffix or language
        folder, _, name = stem.rpartition("/")
        if name in {"index", "_index"}:  # a bundle goes by its folder
            folder, _, name = folder.rpartition("/")
        return _Location(folder, name, language)

    def _below_content(self, place: str) -> tuple[str, str | None]:
        """The place below the content folder, and the language whose folder that was."""
        for language in self._by_folder:
            if (inside := paths.below(place, language.folder)) is not None:
                return inside, language.tag
        for source, target, tag in self._mounts:
            if (inside := paths.below(place, source)) is not None:
                return posixpath.join(target, inside), tag
        inside = paths.below(place, self._content)
        place = place if inside is None else inside
        first, _, rest = place.partition("/")
        if rest and not self._config and first.lower() in self._languages:
            return rest, first.lower()
        return place, None

    def why_no_page(self, facts: PageFacts) -> str | None:
        """What lies beside or below a bundle's ``index.md`` is a part of that post."""
        if str(facts.meta.get("headless")).lower() == "true":
            return "the generator writes no page for it"
        if any(pattern.search(facts.path) for pattern in self._ignored):
            return "the site's configuration ignores it"
        language = self._languages.get(self._locate(facts.path).language or "")
        if language and language.disabled:
            return f"the site's configuration disables its language ({language.tag})"
        folder, _, name = facts.path.rpartition("/")
        if _LEAF.fullmatch(name):
            folder = folder.rpartition("/")[0]
        while folder:
            if folder in self._bundles:
                return f"a part of the post in {self.files.path(folder)}/"
            folder = folder.rpartition("/")[0]
        return None

    def _found_bundles(self) -> frozenset[str]:
        """The folders that are one post with all they hold; a content folder itself is none."""
        folders = (place.rpartition("/") for place in self.files.places)
        return frozenset(
            folder
            for folder, _, name in folders
            if folder and _LEAF.fullmatch(name) and self.content(f"{folder}/")
        )

    def own_link(self, facts: PageFacts) -> str | None:
        """``url``: with a ``/`` in front for the whole site, without for its language."""
        own = text(facts, "url")
        if own is None:
            return None
        if ":" in own:
            filled = self._fill(own, facts, self._locate(facts.path))
            if filled is None:
                return None
            own = filled
        if not own.startswith("/"):
            own = self._prefix(self._locate(facts.path)) + own
        link = re.sub(r"(?<!:)//+", "/", rooted(own))
        return link if "." in link.rpartition("/")[2] else paths.with_slash(link)

    def link(self, facts: PageFacts) -> str | None:
        """``content/posts/x.md`` → ``/posts/x/``, below the language's folder or site."""
        where = self._locate(facts.path)
        language = self._languages.get(where.language or (self.language or "").lower())
        permalinks = (language and language.permalinks) or self._permalinks
        pattern = _pattern_for(where.folder, permalinks) if permalinks else None
        if pattern is not None:
            filled = self._fill(pattern, facts, where)
            if filled is None:
                return None
            path = filled.strip("/")
        else:
            name = self._slug(facts) or where.name
            path = self._urlized(f"{where.folder}/{name}" if where.folder else name)
        site = language.url.rstrip("/") if language and language.url and where.language else ""
        path = site + paths.join(self._prefix(where), path)
        return f"{path}.html" if where.name and self._is_ugly(where) else paths.with_slash(path)

    def image(self, facts: PageFacts, value: str) -> str | None:
        """A file in the post's own bundle, or one of the whole site's."""
        is_bundle = facts.path.rpartition("/")[2].startswith("index.")
        if is_bundle and not value.startswith("../"):
            page = self.own_link(facts) or self.link(facts)
            return page + value.removeprefix("./") if page and page.endswith("/") else None
        return super().image(facts, value)

    def _prefix(self, where: _Location) -> str:
        """The folder of the page's language in links: none for the main one, as a rule."""
        main = (self.language or "").lower()
        tag = where.language or main
        language = self._languages.get(tag)
        if language is None or language.url:
            return ""
        return f"{tag}/" if tag != main or self._main_has_prefix else ""

    def _is_ugly(self, where: _Location) -> bool:
        if isinstance(self._ugly, Mapping):
            return self._ugly.get(where.folder.partition("/")[0].lower()) is True
        return self._ugly is True

    def _fill(self, pattern: str, facts: PageFacts, where: _Location) -> str | None:
        values = [self._token(token, facts, where) for token in _TOKEN.findall(pattern)]
        if any(value is None for value in values):
            return None
        remaining = iter(values)
        filled = _TOKEN.sub(lambda _: next(remaining) or "", pattern)
        return re.sub(r"//+", "/", filled)

    def _token(self, token: str, facts: PageFacts, where: _Location) -> str | None:
        """What ``:token`` stands for; None for a token or a date that is not known."""
        folders = [folder for folder in where.folder.split("/") if folder]
        name = token.lower()
        if found := re.fullmatch(r"section(?:slug)?s\[(.*)\]", name):
            return self._urlized("/".join(_cut(folders, found[1])))
        slug = self._slug(facts)
        piece = {
            "section": folders[0] if folders else "",
            "sections": where.folder,
            "title": facts.title,
            "slug": slug or facts.title,
            "filename": where.name,
            "slugorfilename": slug or where.name,
        }.get(_SYNONYMS.get(name, name))
        if piece is not None:
            return self._urlized(piece)
        day = self.day(facts)
        return _date_token(token, day) if day else None

    def _slug(self, facts: PageFacts) -> str | None:
        """The front matter's slug, else the name after the day where the site reads days there."""
        if (slug := text(facts, "slug")) is not None:
            return slug
        for source in self._dates:
            if source == ":filename":
                name = self._locate(facts.path).name
                undated = paths.undated(name)
                if undated != name:
                    return undated
            elif facts.meta.get(source):
                break
        return None

    def _urlized(self, piece: str) -> str:
        return slugs.hugo(piece, lower=self._lower)

    def _known_languages(self) -> dict[str, Language]:
        configured = config.mapping_at(self._config, "languages")
        listed = self._config.get("disablelanguages")
        disabled = {str(tag).lower() for tag in listed} if isinstance(listed, list) else set()
        found = {
            tag: Language(
                tag,
                (config.text_at(configured, tag, "contentdir") or "").strip("./"),
                _real_url(config.text_at(configured, tag, "baseurl")),
                _permalinks(config.mapping_at(configured, tag)),
                tag in disabled or config.mapping_at(configured, tag).get("disabled") is True,
            )
            for tag in configured
        }
        if found or self._config:
            return found
        places = [paths.below_first(place, [self._content]) for place in self.files.places]
        tags = languages.suffixes(places) | {tag.lower() for tag in languages.folders(places)}
        return {tag: Language(tag) for tag in sorted(tags)}

    def _main_language(self) -> str | None:
        configured = config.text_at(self._config, "defaultcontentlanguage")
        if configured or (self._config and self._languages):
            return configured or "en"  # Hugo's own default
        if self._languages:
            return languages.main(self._languages, self.files.places)
        return config.text_at(self._config, "languagecode") or config.text_at(
            self._config, "locale"
        )


def _configuration(files: SiteFolder) -> dict[str, object]:
    """The site's configuration from its file or from the files of ``config/_default``."""
    merged = files.load_first(
        *(f"{stem}.{ext}" for stem in ("hugo", "config") for ext in ("toml", "yaml", "yml", "json"))
    )
    merged = dict(merged or {})
    for folder in ("_default", "production"):
        for place in sorted(files.texts):
            inside = paths.below(place, f"config/{folder}")
            if inside is None or "/" in inside:
                continue
            keys = inside.rpartition(".")[0].split(".")
            values: dict[str, object] = files.load(place) or {}
            if keys[0] not in {"hugo", "config"}:
                for key in reversed(keys):
                    values = {key.lower(): values}
            merged = config.merged(merged, values)
    return merged


def _real_url(url: str | None) -> str | None:
    """A URL of a site; ``/`` and the like mean: not set."""
    return url if url and paths.is_absolute(url) else None


def _mounts(settings: Mapping[str, object]) -> list[tuple[str, str, str | None]]:
    """Folders that ``module.mounts`` put into the content: source, target, language."""
    entries = config.mapping_at(settings, "module").get("mounts")
    found = []
    for entry in entries if isinstance(entries, list) else []:
        source, target = (
            (config.text_at(entry, key) for key in ("source", "target"))
            if isinstance(entry, dict)
            else (None, None)
        )
        if source and target and (target == "content" or target.startswith("content/")):
            found.append(
                (source.strip("./"), target[len("content/") :], config.text_at(entry, "lang"))
            )
    return sorted(found, key=lambda mount: -len(mount[0]))


def _pattern_for(folder: str, permalinks: Mapping[str, str]) -> str | None:
    """The ``permalinks`` entry of the most precise section that the page is in."""
    section = folder.lower()
    while section not in permalinks and "/" in section:
        section = posixpath.dirname(section)
    return permalinks.get(section)


def _permalinks(settings: Mapping[str, object]) -> dict[str, str]:
    """Patterns for pages by section, from the flat form and the one by kind; "" is the root."""
    configured = config.mapping_at(settings, "permalinks")
    flat = {key: value for key, value in configured.items() if isinstance(value, str)}
    by_kind = config.mapping_at(configured, "page")
    flat |= {key: value for key, value in by_kind.items() if isinstance(value, str)}
    return {key.strip("/ ").lower(): value for key, value in flat.items()}


def _date_sources(settings: Mapping[str, object]) -> tuple[str, ...]:
    """Where the site looks for a post's date, in order: front matter keys and ``:filename``.

    https://gohugo.io/configuration/front-matter/
    """
    value = config.mapping_at(settings, "frontmatter").get("date")
    sources = value if isinstance(value, list) else [value]
    found: list[str] = []
    for source in (str(source).lower() for source in sources):
        found += _DATE_KEYS if source == ":default" else [source]
    return tuple(found) if ":filename" in found else ()


def _ignored(settings: Mapping[str, object]) -> list[re.Pattern[str]]:
    """What ``ignoreFiles`` names, as far as Go's regular expressions are Python's.

    https://gohugo.io/configuration/all/#ignorefiles
    """
    entries = settings.get("ignorefiles")
    patterns = []
    for entry in entries if isinstance(entries, list) else []:
        with contextlib.suppress(re.error):
            patterns.append(re.compile(str(entry)))
    return patterns


def _cut(folders: list[str], spec: str) -> list[str]:
    """The folders that ``[1:]``, ``[:last]`` or ``[last]`` name, as far as there are any."""

    def number(word: str, default: int) -> int:
        if word == "last":
            return max(len(folders) - 1, 0)
        return int(word) if word.isdecimal() else default

    low, colon, high = spec.strip().partition(":")
    if colon:
        return folders[number(low, 0) : number(high, len(folders))]
    at = number(low, 0)
    return folders[at : at + 1]


def _date_token(token: str, day: dt.date) -> str | None:
    """Hugo's own names and Go's layout of the reference day, 2 January 2006."""
    weekday = day.isoweekday() % 7
    return {
        "year": f"{day.year:04d}", "month": f"{day.month:02d}", "monthname": _MONTHS[day.month - 1],
        "day": f"{day.day:02d}", "weekday": str(weekday), "weekdayname": _WEEKDAYS[weekday],
        "yearday": str(day.timetuple().tm_yday),
        "2006": f"{day.year:04d}", "06": f"{day.year % 100:02d}",
        "01": f"{day.month:02d}", "1": str(day.month),
        "January": _MONTHS[day.month - 1], "Jan": _MONTHS[day.month - 1][:3],
        "02": f"{day.day:02d}", "2": str(day.day),
    }.get(token)  # fmt: skip
