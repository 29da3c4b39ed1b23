"""A moment is shown in the reader's zone, a day as that day."""

from __future__ import annotations

import datetime as dt

from discord import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.post import PostDate
from bot.chat.i18n import catalogues, translator_for
from bot.chat.i18n import date as shown

ENGLISH = translator_for(Locale.british_english)


def test_a_moment_is_one_that_discord_places_in_the_readers_zone() -> None:
    moment = dt.datetime(2024, 1, 11, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=-3)))
    assert shown(PostDate.of(moment), ENGLISH) == "<t:1705026600:D>"


def test_a_day_stays_that_day_wherever_it_is_read() -> None:
    auckland = dt.timezone(dt.timedelta(hours=13))
    assert shown(PostDate.of(dt.date(2024, 1, 11), auckland), ENGLISH) == "January 11, 2024"


@given(st.dates(), st.sampled_from([*catalogues()]))
def test_any_day_can_be_written_in_any_language(day: dt.date, locale: Locale) -> None:
    text = shown(PostDate.of(day), translator_for(locale))
    assert str(day.year) in text
    assert str(day.day) in text
