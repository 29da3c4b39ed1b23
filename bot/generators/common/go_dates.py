"""Days as Hugo's permalinks write them, by its own names or by Go's layouts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

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


def token(name: str, day: dt.date) -> str | None:
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


def sources(configured: object) -> tuple[str, ...]:
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
        order: as ``sources`` gives it.
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
