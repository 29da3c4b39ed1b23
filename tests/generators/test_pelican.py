"""Pelican's links: https://docs.getpelican.com/en/latest/settings.html."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.generators.common.generator import PageFacts
from bot.generators.common.site import Site
from tests.generators.sites import facts, site

CONF = """
import os
SITEURL = ''
PATH = 'content'
TIMEZONE = 'Europe/Paris'
DEFAULT_LANG = 'en'
AUTHOR = 'Ann Example'
COMPUTED = os.environ['HOME']
"""


DAILY = "ARTICLE_URL = 'blog/{date:%Y}/{date:%m}/{date:%d}/{slug}/'"
BY_CATEGORY = "ARTICLE_URL = '{category}/{slug}'"
BY_AUTHOR = "ARTICLE_URL = '{author}/{lang}/{slug}'"


@pytest.mark.parametrize(
    ("setting", "path", "meta", "expected"),
    [
        ("", "content/x.md", {}, "/a-title-more.html"),
        ("", "content/x.md", {"slug": "mine"}, "/mine.html"),
        ("", "content/x.md", {"url": "blog/own/"}, "/blog/own/"),
        ("", "content/x.md", {"lang": "fr"}, "/a-title-more-fr.html"),
        ("", "content/pages/about.md", {}, "/pages/a-title-more.html"),
        (
            "SLUGIFY_SOURCE = 'basename'",
            "content/2024-03-09-My_File.md",
            {},
            "/2024-03-09-my_file.html",
        ),
        (DAILY, "content/x.md", {}, "/blog/2024/03/09/a-title-more/"),
        (BY_CATEGORY, "content/Big News/x.md", {}, "/big-news/a-title-more"),
        (BY_CATEGORY, "content/x.md", {"category": "C & D"}, "/c-d/a-title-more"),
        (BY_CATEGORY, "content/x.md", {}, "/misc/a-title-more"),
        (BY_AUTHOR, "content/x.md", {}, "/ann-example/en/a-title-more"),
        ("ARTICLE_URL = '{nonsense}/{slug}'", "content/x.md", {}, None),
        ("ARTICLE_URL = os.path.join('a', '{slug}')", "content/x.md", {}, None),
    ],
)
def test_article_urls(
    setting: str, path: str, meta: dict[str, object], expected: str | None
) -> None:
    blog = site({"pelicanconf.py": f"{CONF}\n{setting}"})
    post = facts(
        blog,
        path,
        {"title": "x", **meta},
        title="A Title: & More!",
        date="2024-03-09",
    )
    assert blog.link(post) == expected


def test_the_address_is_in_the_configuration_for_publishing() -> None:
    blog = site({"pelicanconf.py": CONF, "publishconf.py": "SITEURL = 'https://example.org'"})
    assert (blog.generator, blog.url, blog.language) == ("pelican", "https://example.org", "en")


def test_dates_without_zone_are_read_in_the_sites() -> None:
    blog = site({"pelicanconf.py": CONF})
    assert str(blog.zone) == "Europe/Paris"


def test_a_broken_configuration_is_a_problem() -> None:
    blog = site({"pelicanconf.py": "PATH = ", "content/x.md": ""})
    assert [problem.path for problem in blog.problems] == ["pelicanconf.py"]


def test_the_configuration_is_not_executed(tmp_path_factory: pytest.TempPathFactory) -> None:
    trap = tmp_path_factory.mktemp("trap") / "executed"
    site({"pelicanconf.py": f"open({str(trap)!r}, 'w')\nSITEURL = open({str(trap)!r}, 'w').name"})
    assert not trap.exists()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{static}/images/x.png", "/images/x.png"),
        ("{static}x.png", "/news/x.png"),
        ("images/x.png", "/images/x.png"),
    ],
)
def test_covers_from_static_files(value: str, expected: str) -> None:
    blog = site({"pelicanconf.py": CONF})
    assert blog.image(facts(blog, "content/news/x.md"), value) == expected


ROWS = (Path(__file__).parent / "pelican_slugs.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("row", ROWS)
def test_slugs_are_those_that_pelican_makes(row: str) -> None:
    """Title, and its slug by default, with its case, in Unicode, as Pelican 4.12 wrote them."""
    title, *slugs = row.split("\t")
    settings = ("", "SLUGIFY_PRESERVE_CASE = True", "SLUGIFY_USE_UNICODE = True")
    for setting, slug in zip(settings, slugs, strict=True):
        blog = site({"pelicanconf.py": f"{CONF}\n{setting}\n"})
        post = facts(blog, "content/x.md", {"title": title}, title=title, date="2024-03-09")
        found = blog.link(post)
        assert (found and unquote(found)) == (None if slug == "-" else f"/{slug}.html")


@pytest.mark.parametrize(
    ("settings", "path", "expected"),
    [
        (r"FILENAME_METADATA = r'(?P<date>\d{4}-\d\d-\d\d)_(?P<slug>.*)'",
         "content/2024-03-09_my-own.md", "/my-own.html"),
        (r"PATH_METADATA = r'(?P<category>.*?)/(?P<slug>[^.]*)'", "content/a/b.md", "/b.html"),
        ("SLUG_REGEX_SUBSTITUTIONS = [(r'[^\\w\\s-]', ''), (r'\\s+', '_')]", "content/x.md",
         "/a_title.html"),
        ("ARTICLE_URL = f'{BASE}/{{slug}}/'", "content/x.md", None),
        ("ARTICLE_PATHS = ['blog']", "content/x.md", None),
        ("ARTICLE_PATHS = ['blog']", "content/blog/x.md", "/a-title.html"),
        ("ARTICLE_EXCLUDES = ['old']", "content/old/x.md", None),
    ],
)  # fmt: skip
def test_settings_that_decide_about_slugs(settings: str, path: str, expected: str | None) -> None:
    blog = site({"pelicanconf.py": f"{CONF}\n{settings}\n"})
    assert blog.link(facts(blog, path, {"title": "A title"}, date="2024-03-09")) == expected


def test_an_article_needs_a_date_and_a_title() -> None:
    blog = site({"pelicanconf.py": CONF})
    assert blog.why_no_page(facts(blog, "content/x.md", {"title": "x"})) is not None
    assert blog.why_no_page(facts(blog, "content/x.md", date="2024-03-09")) is not None
    dated = site({"pelicanconf.py": f"{CONF}\nDEFAULT_DATE = 'fs'\n"})
    assert dated.why_no_page(facts(dated, "content/x.md", {"title": "x"})) is None


def test_what_is_published_is_configured_by_publishconf() -> None:
    files = {"pelicanconf.py": CONF, "publishconf.py": "ARTICLE_URL = '{slug}/'"}
    blog = site(files)
    assert blog.link(facts(blog, "content/x.md", {"title": "x"}, date="2024-03-09")) == "/a-title/"


def article(
    blog: Site, meta: dict[str, object] | None = None, *, title: str = "A title"
) -> PageFacts:
    own = {"title": title, "date": "2024-03-05"} | (meta or {})
    return facts(blog, "content/x.md", own, title=title, date="2024-03-05")


def test_text_that_is_put_together_from_constants_is_known() -> None:
    for value in ('PREFIX + "/{slug}/"', 'f"{PREFIX}/{{slug}}/"'):
        blog = site({"pelicanconf.py": f'PREFIX = "blog"\nARTICLE_URL = {value}\n'})
        post = article(blog)
        assert blog.link(post) == "/blog/a-title/"


def test_a_file_saved_elsewhere_than_links_lead_has_no_link() -> None:
    blog = site({"pelicanconf.py": ""})
    post = article(blog, {"save_as": "only/save.html"})
    assert blog.link(post) is None
    both = article(blog, {"save_as": "only/save.html", "url": "only/save.html"})
    assert blog.link(both) == "/only/save.html"


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"authors": "Doe, Jane; Roe, John"}, "/doe-jane/a-title/"),
        ({"authors": "Jane Doe, John Roe"}, "/jane-doe/a-title/"),
        ({"author": "Doe, Jane"}, "/doe-jane/a-title/"),
        ({}, "/a-n-other/a-title/"),
    ],
)
def test_authors_are_separated_as_pelican_does(meta: dict[str, object], expected: str) -> None:
    conf = 'AUTHOR = "A N Other"\nARTICLE_URL = "{author}/{slug}/"\n'
    blog = site({"pelicanconf.py": conf})
    assert blog.link(article(blog, meta)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("05.03.2024", "2024/05/03"), ("03/04/2024", "2024/03/04"), ("25.03.2024", "2024/03/25")],
)
def test_a_date_of_numbers_has_the_month_first(written: str, expected: str) -> None:
    blog = site({"pelicanconf.py": 'ARTICLE_URL = "{date:%Y/%m/%d}/{slug}/"\n'})
    post = article(blog, {"date": written})
    assert blog.link(post) == f"/{expected}/a-title/"


def test_metadata_for_all_articles_and_future_dates() -> None:
    blog = site({"pelicanconf.py": 'DEFAULT_METADATA = {"Status": "draft"}\n'})
    assert blog.defaults("content/x.md") == {"status": "draft"}
    assert blog.rule.publishes_future
    assert not site({"pelicanconf.py": "WITH_FUTURE_DATES = False\n"}).rule.publishes_future


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("What? <tag>", "what"),
        ("ёлка", "iolka"),
        ("Ξένος", "ksenos"),
        ("10 € £ ©", "10-eur-ps-c"),
        ("a ♥ b", "a-hearts-b"),
        ("a ♔ b", None),
        ("שלום", None),
        ("½ x² №5", "12-x2-no5"),
        ("안녕 세상", "annyeong-sesang"),
    ],
)
def test_letters_and_signs_as_unidecode_spells_them(title: str, slug: str | None) -> None:
    blog = site({"pelicanconf.py": ""})
    link = blog.link(article(blog, title=title))
    assert link == (slug and f"/{slug}.html")


@pytest.mark.parametrize(("pattern", "expected"), [("{slug}", None), ("{slug}.html", "/.html")])
def test_a_title_of_signs_alone_is_not_the_front_page(pattern: str, expected: str | None) -> None:
    blog = site({"pelicanconf.py": f"ARTICLE_URL = '{pattern}'"})
    assert blog.link(article(blog, title="???")) == expected
