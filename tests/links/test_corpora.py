"""Real posts get their addresses back from a list, and none that is another's."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.blog.reader import Document
from bot.links.address import page_of
from bot.links.matcher import LinkedPost, day_of, match
from bot.scan import Scanner
from bot.settings import Settings

CORPORA = ["biome-blog", "gopheracademy", "jakevdp", "jekyll", "react-dev", "timlrx", "v8-dev"]


def documents(folder: Path) -> dict[str, Document]:
    snapshot, reader = Scanner(
        Settings.load({"--posts": str(folder), "--sitemap": "off"}, {})
    ).look()
    return {file.path: reader.read(file) for file in snapshot.files}


def to_linked_post(path: str, document: Document) -> LinkedPost:
    """What is known of a file whose link nobody knows."""
    post = document.post
    if post is None:
        return LinkedPost(path=path, is_shown=False)
    return LinkedPost(
        path=path,
        slug=post.slug,
        title=post.title,
        day=day_of(post.date.text) if post.date else None,
        language=post.language,
        tags=post.tags,
        is_shown=not post.draft,
    )


@pytest.mark.parametrize("name", CORPORA)
def test_addresses_are_found_without_a_rule(corpora: Path, name: str) -> None:
    found = documents(corpora / name)
    pages = [to_linked_post(path, document) for path, document in found.items()]
    truth = {
        path: document.post.link
        for path, document in found.items()
        if document.post and document.post.link and document.post.link.startswith("/")
    }
    beside = {"/", "/imprint/", "/tags/", "/search"}
    for path, link in truth.items():
        folders = link.strip("/").split("/")[:-1]
        beside |= {f"/{'/'.join(folders[:length])}/" for length in range(1, len(folders) + 1)}
        post = found[path].post
        beside |= {f"/tags/{tag.replace(' ', '-')}/" for tag in post.tags} if post else set()
    chance = random.Random(name)
    for share in (1.0, 0.9, 0.5, 0.1):
        listed = {link for link in truth.values() if chance.random() < share}
        matches = match(pages, listed | beside)
        right = {
            path
            for path, link in truth.items()
            if page_of(matches[path].link or "") == page_of(link)
        }
        corrected = {
            path for path, one in matches.items() if one.finding == "corrected" and found[path].post
        }
        assert corrected <= right, "none is wrong"
        there = [path for path, link in truth.items() if link in listed]
        # What is left open is the page of a section.
        assert len(right) >= len(there) - 1
