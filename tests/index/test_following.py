"""Bodies, links and versions follow the posts through edits, renames and rebuilds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.index.index import Index
from tests.index.blog import PlainReader, blog
from tests.index.conftest import Clock, Fill

RAIN = "title: Rain\n\nIt falls.\n"
SNOW = "title: Snow\n\nIt melts, see [[rain]].\n"


async def test_a_body_is_what_the_author_wrote_also_after_an_edit(library: Fill) -> None:
    index = await library({"a.md": RAIN, "b.md": SNOW})
    assert await index.body("a.md") == "It falls.\n"
    await library({"a.md": "title: Rain\n\nÇa tombe. 🌧\n", "b.md": SNOW})
    assert await index.body("a.md") == "Ça tombe. 🌧\n"
    assert await index.body("b.md") == "It melts, see [[rain]].\n"


async def test_a_body_goes_with_its_file(library: Fill) -> None:
    index = await library({"a.md": RAIN, "b.md": SNOW})
    await library({"new/a.md": RAIN, "b.md": "title: Snow\ndraft: yes\n\nIt melts.\n"})
    assert await index.body("a.md") is None
    assert await index.body("new/a.md") == "It falls.\n"
    assert await index.body("b.md") is None, "nobody reads a draft"
    assert [hit.post.path for hit in await index.search("falls")] == ["new/a.md"]


async def test_links_lead_where_the_posts_are_now(library: Fill) -> None:
    index = await library({"a.md": RAIN, "b.md": SNOW})
    find = await index.find_link()
    for name in ("a", "Rain", "a.md", "../a.md#falls", "/a/"):
        assert find(name) == "https://example.org/a/", name
    await library({"rain.md": RAIN, "b.md": SNOW})
    find = await index.find_link()
    assert find("a") is None
    for name in ("rain", "RAIN", "rain.md"):
        assert find(name) == "https://example.org/rain/", name
    await library({"rain.md": "title: Drizzle\nlink: /wet/\n\nIt falls.\n", "b.md": SNOW})
    find = await index.find_link()
    assert find("rain") == find("drizzle") == "https://example.org/wet/"


async def test_a_link_to_a_future_post_leads_there_when_its_day_comes(
    library: Fill, clock: Clock
) -> None:
    index = await library({"a.md": f"date: 2024-06-03\n{RAIN}"})
    find = await index.find_link()
    assert find("a") is None
    clock.set("2024-06-04")
    assert find("a") == "https://example.org/a/", "the index has not changed"


async def test_the_link_finder_stays_the_same_while_the_index_does(library: Fill) -> None:
    index = await library({"a.md": RAIN})
    find, version = await index.find_link(), await index.version()
    await library({"a.md": RAIN})
    assert await index.find_link() is find
    assert await index.version() == version
    await library({"a.md": SNOW})
    assert await index.find_link() is not find
    assert find("rain") == "https://example.org/a/", "whoever holds it is not disturbed"


async def changed(index: Index, files: Mapping[str, str], reader: PlainReader) -> bool:
    """Whether a sync gives the index another version."""
    before = await index.version()
    await index.sync(blog(files), reader)
    return await index.version() != before


async def test_whatever_changes_an_answer_changes_the_version(tmp_path: Path) -> None:
    reader = PlainReader()
    async with Index(tmp_path / "index.db") as index:
        await index.sync(blog({"a.md": RAIN}), reader)
        assert not await changed(index, {"a.md": RAIN}, reader), "nothing did"
        assert await changed(index, {"a.md": SNOW}, reader), "an edit"
        assert await changed(index, {"b.md": SNOW}, reader), "a rename"
        assert await changed(index, {"a.md": RAIN, "b.md": SNOW}, reader), "a new post"
        assert await changed(index, {"b.md": SNOW}, reader), "one post less"
        other = replace(reader, fingerprint="plain 2", site_url="https://example.net")
        assert await changed(index, {"b.md": SNOW}, other), "a rebuild"
        assert (await index.find_link())("snow") == "https://example.net/b/"


async def test_another_process_is_followed_too(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    async with Index(path) as writer, Index(path) as reader:
        await writer.sync(blog({"a.md": RAIN}), PlainReader())
        version, find = await reader.version(), await reader.find_link()
        await writer.sync(blog({"b.md": SNOW}), PlainReader())
        assert await reader.version() != version
        assert await reader.body("b.md") == "It melts, see [[rain]].\n"
        assert (await reader.find_link())("b") == "https://example.org/b/"
        assert find("b") is None
