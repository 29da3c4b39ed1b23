"""Links of MkDocs and of the blog of its Material theme."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from tests.generators.sites import facts, site

CONFIG = "site_url: https://example.org/\ntheme: {name: material}\nplugins:\n"


def link(
    path: str, title: str = "Title", options: str = "  - blog\n", **meta: object
) -> str | None:
    blog = site({"mkdocs.yml": f"{CONFIG}{options}", path: ""})
    assert (blog.generator, blog.url) == ("mkdocs", "https://example.org")
    found = blog.link(facts(blog, path, meta, title=title, date="2024-03-05"))
    return found and unquote(found)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Hello, World! It's C++", "hello-world-its-c"),
        ("Über Straße", "über-straße"),
        ("日本語", "日本語"),
        ("Upper Name", "upper-name"),
    ],
)
def test_a_post_has_its_day_and_title(title: str, slug: str) -> None:
    assert link("docs/blog/posts/sub/x.md", title) == f"/blog/2024/03/05/{slug}/"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("  - blog: {blog_dir: news}\n", "/news/2024/03/05/title/"),
        ("  - blog: {blog_dir: ., post_dir: posts}\n", "/2024/03/05/title/"),
        ("  - material/blog: {post_url_format: '{slug}', blog_dir: news}\n", "/news/title/"),
        ("  - blog: {post_url_format: '{file}', blog_dir: news}\n", "/news/x/"),
        ("  - blog: {post_url_date_format: yyyy/M, blog_dir: news}\n", "/news/2024/3/title/"),
        ("  - blog: {post_url_date_format: EEEE, blog_dir: news}\n", None),
        ("  - blog: {post_slugify: !!python/name:a.b , blog_dir: news}\n", None),
        ("  - search\n", "/news/posts/x/"),
    ],
)
def test_the_configuration_of_the_blog(options: str, expected: str | None) -> None:
    folder = "" if "blog_dir: ." in options else "news/"
    assert link(f"docs/{folder}posts/x.md", options=options) == expected


def test_slugs_and_pages() -> None:
    assert link("docs/blog/posts/x.md", slug="own-slug") == "/blog/2024/03/05/own-slug/"
    assert link("docs/about.md") == "/about/"
    assert link("docs/index.md") == "/"
    assert link("docs/about.md", options="  - blog\nuse_directory_urls: false\n") == "/about.html"


def test_the_extensions_are_part_of_the_dialect() -> None:
    config = "markdown_extensions:\n- admonition\n- toc: {permalink: true}\n"
    dialect = site({"mkdocs.yml": config}).dialect
    assert (dialect.markdown, dialect.extensions) == ("python-markdown", ("admonition", "toc"))
