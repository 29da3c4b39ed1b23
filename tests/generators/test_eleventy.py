"""Eleventy's links: https://www.11ty.dev/docs/permalinks/."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from tests.generators.sites import facts, site

CONFIG = {".eleventy.js": 'module.exports = () => ({ dir: { input: "src", output: "out" } });'}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/blog/x.md", "/blog/x/"),
        ("src/blog/2023-01-18-x.md", "/blog/2023-01-18-x/"),
        ("src/blog/x/index.md", "/blog/x/"),
        ("src/index.md", "/"),
        ("src/blog/x/x.md", "/blog/x/"),
        ("src/blog/x/2023-01-18-x.md", "/blog/x/2023-01-18-x/"),
        ("src/x.md", "/x/"),
        ("src/blog/2023/01/x.md", "/blog/2023/01/x/"),
    ],
)
def test_the_path_below_the_input_folder(path: str, expected: str) -> None:
    blog = site(CONFIG)
    assert blog.link(facts(blog, path)) == expected


@pytest.mark.parametrize(
    ("permalink", "expected"),
    [
        ("posts/a-year", "/posts/a-year"),
        ("/posts/a-year/", "/posts/a-year/"),
        ("/x/index.html", "/x/"),
        ("/404.html", "/404.html"),
        ("/b/{{ page.fileSlug }}/", "/b/x/"),
        ("{{ page.filePathStem }}.html", "/blog/x.html"),
        ("/b/{{title|slugify}}/", "/b/a-title/"),
        ("/b/{{ slug }}/", "/b/x/"),
        ('/{{ page.date | date: "%Y/%m/%d" }}/{{ page.fileSlug }}/', "/2023/01/18/x/"),
        ("/{{ page.date | date('yyyy/MM') }}/{{ page.fileSlug }}/", "/2023/01/x/"),
        ("/b/{{ section }}/{{ page.fileSlug | slug }}.html", "/b/notes/x.html"),
        (False, None),
        ("/{% if draft %}drafts{% endif %}/x/", None),
        ("/{{ page.fileSlug | myOwnFilter }}/", None),
        ("/{{ collections.posts[0].url }}/", None),
    ],
)
def test_permalinks_with_what_can_be_known_filled_in(
    permalink: object, expected: str | None
) -> None:
    blog = site(CONFIG)
    meta = {"permalink": permalink, "section": "Notes" if permalink is None else "notes"}
    assert blog.link(facts(blog, "src/blog/2023-01-18-x.md", meta, date="2023-01-18")) == expected


def test_a_permalink_with_a_date_needs_one() -> None:
    blog = site(CONFIG)
    meta = {"permalink": "/{{ page.date | date: '%Y' }}/"}
    assert blog.link(facts(blog, "src/x.md", meta)) is None


def test_directory_data_holds_for_all_below_and_the_nearest_wins() -> None:
    blog = site(
        {
            **CONFIG,
            "src/src.json": '{"layout": "base", "Author": "Ann"}',
            "src/blog/blog.11tydata.json": '{"permalink": "/b/{{ page.fileSlug }}/"}',
            "src/blog/old/old.11tydata.js": (
                "// permalink: '/no/'\n"
                "module.exports = { permalink: '/old/{{ page.fileSlug }}/', tags: ['post'] };"
            ),
            "src/blog/special.11tydata.json": '{"permalink": "/only-me/"}',
        },
    )
    assert blog.defaults("src/x.md") == {"layout": "base", "author": "Ann"}
    assert blog.link(facts(blog, "src/blog/2023-01-18-x.md")) == "/b/x/"
    assert blog.link(facts(blog, "src/blog/old/x.md")) == "/old/x/"
    assert blog.link(facts(blog, "src/blog/special.md")) == "/only-me/"
    assert blog.link(facts(blog, "src/blog/x.md", {"permalink": "/mine/"})) == "/mine/"


def test_directory_data_of_the_posts_folder_and_above_it() -> None:
    blog = site(
        {
            "blog.json": '{"permalink": "/b/{{ page.fileSlug }}.html"}',
            "../src.json": '{"lang": "de"}',
        },
        "eleventy",
        inside="src/blog",
    )
    assert blog.link(facts(blog, "x.md")) == "/b/x.html"
    assert blog.defaults("x.md")["lang"] == "de"


def test_the_address_is_often_in_the_global_data() -> None:
    blog = site(
        {**CONFIG, "src/_data/metadata.json": '{"url": "https://example.org/", "language": "en"}'}
    )
    assert (blog.generator, blog.url, blog.language) == ("eleventy", "https://example.org", "en")


def test_the_address_may_be_in_a_data_script() -> None:
    script = "export default { title: 'x', url: 'https://example.org/', language: 'de' };"
    blog = site({**CONFIG, "src/_data/metadata.js": script})
    assert (blog.url, blog.language) == ("https://example.org", "de")


@pytest.mark.parametrize(
    "script",
    [
        "export default { permalink: (data) => data.x }",
        "export default { permalink(data) { return data.x } }",
        "module.exports = { eleventyComputed: { permalink: data => `/${data.x}/` } }",
    ],
)
def test_a_permalink_that_a_script_computes_is_not_guessed(script: str) -> None:
    blog = site({**CONFIG, "src/a/a.11tydata.js": script})
    assert blog.link(facts(blog, "src/a/x.md")) is None
    assert blog.link(facts(blog, "src/a/x.md", {"permalink": "/mine/"})) == "/mine/"
    assert blog.link(facts(blog, "src/b/x.md")) == "/b/x/"


def test_computed_data_of_the_front_matter_wins() -> None:
    blog = site(CONFIG)
    meta = {"permalink": "/a/", "eleventycomputed": {"permalink": "/{{ title | slugify }}/"}}
    assert blog.link(facts(blog, "src/x.md", meta)) == "/a-title/"


def test_broken_directory_data_is_a_problem_with_its_path() -> None:
    blog = site({"blog/blog.json": "{", "blog/x.md": ""}, "eleventy")
    assert [problem.path for problem in blog.problems] == ["blog/blog.json"]
    assert blog.link(facts(blog, "blog/x.md")) == "/blog/x/"


@pytest.mark.parametrize(
    ("title", "slugify", "slug"),
    [
        ("Hello, World! It's C++ & C#", "hello-world-its-c-and-c", "hello-world!-it's-c++-and-c"),
        ("Über Straße naïve", "ueber-strasse-naive", "uber-strasse-naive"),
        ("CamelCaseName fooBar", "camelcasename-foobar", "camelcasename-foobar"),
        ("$5 @home 100%", "5-home-100", "dollar5-@home-100percent"),
        ("a_b_c", "a-b-c", "a_b_c"),
        ("v1.2.3 release", "v1-2-3-release", "v1.2.3-release"),
        ("a/b slash", "a-b-slash", "ab-slash"),
        ("Dots... and 1.2.3", "dots-and-1-2-3", "dots...-and-1.2.3"),
    ],
)
def test_two_filters_make_slugs(title: str, slugify: str, slug: str) -> None:
    """As Eleventy 3 wrote them."""
    blog = site({".eleventy.js": ""})
    for name, expected in (("slugify", slugify), ("slug", slug)):
        meta = {"permalink": f"/p/{{{{ title | {name} }}}}/"}
        found = blog.link(facts(blog, "x.md", meta, title=title))
        assert found is not None
        assert unquote(found) == f"/p/{expected}/"


def test_the_site_may_lie_below_a_prefix() -> None:
    files = {".eleventy.js": "return { pathPrefix: '/sub/' }",
             "_data/site.json": '{"url": "https://example.org"}'}  # fmt: skip
    assert site(files).url == "https://example.org/sub"
