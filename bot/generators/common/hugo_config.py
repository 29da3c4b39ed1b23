"""What a Hugo site's configuration says of its links, days and front matter.

https://gohugo.io/configuration/
"""

from __future__ import annotations

import contextlib
import datetime as dt
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.generators.common import config, paths
from bot.generators.common.site_folder import SiteFolder


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


def configuration(files: SiteFolder) -> dict[str, object]:
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


def real_url(url: str | None) -> str | None:
    """A URL of a site; ``/`` and the like mean: not set."""
    return url if url and paths.is_absolute(url) else None


def mounts(settings: Mapping[str, object]) -> list[tuple[str, str, str | None]]:
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


def pattern_for(folder: str, permalinks: Mapping[str, str]) -> str | None:
    """The ``permalinks`` entry of the most precise section that the page is in."""
    section = folder.lower()
    while section not in permalinks and "/" in section:
        section = posixpath.dirname(section)
    return permalinks.get(section)


def permalinks(settings: Mapping[str, object]) -> dict[str, str]:
    """Patterns for pages by section, from the flat form and the one by kind; "" is the root."""
    configured = config.mapping_at(settings, "permalinks")
    flat = {key: value for key, value in configured.items() if isinstance(value, str)}
    by_kind = config.mapping_at(configured, "page")
    flat |= {key: value for key, value in by_kind.items() if isinstance(value, str)}
    return {key.strip("/ ").lower(): value for key, value in flat.items()}


def ignored(settings: Mapping[str, object]) -> list[re.Pattern[str]]:
    """What ``ignoreFiles`` names, as far as Go's regular expressions are Python's.

    https://gohugo.io/configuration/all/#ignorefiles
    """
    entries = settings.get("ignorefiles")
    patterns = []
    for entry in entries if isinstance(entries, list) else []:
        with contextlib.suppress(re.error):
            patterns.append(re.compile(str(entry)))
    return patterns


def cut(folders: list[str], spec: str) -> list[str]:
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


# Front matter that is handed down from the configuration and from a section's own file:
# https://gohugo.io/content-management/front-matter/#cascade-1

# What says whom an entry is for; the rest are values.
_TARGETS = ("target", "_target")
# Keys of a target that can be told from a file's path; with others it holds for no file.
_KNOWN = frozenset({"path", "kind", "lang", "environment"})


@dataclass(frozen=True, slots=True)
class Cascade:
    """One entry: which pages it is for, and what it gives them; keys in lower case."""

    target: Mapping[str, object]
    values: Mapping[str, object]

    def holds(self, page: str, language: str | None) -> bool:
        """Whether it is for the page at this path, such as ``/posts/x``, in this language."""
        told = {key: str(value) for key, value in self.target.items()}
        return (
            told.keys() <= _KNOWN
            and _matches(told.get("kind", "page"), "page")
            and _matches(told.get("environment", "production"), "production")
            and ("lang" not in told or _matches(told["lang"], language or ""))
            and ("path" not in told or _matches(told["path"], page))
        )


def cascades(value: object) -> list[Cascade]:
    """The entries of a ``cascade``: one, or a list of them."""
    found = []
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, Mapping):
            continue
        target: dict[str, object] = {}
        for key in _TARGETS:
            target |= config.mapping_at(entry, key)
        values = {key: each for key, each in entry.items() if key not in {*_TARGETS, "params"}}
        found.append(Cascade(target, {**config.mapping_at(entry, "params"), **values}))
    return found


def handed_down(entries: Iterable[Cascade], page: str, language: str | None) -> dict[str, object]:
    """What these entries give a page; the later ones are nearer to it, and win."""
    values: dict[str, object] = {}
    for entry in entries:
        if entry.holds(page, language):
            values |= entry.values
    return values


def _matches(glob: str, text: str) -> bool:
    """Whether a glob of Hugo's, in which ``**`` crosses folders, names all of a text."""
    return re.fullmatch(paths.glob_pattern(glob), text, re.IGNORECASE) is not None


# Days as permalinks write them, by Hugo's own names or by Go's layouts.

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august",
          "september", "october", "november", "december")  # fmt: skip
WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")

# https://gohugo.io/configuration/front-matter/#dates
KEYS = ("date", "publishdate", "pubdate", "published", "lastmod", "modified")
_ALIASES = {
    ":default": KEYS,
    "publishdate": ("publishdate", "pubdate", "published"),
    "lastmod": ("lastmod", "modified"),
}
# Dates that only the disk or the repository's history knows.
_UNKNOWN = frozenset({":git", ":filemodtime"})
# What Go counts from, where a page has no date.
ZERO = dt.date(1, 1, 1)
_DAY = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?!\d)", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# The end of the year 9998, in seconds: any time zone's date of it exists.
_LATEST = 253_370_764_799


def date_token(name: str, day: dt.date) -> str | None:
    """What a permalink has for ``:name``: Hugo's own names, or 2 January 2006 in Go's layouts."""
    weekday = day.isoweekday() % 7
    return {
        "year": str(day.year), "month": f"{day.month:02d}", "monthname": MONTHS[day.month - 1],
        "day": f"{day.day:02d}", "weekday": str(weekday), "weekdayname": WEEKDAYS[weekday],
        "yearday": str(day.timetuple().tm_yday),
        "2006": f"{day.year:04d}", "06": f"{day.year % 100:02d}",
        "01": f"{day.month:02d}", "1": str(day.month),
        "January": MONTHS[day.month - 1], "Jan": MONTHS[day.month - 1][:3],
        "02": f"{day.day:02d}", "2": str(day.day),
        "Monday": WEEKDAYS[weekday], "Mon": WEEKDAYS[weekday][:3],
    }.get(name)  # fmt: skip


def date_sources(configured: object) -> tuple[str, ...]:
    """Where a site looks for a page's date: front matter keys, ``:filename`` and the like.

    https://gohugo.io/configuration/front-matter/
    """
    listed = configured if isinstance(configured, list) else [configured or ":default"]
    found: list[str] = []
    for source in (str(source).lower() for source in listed):
        found += _ALIASES.get(source, (source,))
    return tuple(found)


def day_by(
    order: Iterable[str],
    meta: Mapping[str, object],
    name_date: dt.date | None,
    read: dt.date | None,
) -> dt.date | None:
    """The day by the first source that has one; None where only building the site tells.

    Args:
        order: as ``date_sources`` gives it.
        meta: the page's front matter.
        name_date: the day in the file's name.
        read: the page's day as it was read, for spellings that are not ISO 8601.
    """
    for source in order:
        if source == ":filename" and name_date:
            return name_date
        if source in _UNKNOWN:
            return None
        value = meta.get(source)
        if value is None or isinstance(value, bool) or value == "":
            continue
        return _written(value) or read
    return ZERO


def _written(value: object) -> dt.date | None:
    """The day of a date as Go takes it: a number is Unix seconds."""
    if isinstance(value, dt.date):
        return dt.date(value.year, value.month, value.day)
    text = str(value).strip()
    if text.isdecimal():
        seconds = min(int(text[:20]), _LATEST)
        return (_EPOCH + dt.timedelta(seconds=seconds)).date()
    if found := _DAY.match(text):
        try:
            return dt.date(*map(int, found.groups()))
        except ValueError:
            return None
    return None
