"""When a post was published and changed, in the spellings that blogs use."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil import parser, tz

from bot.blog.post import PostDate
from bot.blog.source import Dates
from bot.reading.front_matter import Fields, as_flag, as_text, plain_key, short

# 2018-05-01, 2023/03/22, 2024-4-09, 2013-05-05 12:00:00 -0500, 2024-01-11T09:00:00.000Z …
YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})"
    r"(?:(?:[Tt]|[ ]+)(?P<time>\d.*))?",
    re.ASCII | re.DOTALL,
)
# 03-18-24, 03/12/2024, 24.12.2023
YEAR_LAST = re.compile(
    r"(?P<first>\d{1,2})([-/.])(?P<second>\d{1,2})\2(?P<year>\d{4}|\d{2})"
    r"(?:(?:[Tt]|,?[ ]+)(?P<time>\d.*))?",
    re.ASCII | re.DOTALL,
)
# 12:00, 9:18:00, 15:17:59.000000000 +00:00, 00:10::00 -03:00, 21:33:00 +0200
TIME = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::{1,2}(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?)?"
    r"\s*(?P<zone>[Zz]|UTC|GMT|(?P<sign>[+-])(?P<zone_hour>\d{1,2}):?(?P<zone_minute>\d{2})?)?",
    re.ASCII,
)
# 2024-03-10 00:30 America/New_York
PLACE = re.compile(r"(?P<rest>.*\d)[ ]+(?P<zone>[A-Z][A-Za-z]+/[A-Za-z0-9_+/-]+)", re.DOTALL)
# 2024-01-11-slug, 2024_01_11 slug, 2024/01/11/slug, 2015/05-27-slug, 20240111-slug
IN_PATH = re.compile(
    r"(?:^|/)(?:((?:19|20)\d{2})[-_./](\d{1,2})[-_./](\d{1,2})|((?:19|20)\d{2})(\d{2})(\d{2}))"
    r"(?=[-_./ ]|$)",
    re.ASCII,
)
# Text longer than any spelling of a date is not handed to the patient parser.
LONGEST = 64
# A two-digit year below this is of this century, as POSIX strptime has it.
CENTURY = 69
# https://www.rfc-editor.org/rfc/rfc2822#section-4.3, and Central Europe's
ZONES = {
    "UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "WET": 0, "WEST": 1, "BST": 1,
    "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "JST": 9, "AEST": 10,
}  # fmt: skip

# Eleventy's words for dates that only the disk or git knows,
# https://www.11ty.dev/docs/dates/#setting-a-content-date-in-front-matter
NO_DATE = frozenset({"last modified", "created", "git last modified", "git created"})

# Obsidian's link to the note of a day.
NOTE_OF_DAY = re.compile(r"\A\[\[([^\[\]|]*)(?:\|[^\[\]]*)?\]\]\Z")
# The end of the year 9998: any time zone's date of it exists.
LATEST = 253_370_764_799

HINT = "Write it as 2024-01-31 or 2024-01-31 18:30."

# Plain keys (see Fields) that hold the day of publication, best first; the day from which on a
# post is shown, if that is later; and the day of its last change.
PUBLISHED = (
    "date", "published", "pubdate", "pubdatetime", "datetime", "publishdate", "publishdatetime",
    "publisheddate", "publishedat", "publishedon", "publishedtime", "publicationdate",
    "datepublished", "rsspubdate", "created", "createdat", "createdon", "creationdate",
    "datecreated", "createdtime", "posted", "postedat", "postedon", "dateposted",
    "postdate", "publishon", "scheduledfor", "scheduledat", "golive", "golivedate", "visiblefrom",
)  # fmt: skip
RELEASED = (
    "publishdate", "publishon", "scheduledfor", "scheduledat", "golive", "golivedate",
    "visiblefrom",
)  # fmt: skip
UPDATED = (
    "updated", "lastmod", "lastmodifiedat", "lastmodified", "lastupdated", "lastupdatedat",
    "lastupdate", "update", "updatedat", "updatedon", "updateddate", "updatedtime",
    "dateupdated", "modified", "modifiedat", "modifiedon", "modifieddate", "modifiedtime",
    "moddate", "moddatetime", "datemodified", "lastmodifieddate",
)  # fmt: skip
# Below these keys, some write several dates: MkDocs' and Docusaurus' `date: {created: …}`.
CREATED_WITHIN = ("created", "date", "published")
UPDATED_WITHIN = ("updated", "date", "modified")
# May hold the day as part of an address.
LINK = ("path", "permalink", "url", "slug")
EXPIRES = ("expirydate", "expiredate", "expirationdate", "unpublishdate", "unpublishon")

Order = Literal["month", "day"]


class NotADate(ValueError):
    """The text names no day that exists."""


def parse_date(value: object, order: Order = "month") -> dt.date:
    """Return the ``date`` or ``datetime`` that ``value`` means, as precise as it is written.

    Args:
        value: text, or what TOML made of a date already.
        order: what comes first in ``03-12-24``. Dots are always day first, as in the
            countries that write them; a number above 12 is never taken for a month.

    Raises:
        NotADate: there is no such day, or it is no date at all.
    """
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        raise NotADate(value)
    text = NOTE_OF_DAY.sub(r"\1", value.strip()).strip()
    if found := PLACE.fullmatch(text):
        return _placed(parse_date(found["rest"], order), found["zone"])
    if len(text) == len("2024-01-11"):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            pass  # 03-12-2024 has the same length
    try:
        if found := YEAR_FIRST.fullmatch(text):
            return _moment(
                dt.date(int(found["year"]), int(found["month"]), int(found["day"])), found["time"]
            )
        if found := YEAR_LAST.fullmatch(text):
            return _moment(_year_last(found, order), found["time"])
        return _patient(text)
    except NotADate:
        raise
    except (ValueError, OverflowError) as error:
        raise NotADate(text) from error


def date_in_path(path: str) -> dt.date | None:
    """Return the day that a path names, as in ``2024-01-11-slug.md`` or ``2015/05-27-slug.md``.

    Raises:
        NotADate: it names one that does not exist.
    """
    found = IN_PATH.search(path)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise NotADate(found[0].strip("/")) from error


def _year_last(found: re.Match[str], order: Order) -> dt.date:
    first, second, year = int(found["first"]), int(found["second"]), int(found["year"])
    if len(found["year"]) == len("24"):
        year += 2000 if year < CENTURY else 1900
    day_first = order == "day" or found[2] == "."
    month, day = (second, first) if day_first else (first, second)
    if month > 12 >= day:  # noqa: PLR2004 (months)
        month, day = day, month
    return dt.date(year, month, day)


def _moment(day: dt.date, time: str | None) -> dt.date:
    """Add the time of day to a day, where there is one."""
    if time is None:
        return day
    found = TIME.fullmatch(time.strip())
    if found is None:
        return _patient(f"{day.isoformat()} {time}")
    fraction = (found["fraction"] or "0")[:6].ljust(6, "0")
    return dt.datetime(
        day.year, day.month, day.day,
        int(found["hour"]), int(found["minute"]), int(found["second"] or 0), int(fraction),
        tzinfo=_zone(found),
    )  # fmt: skip


def _placed(day: dt.date, zone: str) -> dt.date:
    """Put a time of day that names no zone into the one of that name."""
    if not isinstance(day, dt.datetime) or day.tzinfo:
        return day
    try:
        return day.replace(tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise NotADate(zone) from None


def _zone(found: re.Match[str]) -> dt.tzinfo | None:
    if found["zone"] is None:
        return None
    if found["sign"] is None:
        return dt.UTC
    offset = dt.timedelta(hours=int(found["zone_hour"]), minutes=int(found["zone_minute"] or 0))
    return dt.timezone(-offset if found["sign"] == "-" else offset)


def _patient(text: str) -> dt.date:
    """Read ``19 March 2019``, ``Fri, 5 Jan 2020 12:00:00 GMT`` and the like.

    dateutil fills what is missing from a default; two defaults show what was missing.
    """
    if not text.isprintable() or len(text) > LONGEST or not re.search(r"\d", text, re.ASCII):
        raise NotADate(text)
    try:
        one = parser.parse(text, default=dt.datetime(2000, 1, 1), tzinfos=_named_zone)  # noqa: DTZ001
        other = parser.parse(text, default=dt.datetime(2004, 2, 2), tzinfos=_named_zone)  # noqa: DTZ001
    except (ValueError, OverflowError, TypeError, AttributeError) as error:
        raise NotADate(text) from error
    if one.year != other.year or one.month != other.month:
        raise NotADate(text)
    # A month alone, "March 2019", is its first day.
    return one if ":" in text else one.date()


def _named_zone(name: str | None, offset: int | None) -> dt.tzinfo | None:
    if offset is not None:
        return dt.timezone(dt.timedelta(seconds=offset)) if offset else dt.UTC
    hours = ZONES.get((name or "").upper())
    return None if hours is None else tz.tzoffset(name, dt.timedelta(hours=hours))


def published(
    fields: Fields, order: Order, zone: dt.tzinfo
) -> tuple[PostDate | None, dt.date | None]:
    """Return the post's date, and the day that its path names; either may be None.

    The front matter's date wins; then the path's; then one inside the post's own link.
    Hugo hides a post until the later of ``date`` and ``publishDate``; so does this.
    """
    written = _first(fields, PUBLISHED, CREATED_WITHIN, order, zone)
    later = _first(fields, RELEASED, (), order, zone)
    if written and later and later.instant > written.instant:
        written = later
    try:
        named = date_in_path(re.sub(r"\.\w+$", "", fields.path))
    except NotADate as error:
        named = None
        fields.complain(
            f"The file's name holds a day that does not exist: {error}",
            "Rename the file, or give the date in the front matter.",
        )
    if written:
        return written, named
    if named:
        return PostDate.of(named, zone), named
    for link in fields.texts(*LINK):
        try:
            day = date_in_path(link)
        except NotADate:
            continue
        if day:
            return PostDate.of(day, zone), None
    return None, None


def updated(fields: Fields, order: Order, zone: dt.tzinfo) -> PostDate | None:
    """Return when the author says the post was last changed, or None."""
    found = _first(fields, UPDATED, UPDATED_WITHIN, order, zone)
    if found is None:
        dates = (value for _, value in fields.all(*PUBLISHED) if isinstance(value, Mapping))
        inner = {plain_key(key): value for each in dates for key, value in each.items()}
        try:
            day = next(inner[key] for key in ("updated", "modified") if inner.get(key))
            found = PostDate.of(parse_date(as_text(day) or day, order), zone)
        except (StopIteration, NotADate):
            return None
    return found


def from_source(dates: Dates | None, zone: dt.tzinfo) -> tuple[PostDate | None, PostDate | None]:
    """Return when the source knows a file was written and, if on a later day, last changed."""
    if dates is None or dates.written is None:
        return None, None
    written, changed = (_post_date(seconds, zone) for seconds in (dates.written, dates.changed))
    return written, changed if changed.day > written.day else None


def _post_date(seconds: int, zone: dt.tzinfo) -> PostDate:
    # Git takes any number for a time; a date holds the years 1 to 9999.
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    sane = min(max(seconds, 0), LATEST)
    return PostDate.of((epoch + dt.timedelta(seconds=sane)).astimezone(zone))


def expires(fields: Fields, order: Order, zone: dt.tzinfo) -> PostDate | None:
    """Return when the generator stops publishing the post, or None."""
    return _first(fields, EXPIRES, (), order, zone)


def _first(
    fields: Fields, names: tuple[str, ...], within: tuple[str, ...], order: Order, zone: dt.tzinfo
) -> PostDate | None:
    """Return the first of these fields that holds a date; complain of those that hold none.

    Args:
        fields: the post's fields.
        names: plain keys.
        within: the keys to look at where a value is keys with values itself.
        order: what comes first in ``03-12-24``.
        zone: the time zone of a moment that names none.
    """
    for key, value in fields.all(*names):
        if isinstance(value, bool) or (key == "published" and as_flag(value) is not None):
            continue  # `published: true` is visibility
        if isinstance(value, Mapping):
            inner = {plain_key(inner): each for inner, each in value.items()}
            value = next((inner[one] for one in within if one in inner), None)  # noqa: PLW2901
        match value:
            case [[one]]:  # such a link, which is a list in a list without quotation marks
                value = one  # noqa: PLW2901
        if value is None or (as_text(value) or "").lower() in NO_DATE:
            continue
        try:
            return PostDate.of(parse_date(as_text(value) or value, order), zone)
        except NotADate:
            fields.complain(f"{key} is not a date that exists: {short(value)}", HINT, key)
    return None
