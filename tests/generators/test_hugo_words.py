"""Hugo's words in links: each line's slug or title, and what Hugo 0.168 made of it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.generators.sites import facts, site

LINES = Path(__file__).with_name("hugo_words.txt").read_text("utf-8").splitlines()
BARE = 'baseURL = "https://example.org"\n'
POST = "content/p/x.md"


def made(config: str, meta: dict[str, object]) -> str:
    blog = site({"hugo.toml": BARE + config})
    link = blog.link(facts(blog, POST, {"date": "2024-01-02", **meta}, date="2024-01-02"))
    assert link is not None
    return unquote(link)


def token(name: str) -> str:
    return f'[permalinks]\np = "/z/:{name}/"\n'


@pytest.mark.parametrize("line", LINES)
def test_slugs_and_titles_are_those_that_hugo_makes(line: str) -> None:
    written, alone, slug, title = line.split("\t")
    written = written.replace("␣", " ")
    assert made("", {"title": "n", "slug": written}) == f"/p/{alone}/"
    assert made(token("slug"), {"title": "n", "slug": written}) == f"/z/{slug}/"
    assert made(token("slugorfilename"), {"title": "n", "slug": written}) == f"/z/{slug}/"
    assert made(token("title"), {"title": written}) == f"/z/{title}/"


NAMES = {
    "two  spaces": ("two--spaces", "two-spaces"),
    "space - dash": ("space---dash", "space-dash"),
    "a – b": ("a--b", "a-b"),
    "c++": ("c++", "c"),
    "plus+sign": ("plus+sign", "plus-sign"),
    "percent%20x": ("percent x", "percent-x"),
    "100%": ("100", "100"),
    "naïve café": ("naïve-café", "naïve-café"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_keeps_each_blank_but_in_a_token(name: str) -> None:
    alone, in_token = NAMES[name]
    for config, expected in (("", f"/p/{alone}/"), (token("filename"), f"/z/{in_token}/")):
        blog = site({"hugo.toml": BARE + config})
        assert unquote(blog.link(facts(blog, f"content/p/{name}.md")) or "") == expected


def test_accents_may_be_removed() -> None:
    blog = site({"hugo.toml": f"{BARE}removePathAccents = true\n"})
    for name, expected in {"ñandú": "nandu", "Ελληνικά": "ελληνικα", "हिन्दी": "हिनदी"}.items():
        assert unquote(blog.link(facts(blog, f"content/p/{name}.md")) or "") == f"/p/{expected}/"


CASCADING = {
    "hugo.toml": BARE,
    "content/a/_index.md": "---\ncascade:\n  draft: true\n---\n",
    "content/b/_index.md": '+++\n[[cascade]]\nurl = "/moved/:slug/"\n[cascade.target]\n'
    'path = "/b/deep/**"\n+++\n',
    "content/c/_index.md": "---\nslug: sluggy\n---\n",
    "content/d/_index.md": "---\ncascade:\n- {_target: {kind: section}, draft: true}\n"
    "- {_target: {lang: fr}, draft: true}\n- {target: {path: '/d/{x,y}'},"
    " params: {lang: en}}\n---\n",
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("content/a/x.md", {"draft": True}),
        ("content/a/deep/er/x.md", {"draft": True}),
        ("content/ab/x.md", {}),
        ("content/b/x.md", {}),
        ("content/b/deep/x.md", {"url": "/moved/:slug/"}),
        ("content/d/x.md", {"lang": "en"}),
        ("content/d/z.md", {}),
    ],
)
def test_sections_hand_down_front_matter(path: str, expected: dict[str, object]) -> None:
    assert dict(site(CASCADING).defaults(path)) == expected


def test_the_configuration_hands_down_front_matter_and_sections_beat_it() -> None:
    config = f'{BARE}[[cascade]]\ndraft = false\nsitemap = "x"\n'
    blog = site(CASCADING | {"hugo.toml": config})
    assert blog.defaults("content/a/x.md") == {"draft": True, "sitemap": "x"}
    assert blog.defaults("content/c/x.md") == {"draft": False, "sitemap": "x"}


def test_a_section_goes_by_its_own_slug_in_paths_but_not_in_the_token_section() -> None:
    blog = site(CASCADING)
    assert blog.link(facts(blog, "content/c/deep/x.md")) == "/sluggy/deep/x/"
    config = f'{BARE}[permalinks]\nc = "/:section/:sectionslug/:filename/"\n'
    blog = site(CASCADING | {"hugo.toml": config})
    assert blog.link(facts(blog, "content/c/x.md")) == "/c/sluggy/x/"


def test_a_changed_section_changes_what_the_index_holds() -> None:
    other = CASCADING | {"content/a/_index.md": "---\ncascade:\n  draft: false\n---\n"}
    text_only = CASCADING | {"content/a/_index.md": f"{CASCADING['content/a/_index.md']}Words\n"}
    assert site(CASCADING).fingerprint != site(other).fingerprint
    assert site(CASCADING).fingerprint == site(text_only).fingerprint


@pytest.mark.parametrize(
    ("config", "meta", "expected"),
    [
        ("", {}, "/1/01/"),
        ("", {"lastmod": "2024-05-07"}, "/2024/05/"),
        ("", {"modified": "2024-05-08"}, "/2024/05/"),
        ("", {"publishdate": "2023-02-03", "lastmod": "2024-05-07"}, "/2023/02/"),
        ("", {"date": "20240305"}, "/1970/08/"),
        (
            '[frontmatter]\ndate = ["publishDate", "date"]\n',
            {"published": "2024-05-08"},
            "/2024/05/",
        ),
        ('[frontmatter]\ndate = ["date", ":filename"]\n', {"lastmod": "2024-05-08"}, "/1/01/"),
        ('[frontmatter]\ndate = [":git", "date"]\n', {"date": "2024-05-08"}, None),
    ],
)
def test_the_day_is_the_one_that_hugo_takes(
    config: str, meta: dict[str, object], expected: str | None
) -> None:
    blog = site({"hugo.toml": f'{BARE}{config}[permalinks]\np = "/:year/:month/:filename/"\n'})
    link = blog.link(facts(blog, POST, meta))
    assert link == (None if expected is None else f"{expected}x/")


def test_a_language_with_an_address_of_its_own_has_it_in_links() -> None:
    config = '[languages.en]\nbaseURL = "https://en.example.org/"\n[languages.fr]\n'
    config += 'baseURL = "https://fr.example.org/sub/"\n'
    blog = site({"hugo.toml": config, POST: "", "content/p/x.fr.md": ""})
    assert blog.link(facts(blog, POST)) == "https://en.example.org/p/x/"
    assert blog.link(facts(blog, "content/p/x.fr.md")) == "https://fr.example.org/sub/p/x/"
    own = facts(blog, "content/p/x.fr.md", {"url": "/abs/x/"})
    assert blog.link(own) == "https://fr.example.org/sub/abs/x/"


@pytest.mark.parametrize("name", ["x.mdx", "x.mkd"])
def test_hugo_makes_no_page_of_some_files(name: str) -> None:
    blog = site({"hugo.toml": BARE})
    assert blog.why_no_page(facts(blog, f"content/p/{name}")) == "Hugo makes no page of such a file"
