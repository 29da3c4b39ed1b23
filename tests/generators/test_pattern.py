"""Link patterns that a blogger sets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.generators.common.pattern import PLACEHOLDERS, Pattern
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


DOCS = (Path(__file__).parents[2] / "docs/posts.md").read_text()
PATTERNS = DOCS.partition("### Patterns")[2].partition("### Generators")[0]


def told(pattern: str, slug: str | None = None) -> str | None:
    """The link of the post that the docs tell of."""
    blog = site({"hugo.toml": ""}, permalink=pattern)
    path = "content/notes/garden/2024-03-05-Spring_Bulbs.md"
    assert f"`{path}`" in PATTERNS
    meta = {"slug": slug} if slug else {}
    categories = ("Big news", "Soil")
    return blog.link(facts(blog, path, meta, date="2024-03-05", categories=categories))


def test_the_docs_tell_what_each_placeholder_gives() -> None:
    rows = dict(re.findall(r"^\| `\{(\w+)\}` \| .* \| `(.*)` \|$", PATTERNS, re.MULTILINE))
    assert list(rows) == list(PLACEHOLDERS)
    for name, value in rows.items():
        assert told(f"/a/{{{name}}}/{{slug}}") == f"/a/{value}/Spring_Bulbs", name


def test_the_docs_tell_what_patterns_give() -> None:
    rows = re.findall(r"^\| `(\S*\{\S*)` \| `(\S+)` \|$", PATTERNS, re.MULTILINE)
    assert len(rows) == 5
    for pattern, link in rows:
        assert told(pattern) == link, pattern
    assert told("/blog/{slug}/", "bulbs") == told("/blog/{slug}/", "a/bulbs/") == "/blog/bulbs/"
    assert told("/{name}", "bulbs") == "/Spring_Bulbs"
    assert told("{path}", "bulbs") == told("{path}")


def test_a_post_without_date_has_no_link_with_a_date() -> None:
    blog = site(generator="plain", permalink="/{year}/{slug}")
    assert blog.link(facts(blog, "x.md")) is None


def test_a_post_without_section_or_category_has_a_link_without_that_piece() -> None:
    blog = site(generator="plain", permalink="/b/{section}/{category}/{slug}/")
    assert blog.link(facts(blog, "x.md")) == "/b/x/"


def test_an_index_goes_by_the_name_of_its_folder() -> None:
    blog = site(generator="hugo", permalink="/{name}/")
    assert blog.link(facts(blog, "content/posts/x/index.md")) == "/x/"


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
