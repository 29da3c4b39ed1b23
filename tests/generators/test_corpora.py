"""Real posts link to each other: those links must be the ones that the rules make."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.blog.post import Post
from bot.blog.source import Snapshot
from bot.generators.common.site import Site
from bot.reading.reader import SiteReader
from bot.reading.rules import ReadingRules
from bot.scan import SITE_FILES
from bot.sources.folder import Folder

LINK = re.compile(r"""(?:\]\(|\bhref=["'])(/[^)\s"'#?]*)""")


def normal(link: str) -> str:
    return unquote(link).rstrip("/").removesuffix("/index.html").lower() or "/"


@cache
def read(folder: Path) -> tuple[dict[str, Post], Snapshot]:
    """All posts of a folder by their path on disk."""
    snapshot = Folder(
        folder,
        site=SITE_FILES,
        max_bytes=2_000_000,
    ).snapshot()
    rules = ReadingRules(
        date_order="month", collection_tags=frozenset(), language="all", max_bytes=2_000_000
    )
    reader = SiteReader(rules, Site.of(snapshot))
    posts = (reader.read(file).post for file in snapshot.files)
    return {str(folder / post.path): post for post in posts if post}, snapshot


@pytest.mark.parametrize(
    ("corpus", "folder"),
    [
        ("v8-dev", "src/blog"),
        ("gopheracademy", "content/advent-2017"),
        ("jakevdp", "content/articles"),
        ("jekyll", "docs/_posts"),
        ("react-dev", "src/content/blog"),
        ("timlrx", "data/blog"),
        ("biome-blog", "src/content/docs/blog"),
        ("eleventy", "src/blog"),
    ],
)
def test_a_folder_of_posts_has_the_same_links_as_the_whole_site(
    corpora: Path, corpus: str, folder: str
) -> None:
    whole, _ = read(corpora / corpus)
    part, _ = read(corpora / corpus / folder)
    assert part
    for path, post in part.items():
        assert (post.link, post.slug) == (whole[path].link, whole[path].slug)


@pytest.mark.parametrize(
    ("corpus", "below", "least"),
    [
        # What else these sites link to is not in the corpus: pages, tags, other sections.
        ("v8-dev", "/blog/", 0.95),
        ("v8-dev", "/features/", 0.85),
        ("eleventy", "/docs/", 0.88),  # 10 % name the source file, for a plugin to resolve
        ("eleventy", "/blog/", 0.85),
        ("gopheracademy", "/advent-20", 0.95),
        ("jakevdp", "/blog/20", 0.95),
        ("react-dev", "/blog/20", 0.9),
        ("timlrx", "/blog/", 0.9),
        ("biome-blog", "/blog/", 0.9),
        ("jekyll", "/news/20", 0.9),
    ],
)
def test_posts_link_to_links_that_exist(
    corpora: Path, corpus: str, below: str, least: float
) -> None:
    posts, snapshot = read(corpora / corpus)
    links: set[str] = set()
    for post in posts.values():
        if post.link:
            links |= {normal(post.link), *map(normal, post.aliases)}
    targets = [
        target
        for file in snapshot.files
        for target in LINK.findall(file.read().decode())
        if target.startswith(below)
    ]
    found = [target for target in targets if normal(target) in links]
    missed = sorted({target for target in targets if normal(target) not in links})
    assert targets
    assert len(found) >= least * len(targets), f"{len(found)} of {len(targets)}; not {missed}"
