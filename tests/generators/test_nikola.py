"""Nikola's links, and the comments that its posts begin with."""

from __future__ import annotations

import pytest

from tests.generators.sites import facts, site
from tests.reading.desk import read, read_post

CONF = """
SITE_URL = "https://example.org/"
TIMEZONE = "Europe/Paris"
POSTS = (("posts/*.md", "blog", "post.tmpl"), ("posts/*.rst", "blog", "post.tmpl"))
PAGES = (("pages/*.md", "", "page.tmpl"),)
"""


@pytest.mark.parametrize(
    ("path", "meta", "more", "expected"),
    [
        ("posts/one.md", {"slug": "one-slug"}, "", "/blog/one-slug/"),
        ("posts/Two Words.md", {}, "", "/blog/two-words/"),
        ("posts/2024/three.md", {}, "", "/blog/2024/three/"),
        ("pages/about.md", {}, "", "/about/"),
        ("posts/one.md", {}, "PRETTY_URLS = False", "/blog/one.html"),
        ("elsewhere/one.md", {}, "", None),
        ("posts/one.md", {}, "POSTS = posts_of(x)\nPAGES = ()", None),
        ("posts/\u65e5\u672c.md", {}, "", "/blog/ri-ben/"),
        ("posts/under_score.md", {}, "", "/blog/under_score/"),
        ("posts/c++ & d.md", {}, "", "/blog/c++-d/"),
        ("posts/foo.bar v1.2.md", {}, "", "/blog/foobar-v12/"),
        ("posts/\u0429\u0438.md", {}, "", "/blog/shchi/"),
        ("posts/\u05d0.md", {}, "", None),
        ("posts/My Post?.md", {}, "USE_SLUGIFY = False", "/blog/My%20Post-/"),
        ("posts/x.md", {"slug": "index"}, "", "/blog/index.html"),
        ("notes/x.md", {}, "POSTS = (('notes/*.md', 'n', ''),) + POSTS", "/n/x/"),
        ("posts/x.md", {}, "POSTS = (('notes/*.md', 'n', ''),) + POSTS", "/blog/x/"),
        ("posts/x.md", {}, "POSTS += (('notes/*.md', 'n', ''),)", "/blog/x/"),
        ("notes/x.md", {}, "POSTS += (('notes/*.md', 'n', ''),)", "/n/x/"),
        ("notes/x.md", {}, "POSTS += more()", None),
    ],
)
def test_links(path: str, meta: dict[str, object], more: str, expected: str | None) -> None:
    blog = site({"conf.py": CONF + more, path: ""})
    assert (blog.generator, blog.url, str(blog.zone)) == (
        "nikola",
        "https://example.org",
        "Europe/Paris",
    )
    assert blog.link(facts(blog, path, meta)) == expected


def test_a_conf_of_something_else_is_not_nikolas() -> None:
    assert site({"conf.py": "project = 'x'\nextensions = []\n", "x.md": "# X"}).generator == "plain"


def test_a_comment_is_front_matter() -> None:
    head = ".. title: One\n.. slug: one\n.. date: 2024-03-05 10:00:00 UTC\n.. tags: a, b\n"
    text = f"<!--\n{head}-->\n\nText"
    post = read_post(text, "posts/x.md", "nikola")
    assert (post.title, post.slug, post.tags, post.summary) == ("One", "one", ("a", "b"), "Text")
    assert post.date is not None
    assert post.date.text == "2024-03-05T10:00:00+00:00"
    assert read_post(text.replace("-->", ".. status: draft\n-->"), "a.md", "nikola").draft
    assert read("<!-- .. title: no -->\n\n# Yes").post is not None


@pytest.mark.parametrize(
    ("files", "generator"),
    [
        ({"svelte.config.js": ""}, "sveltekit"),
        ({"nuxt.config.ts": ""}, "nuxt"),
        ({"bridgetown.config.yml": ""}, "bridgetown"),
        ({"_config.ts": ""}, "lume"),
        ({"package.json": '{"devDependencies": {"vitepress": "1"}}'}, "vitepress"),
        ({".vuepress": ""}, "vuepress"),
    ],
)
def test_other_generators_are_recognised_and_link_by_the_posts_own_word(
    files: dict[str, str], generator: str
) -> None:
    blog = site({**files, "posts/x.md": "# X"})
    assert blog.generator == generator
    assert blog.link(facts(blog, "posts/x.md")) is None
    assert blog.link(facts(blog, "posts/x.md", {"permalink": "/own/"})) == "/own/"
