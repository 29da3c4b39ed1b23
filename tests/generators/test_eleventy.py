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


@pytest.mark.parametrize(
    ("permalink", "expected"),
    [
        ("/{{ page.inputPath }}/", "/src/blog/x.md/"),
        ("/{{ title | url_encode }}/", "/It's a title/"),
        ("/{{ page.fileSlug | replace: 'x', 'y' }}/z/", "/y/z/"),
        ("/{{ tags[0] }}/x/", "/post/x/"),
        ("/{{ tags[7] }}/x/", None),
        ("/{{ absent }}/x/", "/x/"),
        ("/{{ absent | default: 'dflt' }}/x/", "/dflt/x/"),
        ("/{{ title | default: 'dflt' | slugify }}/", "/its-a-title/"),
        ("/{{ absent | first }}/x/", "/x/"),
        ("/{{ given }}/x/", None),
        ("/{{ title | unknown }}/x/", None),
        ("{% if title %}/x/{% endif %}", None),
        ("https://other.example/x/", "/https:/other.example/x/"),
        ("/d/{{ page.date | date: '%Y-%m-%d' }}/", "/d/2024-03-06/"),
    ],
)
def test_what_templates_stand_for(permalink: str, expected: str | None) -> None:
    blog = site({**CONFIG, "src/_data/given.json": '{"x": 1}'})
    meta: dict[str, object] = {"permalink": permalink, "tags": ["post", "b"]}
    moment = "2024-03-05T23:30:00-05:00"
    link = blog.link(facts(blog, "src/blog/x.md", meta, title="It's a title", date=moment))
    assert (link and unquote(link).replace("+", " ")) == expected


def test_an_apostrophe_in_a_slug_depends_on_the_version() -> None:
    for version, expected in (("^2.0.1", "/it-s/"), ("^3.0.0", "/its/"), ("3", "/its/")):
        package = f'{{"devDependencies": {{"@11ty/eleventy": "{version}"}}}}'
        blog = site({**CONFIG, "package.json": package})
        meta: dict[str, object] = {"permalink": "/{{ title | slugify }}/"}
        assert blog.link(facts(blog, "src/x.md", meta, title="It's")) == expected


def test_nunjucks_escapes_what_it_fills_in() -> None:
    blog = site({".eleventy.js": 'module.exports = () => ({ markdownTemplateEngine: "njk" });'})
    for permalink, expected in (("{{ title }}", "/It&#39;s/"), ("{{ title | safe }}", "/It's/")):
        meta: dict[str, object] = {"permalink": f"/{permalink}/"}
        assert unquote(blog.link(facts(blog, "x.md", meta, title="It's")) or "") == expected


@pytest.mark.parametrize(
    "line",
    ["c.addUrlTransform(f);", 'c.addGlobalData("permalink", () => (d) => `/${d.page.fileSlug}/`);'],
)
def test_addresses_made_by_code_give_no_link(line: str) -> None:
    blog = site({".eleventy.js": f"module.exports = (c) => {{ {line} }};"})
    assert blog.link(facts(blog, "x.md")) is None


def test_what_the_configuration_ignores_has_no_page() -> None:
    script = 'module.exports = (c) => { c.ignores.add("src/titles/**"); };'
    blog = site({".eleventy.js": script, ".eleventyignore": "# no\nsrc/old\n*.draft.md\n"})
    ignored = "the site's configuration ignores it"
    assert blog.why_no_page(facts(blog, "src/titles/deep/x.md")) == ignored
    assert blog.why_no_page(facts(blog, "src/old/x.md")) == ignored
    assert blog.why_no_page(facts(blog, "x.draft.md")) == ignored
    assert blog.why_no_page(facts(blog, "src/older/x.md")) is None
    reason = blog.why_no_page(facts(blog, "src/x.markdown"))
    assert reason == "Eleventy reads no .markdown unless its configuration says so"


def test_letters_that_no_table_has_are_left_out_of_slugs() -> None:
    blog = site(CONFIG)
    meta: dict[str, object] = {"permalink": "/{{ title | slugify }}/x/"}
    assert blog.link(facts(blog, "src/x.md", meta, title="日本語 タイトル 2024")) == "/2024/x/"
