"""Which files are posts, and which are pages beside them."""

from __future__ import annotations

import pytest

from bot.reading.reader import SiteReader
from bot.reading.rules import NO_PAGES, ReadingRules
from tests.generators.sites import TextFile, site
from tests.reading.desk import outlines_of

DATED = "---\ndate: 2024-01-02\n---\n\n# T\n"
UNDATED = "# T\n"


def pages(
    posts: dict[str, str], config: dict[str, str] | None = None, *, setting: str = "auto"
) -> set[str]:
    """The pages among these files, next to this configuration."""
    reader = SiteReader(ReadingRules(pages=(setting,)), site({**(config or {}), **posts}))
    documents = [reader.read(file) for file in _files(posts)]
    return set(reader.settle(outlines_of(documents)).pages)


def _files(posts: dict[str, str]) -> list[TextFile]:
    return [TextFile(path, text) for path, text in sorted(posts.items())]


DOCUSAURUS = {"docusaurus.config.js": "module.exports = {}"}
HUGO = {"hugo.toml": 'baseURL = "https://example.org"\n'}
MATERIAL = {"mkdocs.yml": "site_name: x\nplugins: [blog]\n"}
HEXO = {"_config.yml": "title: x\nsource_dir: source\nnew_post_name: ':title.md'\n"}


@pytest.mark.parametrize(
    ("config", "posts", "expected"),
    [
        (
            DOCUSAURUS,
            {
                "blog/2024-01-02-a.md": UNDATED,
                "blog/b.md": UNDATED,
                "docs/intro.md": DATED,
                "src/pages/about.md": UNDATED,
            },
            {"docs/intro.md", "src/pages/about.md"},
        ),
        (DOCUSAURUS, {"docs/a.md": UNDATED, "docs/b.md": UNDATED}, set()),
        (
            HUGO,
            {
                "content/posts/a.md": DATED,
                "content/posts/undated.md": UNDATED,
                "content/docs/x.md": UNDATED,
                "content/docs/deep/y.md": UNDATED,
                "content/about.md": UNDATED,
            },
            {"content/docs/x.md", "content/docs/deep/y.md", "content/about.md"},
        ),
        (HUGO, {"content/posts/a.md": UNDATED, "content/docs/x.md": UNDATED}, set()),
        (HUGO, {"content/posts/a.md": DATED, "content/docs/x.md": DATED}, set()),
        (
            MATERIAL,
            {"docs/blog/posts/a.md": DATED, "docs/guide.md": DATED, "docs/index.md": UNDATED},
            {"docs/guide.md"},
        ),
        ({"mkdocs.yml": "site_name: x\n"}, {"docs/a.md": DATED, "docs/guide.md": UNDATED}, set()),
        (
            HEXO,
            {"source/_posts/a.md": DATED, "source/about/me.md": DATED},
            {"source/about/me.md"},
        ),
        ({}, {"a.md": DATED, "b.md": UNDATED, "notes/c.md": UNDATED}, {"notes/c.md"}),
    ],
)
def test_the_site_tells_pages_from_posts(
    config: dict[str, str], posts: dict[str, str], expected: set[str]
) -> None:
    assert pages(posts, config) == expected


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("none", set()),
        ("blog", {"blog/2024-01-02-a.md"}),
        ("docs", {"docs/intro.md", "docs/deep/x.md"}),
        ("docs/*.md", {"docs/intro.md"}),
        ("**/x.md", {"docs/deep/x.md"}),
        ("doc", set()),
    ],
)
def test_a_setting_says_otherwise(setting: str, expected: set[str]) -> None:
    posts = {"blog/2024-01-02-a.md": UNDATED, "docs/intro.md": UNDATED, "docs/deep/x.md": UNDATED}
    assert pages(posts, DOCUSAURUS, setting=setting) == expected


def test_the_setting_is_a_part_of_how_files_are_understood() -> None:
    one, other = (SiteReader(ReadingRules(pages=given), site()) for given in (("docs",), NO_PAGES))
    assert one.fingerprint != other.fingerprint
