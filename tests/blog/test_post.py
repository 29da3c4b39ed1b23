"""Links and dates of posts, as every room relies on them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.post import Post, PostDate, is_web_url, on_site, post_key


@pytest.mark.parametrize(
    ("link", "site", "shown"),
    [
        ("/x/", "https://example.org", "https://example.org/x/"),
        ("x/", "https://example.org/", "https://example.org/x/"),
        ("/x/", "https://example.org/blog", "https://example.org/blog/x/"),
        ("https://else.where/x", "https://example.org", "https://else.where/x"),
        ("//cdn.example.org/x", "https://example.org", "https://cdn.example.org/x"),
        (None, "https://example.org", None),
    ],
)
def test_a_path_is_joined_to_the_site(link: str | None, site: str, shown: str | None) -> None:
    assert on_site(link, site) == shown


def test_without_a_site_url_a_post_has_no_url() -> None:
    post = Post(path="a.md", slug="a", title="A", link="/a/", image="/a.png")
    assert (post.on_site(None).url, post.on_site(None).image_url) == (None, None)
    shown = post.on_site("https://example.org")
    assert (shown.url, shown.image_url) == ("https://example.org/a/", "https://example.org/a.png")


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://", "data:x", "http://[", "", None]
)
def test_only_web_addresses_are_links(link: str | None) -> None:
    assert not is_web_url(link)


@given(st.text())
def test_any_text_may_be_asked_whether_it_is_a_link(text: str) -> None:
    assert is_web_url(text) in {True, False}


def test_a_day_stays_a_day_and_a_moment_keeps_its_offset() -> None:
    day = PostDate.of(dt.date(2024, 1, 11))
    assert (day.text, day.instant, day.is_day) == ("2024-01-11", 1704931200, True)
    zone = dt.timezone(dt.timedelta(hours=-3))
    moment = PostDate.of(dt.datetime(2024, 8, 9, 21, 30, tzinfo=zone))
    assert (moment.text, moment.is_day) == ("2024-08-09T21:30:00-03:00", False)
    assert moment.instant == 1723249800
    assert PostDate.of(dt.datetime(2024, 8, 9, 21, 30), zone).instant == moment.instant  # noqa: DTZ001


@given(st.one_of(st.dates(), st.datetimes(timezones=st.none() | st.timezones())))
def test_every_date_has_an_instant(value: dt.date) -> None:
    assert PostDate.of(value).day == value if type(value) is dt.date else True
    assert isinstance(PostDate.of(value).instant, int)


def test_the_key_of_a_post_is_short_and_its_own() -> None:
    keys = {post_key(path) for path in ("a.md", "b.md", "ä.md", "x" * 5000, "\udcff.md")}
    assert len(keys) == 5
    assert all(len(key) == 12 for key in keys)
    assert Post(path="a.md", slug="renamed", title="Edited").key == post_key("a.md")
