"""Hexo's links, as Hexo 8 wrote them."""

from __future__ import annotations

import pytest

from tests.generators.sites import facts, site

PACKAGE = '{"dependencies": {"hexo": "^8"}}'


def link(
    path: str, config: str = "", *, date: str | None = "2024-03-05", **meta: object
) -> str | None:
    files = {"_config.yml": f"url: https://example.org\n{config}", "package.json": PACKAGE}
    blog = site({**files, path: ""})
    assert blog.generator == "hexo"
    title = str(meta.pop("title", "A title"))
    return blog.link(facts(blog, path, meta, date=date, title=title))


NEW_NAME = "permalink: :year/:title/\nnew_post_name: :year-:month-:day-:title.md\n"


@pytest.mark.parametrize(
    ("name", "default", "by_name", "new_name"),
    [
        ("plain", "plain", "plain", "plain"),
        ("UPPER Case", "UPPER%20Case", "UPPER%20Case", "UPPER-Case"),
        ("dots.v1.2", "dots.v1.2", "dots.v1.2", "dots-v1-2"),
        ("under_score", "under_score", "under_score", "under-score"),
        ("double--dash", "double--dash", "double--dash", "double-dash"),
        ("trailing-", "trailing-", "trailing-", "trailing"),
        ("c++", "c++", "c++", "c"),
        ("quote's", "quote's", "quote's", "quote-s"),
        ("ünï", "%C3%BCn%C3%AF", "%C3%BCn%C3%AF", "uni"),
        ("日本語",) + ("%E6%97%A5%E6%9C%AC%E8%AA%9E",) * 3,
        ("sub/deep", "sub/deep", "deep", "sub-deep"),
        ("2024-01-02-dated", "2024-01-02-dated", "2024-01-02-dated", "dated"),
    ],
)
def test_names(name: str, default: str, by_name: str, new_name: str) -> None:
    path = f"source/_posts/{name}.md"
    assert link(path) == f"/2024/03/05/{default}/"
    assert link(path, "permalink: :category/:name/\n") == f"/uncategorized/{by_name}/"
    assert link(path, NEW_NAME) == f"/2024/{new_name}/"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("permalink: posts/:title.html\n", "/posts/cat.html"),
        ("permalink: :year/:i_month/:i_day/:post_title/\n", "/2024/3/5/two-words/"),
        ("permalink: :category/:title/\n", "/One/Two-Words/cat/"),
        ("permalink: :category/:title/\ncategory_map: {two words: zwei}\n", "/One/zwei/cat/"),
        ("permalink: :lang/:title/\npermalink_defaults: {lang: en}\n", "/en/cat/"),
        ("permalink: :lang/:title/\n", None),
        ("permalink: :title.html\npretty_urls: {trailing_html: false}\n", "/cat"),
    ],
)
def test_permalinks(config: str, expected: str | None) -> None:
    found = link(
        "source/_posts/cat.md", config, title="Two words!", categories=["One", "Two Words"]
    )
    assert found == expected


def test_a_hash_is_of_name_and_moment() -> None:
    found = link("source/_posts/plain.md", "permalink: p/:hash.html\n", date="2024-03-05T10:00:00")
    assert found == "/p/62609d11377d.html"


def test_the_day_of_a_moment_with_an_offset_is_that_of_utc() -> None:
    path = "source/_posts/late.md"
    assert link(path, date="2024-03-05T23:30:00-05:00") == "/2024/03/06/late/"


def test_pages_and_links_of_the_posts_own() -> None:
    assert link("source/_posts/perm.md", permalink="/own/link/") == "/own/link/"
    assert link("source/about/index.md") == "/about/index.html"
    pretty = "pretty_urls: {trailing_index: false}\n"
    assert link("source/about/index.md", pretty) == "/about/"


def test_the_folder_of_posts_alone_has_the_same_links() -> None:
    files = {"../../_config.yml": "url: https://example.org\n", "../../package.json": PACKAGE}
    blog = site({**files, "x.md": ""}, inside="source/_posts")
    assert blog.link(facts(blog, "x.md", date="2024-03-05")) == "/2024/03/05/x/"


def test_jekyll_stays_jekyll() -> None:
    assert site({"_config.yml": "url: https://x.org"}).generator == "jekyll"
    assert site({"_config.yml": "new_post_name: :title.md"}).generator == "hexo"
