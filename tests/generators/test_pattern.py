"""Link patterns that a blogger sets."""

from __future__ import annotations

import re

import pytest

from bot.generators.common.pattern import Pattern
from tests.generators.sites import facts, site


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("/blog/{year}/{slug}/", "/blog/2024/mine/"),
        ("/{year}/{month}/{day}/{name}.html", "/2024/01/05/x.html"),
        ("{path}", "/notes/2024-01-05-x"),
        ("/{section}/{category}/{name}", "/notes/big-news/x"),
        ("https://other.example/{slug}", "https://other.example/mine"),
    ],
)
def test_every_placeholder(pattern: str, expected: str) -> None:
    blog = site(generator="plain", permalink=pattern)
    post = facts(
        blog,
        "notes/2024-01-05-x.md",
        {"slug": "mine"},
        date="2024-01-05",
        categories=("Big news", "other"),
    )
    assert blog.link(post) == expected


def test_a_post_without_date_has_no_link_with_a_date() -> None:
    blog = site(generator="plain", permalink="/{year}/{slug}")
    assert blog.link(facts(blog, "x.md")) is None


def test_a_post_without_section_or_category_has_a_link_without_that_piece() -> None:
    blog = site(generator="plain", permalink="/b/{section}/{category}/{slug}/")
    assert blog.link(facts(blog, "x.md")) == "/b/x/"


def test_sections_lie_below_the_content_folder() -> None:
    blog = site(generator="hugo", permalink="/{section}/{slug}")
    assert blog.link(facts(blog, "content/posts/x.md")) == "/posts/x"


def test_the_posts_own_link_beats_the_pattern() -> None:
    blog = site(generator="plain", permalink="/b/{slug}")
    assert blog.link(facts(blog, "x.md", {"permalink": "/mine/"})) == "/mine/"


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("/{nonsense}/{slug}", "{nonsense} is not a placeholder; there are {year} {month}"),
        ("/{}/{slug}", "{} is not a placeholder"),
        ("/{year/{slug}", "a brace is not closed"),
        ("/{slug}}", "a brace is not closed"),
        ("/blog/{year}/", "many posts the same link"),
    ],
)
def test_a_wrong_pattern_is_refused_with_a_reason(pattern: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        Pattern(pattern)
    with pytest.raises(ValueError, match=re.escape(reason)):
        site(permalink=pattern)


def test_month_and_day_may_lack_their_zero_and_a_slug_is_as_written() -> None:
    blog = site(permalink="/{year}/{i_month}/{i_day}/{slug}/")
    post = facts(blog, "2024-03-05-My_Post.md", date="2024-03-05")
    assert blog.link(post) == "/2024/3/5/My_Post/"
