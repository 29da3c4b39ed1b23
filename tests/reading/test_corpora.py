"""Real posts of many generators are understood; the figures were checked by eye."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bot.blog.post import Post
from bot.blog.reader import Document
from bot.generators.common.site import Site
from bot.reading.reader import SiteReader
from bot.reading.rules import ReadingRules
from bot.scan import SITE_FILES
from bot.sources.folder import Folder
from tests.reading.desk import outlines_of

# posts that are shown; of them dated, tagged, with authors, with a summary; problems in files
FIGURES = {
    "seed": (1, 1, 0, 0, 1, 0),
    "jekyll": (102, 102, 102, 102, 102, 1),  # a date that names its year twice
    "eleventy": (193, 78, 10, 0, 189, 0),
    "til": (144, 0, 144, 0, 144, 0),
    "gopheracademy": (258, 258, 10, 257, 258, 0),
    "v8-dev": (202, 202, 200, 202, 202, 0),
    "jakevdp": (66, 66, 65, 0, 21, 0),  # 45 bodies are nothing but a notebook's name
    "react-dev": (24, 23, 0, 23, 24, 0),
    "timlrx": (58, 58, 58, 42, 58, 0),
    "biome-blog": (21, 21, 0, 21, 21, 0),
}


@cache
def read_all(folder: Path) -> tuple[list[Post], list[Document]]:
    """Return the posts that a reader of the blog would see, and everything that was read."""
    snapshot = Folder(
        folder,
        site=SITE_FILES,
        max_bytes=2_000_000,
    ).snapshot()
    reader = SiteReader(ReadingRules(), Site.of(snapshot))
    documents = [reader.read(file) for file in snapshot.files]
    hidden = {left.path for left in reader.settle(outlines_of(documents)).left_out}
    posts = [document.post for document in documents if document.post]
    return [post for post in posts if post.path not in hidden and not post.draft], documents


@pytest.mark.parametrize("name", FIGURES)
def test_a_real_blog_is_understood(corpora: Path, name: str) -> None:
    posts, documents = read_all(corpora / name)
    assert FIGURES[name] == (
        len(posts),
        sum(post.date is not None for post in posts),
        sum(bool(post.tags) for post in posts),
        sum(bool(post.authors) for post in posts),
        sum(bool(post.summary) for post in posts),
        sum(len(document.problems) for document in documents),
    )


@pytest.mark.parametrize("name", FIGURES)
def test_no_markup_is_left_in_what_is_shown(corpora: Path, name: str) -> None:
    posts, _ = read_all(corpora / name)
    for post in posts:
        for text in (post.title, post.summary, *post.tags, *post.authors):
            assert text == " ".join(text.split()), post.path
        for mark in ("{%", "{{", "](", "**", "<!--", "![", "</"):
            assert mark not in post.summary, post.path
