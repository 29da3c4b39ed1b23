"""Addresses that show in the posts' links to each other."""

from __future__ import annotations

import pytest

from tests.generators.sites import facts, site

NAMES = ("apples", "pears", "plums", "figs")


def blog(folder: str, links: str) -> dict[str, str]:
    """Posts that all link to each other, as ``links`` says with the name in it."""
    text = " ".join(f"[{name}]({links.replace('NAME', name)})" for name in NAMES)
    return {f"{folder}{name}.md": text for name in NAMES}


@pytest.mark.parametrize(
    ("generator", "folder", "links", "expected"),
    [
        ("gatsby", "content/b/2018-03-27-", "/b/2018/03/27/NAME.html", "/b/2018/03/27/x.html"),
        ("gatsby", "content/blog/2018-03-27-", "/2018/03/NAME/", "/2018/03/x/"),
        ("eleventy", "src/blog/", "/blog/NAME", "/blog/x"),
        ("next", "data/blog/2018-03-27-", "/blog/NAME/#part", "/blog/x/"),
        ("next", "data/blog/2018-03-27-", "/blog/2018-03-27-NAME?a=b", "/blog/2018-03-27-x"),
        ("plain", "notes/", "/n/NAME.html", "/n/x.html"),
        ("hugo", "content/posts/2018-03-27-", "/2018/03/NAME/", "/2018/03/x/"),
        ("jekyll", "_posts/2018-03-27-", "/posts/NAME", "/posts/x"),
        ("astro", "src/content/blog/", "https://elsewhere.example/NAME", "/blog/x/"),
    ],
)  # fmt: skip
def test_posts_that_link_to_each_other_show_the_rule(
    generator: str, folder: str, links: str, expected: str
) -> None:
    found = site({**blog(folder, links), f"{folder}x.md": ""}, generator)
    post = facts(found, f"{folder}x.md", date="2018-03-27")
    assert found.link(post) == expected


def test_each_section_has_its_own_pattern() -> None:
    files = {**blog("src/blog/", "/writing/NAME"), "src/docs/x.md": "[a](/docs/y/)"}
    found = site(files, "eleventy")
    assert found.link(facts(found, "src/blog/x.md")) == "/writing/x"
    assert found.link(facts(found, "src/docs/x.md")) == "/docs/x/"


def test_a_few_links_or_mixed_ones_prove_nothing() -> None:
    few = site({"src/blog/a.md": "[b](/b) [b](/b)", "src/blog/b.md": ""}, "eleventy")
    assert few.link(facts(few, "src/blog/b.md")) == "/blog/b/"
    mixed = dict(blog("src/blog/", "/writing/NAME"))
    mixed |= {f"src/blog/more-{name}.md": f"[it](/blog/{name}/) " * 4 for name in NAMES}
    found = site(mixed, "eleventy")
    assert found.link(facts(found, "src/blog/figs.md")) == "/blog/figs/"


def test_what_is_configured_beats_what_was_learned() -> None:
    files = {**blog("_posts/2018-03-27-", "/old/NAME"), "_config.yml": "permalink: /:title/"}
    found = site(files)
    assert found.link(facts(found, "_posts/2018-03-27-figs.md", date="2018-03-27")) == "/figs/"


def test_the_posts_own_link_slug_and_a_set_pattern_beat_what_was_learned() -> None:
    files = blog("src/blog/", "/writing/NAME")
    found = site(files, "eleventy")
    assert found.link(facts(found, "src/blog/figs.md", {"permalink": "/f/"})) == "/f/"
    assert found.link(facts(found, "src/blog/figs.md", {"slug": "fig-tree"})) == "/writing/fig-tree"
    chosen = site(files, "eleventy", permalink="/p/{slug}/")
    assert chosen.link(facts(chosen, "src/blog/figs.md")) == "/p/figs/"


def test_the_fingerprint_tells_changed_links() -> None:
    one = site(blog("src/blog/", "/writing/NAME"), "eleventy")
    other = site(blog("src/blog/", "/words/NAME"), "eleventy")
    assert one.fingerprint != other.fingerprint


def test_many_links_to_one_post_are_one_post() -> None:
    files = {f"src/blog/{name}.md": "[it](/writing/figs)" for name in NAMES}
    found = site(files, "eleventy")
    assert found.link(facts(found, "src/blog/pears.md")) == "/blog/pears/"


def test_folders_below_a_section_are_part_of_the_pattern() -> None:
    files = {
        **blog("src/notes/fruit/", "/n/fruit/NAME"),
        "src/notes/nuts/walnut.md": "[hazel](/n/nuts/hazel)",
        "src/notes/nuts/hazel.md": "",
        "src/notes/herbs/mint.md": "",
    }
    found = site(files, "eleventy")
    assert found.link(facts(found, "src/notes/fruit/figs.md")) == "/n/fruit/figs"
    assert found.link(facts(found, "src/notes/herbs/mint.md")) == "/n/herbs/mint"


def test_what_contradicts_a_sibling_folder_holds_for_its_own_folder_only() -> None:
    files = {
        **blog("src/notes/fruit/", "/fruit-of-mine/NAME"),
        "src/notes/nuts/walnut.md": "[hazel](/nuts/hazel.html)",
        "src/notes/nuts/hazel.md": "",
        "src/notes/herbs/mint.md": "",
    }
    found = site(files, "eleventy")
    assert found.link(facts(found, "src/notes/fruit/figs.md")) == "/fruit-of-mine/figs"
    assert found.link(facts(found, "src/notes/herbs/mint.md")) is None
    assert found.link(facts(found, "src/notes/nuts/walnut.md")) is None
    own = facts(found, "src/notes/herbs/mint.md", {"permalink": "/mint/"})
    assert found.link(own) == "/mint/"
