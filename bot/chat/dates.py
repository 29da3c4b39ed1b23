"""Dates as a reader sees them."""

from __future__ import annotations

import datetime as dt

from bot.blog.date import PostDate
from bot.chat.words import Words


def shown(date: PostDate, words: Words) -> str:
    """A moment in the reader's time zone; a day as that day, wherever the reader is.

    Discord's ``<t:…>`` is a moment: any choice of hour shows the day before or after to some
    reader, since time zones span 26 hours. A day is therefore written out.
    """
    return day(date.day, words) if date.is_day else f"<t:{date.instant}:D>"


def day(date: dt.date, words: Words) -> str:
    """A calendar day, written out in the reader's language."""
    month = _months(words)[date.month - 1]
    if date.day == 1:  # the first has a form of its own in French
        return words.say("{month} 1, {year}", month=month, year=date.year)
    return words.say("{month} {day}, {year}", month=month, day=date.day, year=date.year)


def _months(words: Words) -> tuple[str, ...]:
    return (
        words.say("January"),
        words.say("February"),
        words.say("March"),
        words.say("April"),
        words.say("May"),
        words.say("June"),
        words.say("July"),
        words.say("August"),
        words.say("September"),
        words.say("October"),
        words.say("November"),
        words.say("December"),
    )
