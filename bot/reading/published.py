"""When a post was published and changed, and whether it may be seen."""

from __future__ import annotations

import datetime as dt
import re

from bot.blog.date import PostDate
from bot.blog.source import Dates
from bot.reading.dates import NotADate, Order, date_in_path, parse_date
from bot.reading.fields import Fields, as_flag, as_text, short

# Eleventy's words for dates that only the disk or git knows,
# https://www.11ty.dev/docs/dates/#setting-a-content-date-in-front-matter
NO_DATE = frozenset({"last modified", "created", "git last modified", "git created"})
HIDING_STATUS = frozenset({"draft", "hidden", "private", "skip", "unlisted", "pending", "wip"})

# The end of the year 9998: any time zone's date of it exists.
LATEST = 253_370_764_799

HINT = "Write it as 2024-01-31 or 2024-01-31 18:30."


def published(
    fields: Fields, order: Order, zone: dt.tzinfo
) -> tuple[PostDate | None, dt.date | None]:
    """Return the post's date, and the day that its path names; either may be None.

    The front matter's date wins; then the path's; then one inside the post's own link.
    Hugo hides a post until the later of ``date`` and ``publishDate``; so does this.
    """
    written = _first(fields, "date", order, zone)
    later = _first(fields, "release", order, zone)
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
    for link in fields.texts("link"):
        try:
            day = date_in_path(link)
        except NotADate:
            continue
        if day:
            return PostDate.of(day, zone), None
    return None, None


def updated(fields: Fields, order: Order, zone: dt.tzinfo) -> PostDate | None:
    """Return when the author says the post was last changed, or None."""
    return _first(fields, "updated", order, zone)


def lent_by(dates: Dates | None, zone: dt.tzinfo) -> tuple[PostDate | None, PostDate | None]:
    """Return when the source says a file was written and, if on a later day, last changed."""
    if dates is None or dates.written is None:
        return None, None
    written, changed = (_moment(seconds, zone) for seconds in (dates.written, dates.changed))
    return written, changed if changed.day > written.day else None


def _moment(seconds: int, zone: dt.tzinfo) -> PostDate:
    # Git takes any number for a time; a date holds the years 1 to 9999.
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    sane = min(max(seconds, 0), LATEST)
    return PostDate.of((epoch + dt.timedelta(seconds=sane)).astimezone(zone))


def is_draft(fields: Fields) -> bool:
    """Tell whether the post is not to be shown; when in doubt, it is not."""
    if "_drafts" in fields.path.split("/")[:-1]:
        return True
    hidden = any(as_flag(value) is True for _, value in fields.all("hidden"))
    hidden |= any(as_flag(value) is False for _, value in fields.all("shown"))
    for key, value in fields.all("draft"):
        flag = as_flag(value)
        hidden |= flag is not False
        if flag is None:
            fields.complain(
                f"{key} is neither true nor false: {short(value)}",
                "Write draft: true or draft: false; until then the post is hidden.",
                key,
            )
    statuses = (text.lower() for text in fields.texts("status"))
    return hidden or any(status in HIDING_STATUS for status in statuses)


def _first(fields: Fields, name: str, order: Order, zone: dt.tzinfo) -> PostDate | None:
    """Return the first of these fields that holds a date; complain of those that hold none."""
    for key, value in fields.all(name):
        if isinstance(value, bool) or (key == "published" and as_flag(value) is not None):
            continue  # `published: true` is visibility
        if isinstance(value, dict):  # Docusaurus' `last_update: {date: …, author: …}`
            value = value.get("date")  # noqa: PLW2901
        if value is None or (as_text(value) or "").lower() in NO_DATE:
            continue
        try:
            return PostDate.of(parse_date(as_text(value) or value, order), zone)
        except NotADate:
            fields.complain(f"{key} is not a date that exists: {short(value)}", HINT, key)
    return None
