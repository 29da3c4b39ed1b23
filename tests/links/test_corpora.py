"""Real posts link to each other: those links must be the ones that the rules make."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.links import known
from bot.links.site import Site
from bot.reading.reader import SiteReader
from bot.reading.rules import ReadingRules
from bot.sources.folder import Folder

LINK = re.compile(r"""(?:\]\(|\bhref=["'])(/[^)\s"'#?]*)""")


def normal(link: str) -> str:
    return unquote(link).rstrip("/").removesuffix("/index.html").lower() or "/"


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
    snapshot = Folder(
        corpora / corpus,
        is_site_file=known.is_site_file,
        is_marker=known.is_marker,
        max_bytes=2_000_000,
    ).snapshot()
    rules = ReadingRules(
        date_order="month", collection_tags=frozenset(), language="all", max_bytes=2_000_000
    )
    reader = SiteReader(rules, Site.of(snapshot))
    links: set[str] = set()
    targets: list[str] = []
    for file in snapshot.files:
        post = reader.read(file).post
        if post and post.link:
            links |= {normal(post.link), *map(normal, post.aliases)}
        text = file.read().decode()
        targets += [target for target in LINK.findall(text) if target.startswith(below)]
    found = [target for target in targets if normal(target) in links]
    missed = sorted({target for target in targets if normal(target) not in links})
    assert targets
    assert len(found) >= least * len(targets), f"{len(found)} of {len(targets)}; not {missed}"
