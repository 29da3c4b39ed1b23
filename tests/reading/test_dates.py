"""Dates in all the spellings that real blogs use."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.dates import NotADate, date_in_path, parse_date
from tests.reading.desk import read, read_post

MOMENTS = st.datetimes(min_value=dt.datetime(1000, 1, 1))  # noqa: DTZ001 (zones are added)
AWARE = st.datetimes(min_value=dt.datetime(1000, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2018-05-01", "2018-05-01"),
        ("20180501", "2018-05-01"),
        ("2024-4-09", "2024-04-09"),
        ("2023/03/22", "2023-03-22"),
        ("2004-12-16 15:17:59.000000000 +00:00", "2004-12-16T15:17:59+00:00"),
        ("2017-10-19 21:33:00 +0200", "2017-10-19T21:33:00+02:00"),
        ("2013-05-05 12:00:00 -0500", "2013-05-05T12:00:00-05:00"),
        ("2020-01-02T09:00:00.000Z", "2020-01-02T09:00:00+00:00"),
        ("2020-01-02T09:00:00.125Z", "2020-01-02T09:00:00.125000+00:00"),
        ("2015-02-24 14:00", "2015-02-24T14:00:00"),
        ("2015-02-24T00:00:00Z", "2015-02-24T00:00:00+00:00"),
        ("2020-01-02 10:00:00 -06:00", "2020-01-02T10:00:00-06:00"),
        ("2020-01-02 10:00:00", "2020-01-02T10:00:00"),
        ("2020-01-02T10:00:00-04:00", "2020-01-02T10:00:00-04:00"),
        ("2015-02-15 9:18:00", "2015-02-15T09:18:00"),
        ("2019-11-03 00:10::00 -03:00", "2019-11-03T00:10:00-03:00"),
        ("2020-05-20T0:00:00-08:00", "2020-05-20T00:00:00-08:00"),
        ("19 March 2019", "2019-03-19"),
        ("March 19, 2019", "2019-03-19"),
        ("Jan 5, 2020", "2020-01-05"),
        ("5th of January 2020", "2020-01-05"),
        ("March 2019", "2019-03-01"),
        ("Fri Sep  3 11:21:31 CEST 2021", "2021-09-03T11:21:31+02:00"),
        ("Sun, 05 Jan 2020 12:30:00 GMT", "2020-01-05T12:30:00+00:00"),
        ("Sun, 05 Jan 2020 12:30:00 -0800", "2020-01-05T12:30:00-08:00"),
        ("2020-01-05 12:30 PM", "2020-01-05T12:30:00"),
        ("2020-01-05 12:30:00 EST", "2020-01-05T12:30:00-05:00"),
        ("03-18-24", "2024-03-18"),
        ("03-12-2024", "2024-03-12"),
        ("18/03/2024", "2024-03-18"),
        ("24.12.2023", "2023-12-24"),
        ("1.2.99", "1999-02-01"),
    ],
)
def test_a_date_is_read(written: str, meant: str) -> None:
    assert parse_date(written).isoformat() == meant


def test_the_setting_tells_whether_day_or_month_comes_first() -> None:
    assert parse_date("03-12-24", "month") == dt.date(2024, 3, 12)
    assert parse_date("03-12-24", "day") == dt.date(2024, 12, 3)
    day_first = read_post("---\ndate: 03-12-24\n---\nText", date_order="day")
    assert day_first.date is not None
    assert day_first.date.text == "2024-12-03"


@pytest.mark.parametrize(
    "written",
    ["2017-02-29", "2020-13-01", "2020-01-01 25:00", "30-30-2020", "soon", "2020", "March", "", "9",
     "0000-01-01", "2020-01-01 10:00 +99:00", "31 February 2020", "1" * 5_000, "12:30",
     "٢٠٢٠-٠١-٠١"],
)  # fmt: skip
def test_what_names_no_day_is_refused(written: str) -> None:
    with pytest.raises(NotADate):
        parse_date(written)


@given(st.text(alphabet="0123456789-/.: TZ+JanuryMEST,apm", max_size=40))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        found = parse_date(text)
    except NotADate:
        return
    assert isinstance(found, dt.date)


@given(MOMENTS | AWARE)
def test_iso_8601_round_trips(moment: dt.datetime) -> None:
    assert parse_date(moment.isoformat()) == moment
    assert parse_date(str(moment)) == moment


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2024-01-11-slug.md", "2024-01-11"),
        ("blog/2024-01-11.md", "2024-01-11"),
        ("2024_01_11_slug.md", "2024-01-11"),
        ("20240111-slug.md", "2024-01-11"),
        ("2024-1-5-slug.md", "2024-01-05"),
        ("2024/01/11/slug.md", "2024-01-11"),
        ("2015/05-27-slug.md", "2015-05-27"),
        ("2019/2019-02-15-slug.md", "2019-02-15"),
        ("2024-01-11-slug/index.md", "2024-01-11"),
        ("2024-01-11 With spaces.md", "2024-01-11"),
    ],
)
def test_a_path_names_a_day(path: str, day: str) -> None:
    date = read_post("Text", path).date
    assert date is not None
    assert date.text == day


@pytest.mark.parametrize("path", ["2024/slug", "2024/01/slug", "v2024-01-11x", "123456789-x", "x"])
def test_other_numbers_in_a_path_are_no_day(path: str) -> None:
    assert date_in_path(path) is None


@pytest.mark.parametrize(
    "key",
    ["date", "Date", "published", "pubDate", "publishDate", "published_date", "publishedAt",
     "rss_pubdate", "created", "created_at", "datePublished"],
)  # fmt: skip
def test_a_date_goes_by_many_names(key: str) -> None:
    date = read_post(f"---\n{key}: 19 March 2019\n---\nText").date
    assert date is not None
    assert date.text == "2019-03-19"


@pytest.mark.parametrize("key", ["updated", "lastmod", "update", "lastUpdated", "modified"])
def test_a_change_goes_by_many_names(key: str) -> None:
    updated = read_post(f"---\n{key}: 2020-01-02\n---\nText").updated
    assert updated is not None
    assert updated.text == "2020-01-02"


def test_a_time_keeps_its_offset() -> None:
    date = read_post("---\ndate: 2024-01-11 21:30:00 -0300\n---\nText").date
    assert date is not None
    assert (date.text, date.is_day) == ("2024-01-11T21:30:00-03:00", False)


def test_the_front_matter_beats_the_file_name_which_beats_the_link() -> None:
    both = read_post("---\ndate: 2020-01-01\n---\nText", "2021-01-01-x.md").date
    link = read_post('+++\npath = "2024/02/19/x"\n+++\nText', "x.md").date
    named = read_post('+++\npath = "2024/02/19/x"\n+++\nText', "2021-01-01-x.md").date
    assert both and link and named  # noqa: PT018 (one fact: all are dated)
    assert [date.text for date in (both, link, named)] == ["2020-01-01", "2024-02-19", "2021-01-01"]


def test_toml_dates_of_every_type_are_read() -> None:
    for written, text in [
        ("2024-01-11", "2024-01-11"),
        ("2024-01-11T09:00:00Z", "2024-01-11T09:00:00+00:00"),
        ("2024-01-11T09:00:00", "2024-01-11T09:00:00"),
        ('"2024-01-11"', "2024-01-11"),
    ]:
        date = read_post(f"+++\ndate = {written}\n+++\nText").date
        assert date is not None
        assert date.text == text


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: x\ndate: 2017-02-29\n---\nText",
        "+++\ntitle = 'x'\ndate = 2017-02-29\n+++\nText",
    ],
)
def test_an_impossible_date_is_a_problem_and_the_post_is_served(text: str) -> None:
    document = read(text)
    assert document.post is not None
    assert document.post.date is None
    (problem,) = document.problems
    assert problem.line == 3
    assert "2017-02-29" in problem.reason
    assert problem.hint


def test_an_impossible_date_gives_way_to_the_file_name() -> None:
    document = read("---\ndate: tomorrow\n---\nText", "2024-01-11-x.md")
    assert document.post is not None
    assert document.post.date is not None
    assert document.post.date.text == "2024-01-11"
    assert len(document.problems) == 1


def test_an_impossible_day_in_a_file_name_is_a_problem() -> None:
    document = read("# Text", "2017-02-29-x.md")
    assert document.post is not None
    assert "2017-02-29" in document.problems[0].reason


def test_words_for_a_date_that_only_the_disk_knows_are_no_mistake() -> None:
    document = read("---\ndate: Last Modified\n---\n# Text", generator="eleventy")
    assert document.post is not None
    assert document.post.date is None
    assert not document.problems


@pytest.mark.parametrize("key", ["publish-on", "scheduledFor", "go_live", "visible from"])
def test_a_post_waits_for_the_day_that_it_is_set_for(key: str) -> None:
    document = read(f"---\ndate: 2020-01-01\n{key}: 2999-01-01\n---\nText")
    assert document.post is not None
    assert document.post.date is not None
    assert document.post.date.text == "2999-01-01"
    assert not document.problems


def test_the_later_of_date_and_publish_date_counts() -> None:
    """Hugo shows no post before its publishDate."""
    date = read_post("---\ndate: 2020-01-01\npublishDate: 2999-01-01\n---\nText").date
    assert date is not None
    assert date.text == "2999-01-01"


def test_a_last_update_may_name_its_author() -> None:
    updated = read_post("---\nlast_update:\n  date: 2020-01-02\n  author: ada\n---\nText").updated
    assert updated is not None
    assert updated.text == "2020-01-02"
    assert read_post("---\nlast_update:\n  author: ada\n---\nText").updated is None


@pytest.mark.parametrize(
    ("lines", "date", "updated"),
    [
        ("pubDatetime: 2022-09-23T15:22:00Z\nmodDatetime: 2023-01-02", "2022-09-23T15:22:00+00:00",
         "2023-01-02"),
        ("date:\n  created: 2024-01-31\n  updated: 2024-02-01", "2024-01-31", "2024-02-01"),
        ("date created: 2024-01-01\ndate modified: 2024-01-02", "2024-01-01", "2024-01-02"),
        ("date-created: 2024-01-01\nlast-modified: 2024-01-02", "2024-01-01", "2024-01-02"),
        ("publish-date: 2024-01-01\nLast_Updated: 2024-01-02", "2024-01-01", "2024-01-02"),
        ("published_time: 2024-01-01", "2024-01-01", None),
        ("datetime: 2024-01-01 10:00", "2024-01-01T10:00:00", None),
        ("date:\n  created: 2024-01-31", "2024-01-31", None),
        ('date: "[[2024-01-31]]"\nupdated: [[2024-02-01]]', "2024-01-31", "2024-02-01"),
        ('created: "[[2024-01-31 10:30|a Wednesday]]"', "2024-01-31T10:30:00", None),
    ],
)  # fmt: skip
def test_a_date_is_found_however_its_key_is_spelled(
    lines: str, date: str, updated: str | None
) -> None:
    post = read_post(f"---\n{lines}\n---\nText")
    assert post.date is not None
    assert post.date.text == date
    assert (post.updated and post.updated.text) == updated


@pytest.mark.parametrize("key", ["expiryDate", "unpublishdate", "expiry_date"])
def test_a_post_ends_when_its_author_says(key: str) -> None:
    assert read(f"---\ntitle: a\n{key}: 1970-01-02\n---\nText").expires == 86_400
    assert read("---\ntitle: a\n---\nText").expires is None


def test_a_mapping_that_holds_no_date_is_a_problem_of_its_own() -> None:
    (problem,) = read("---\ntitle: a\ndate:\n  created: [2024]\n---\nText").problems
    assert problem.reason == "date is not a date that exists: a list"
