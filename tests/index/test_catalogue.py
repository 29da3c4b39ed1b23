"""What announcing asks of the index: every post in few words."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.announce.catalogue import shown_digest
from bot.index.index import Index
from tests.index.blog import PlainReader, blog
from tests.index.conftest import Clock, Fill

FILES = {
    "a.md": "title: Hello\ndate: 2024-05-01\ntags: News, python\n\nThe words of a.",
    "b.md": "title: World\ntags: Python\n\nThe words of b.",
    "c.md": "title: More\ntags: Python\n\nThe words of c.",
    "draft.md": "title: Draft\ndraft: yes\n\nNot yet.",
    "future.md": "title: Future\ndate: 2024-06-03\n\nLater.",
    "far.md": "title: Far\ndate: 2025-01-01\n\nMuch later.",
}


async def test_the_census_holds_what_readers_see(library: Fill) -> None:
    index = await library(FILES)
    entries = {entry.path: entry for entry in await index.visible_posts()}
    assert set(entries) == {"a.md", "b.md", "c.md"}
    assert (entries["a.md"].title, entries["a.md"].tags) == ("Hello", ("News", "Python"))
    assert entries["b.md"].instant is None
    for path, entry in entries.items():
        post = await index.get(path)
        assert post is not None
        assert shown_digest(entry) == shown_digest(post), (
            "or a letter would wait for ever for its post"
        )


async def test_posts_of_the_future_are_due_one_after_the_other(library: Fill, clock: Clock) -> None:
    index = await library(FILES)
    first = await index.next_due()
    clock.set("2024-06-03")
    assert first == clock.now
    assert {entry.path for entry in await index.visible_posts()} >= {"future.md"}
    second = await index.next_due()
    clock.set("2025-01-01")
    assert second == clock.now
    assert await index.next_due() is None


async def test_a_post_ends_by_itself_and_need_not_wait(library: Fill, clock: Clock) -> None:
    clock.set("2024-06-01")
    end = int(clock.now) + 60
    index = await library(
        {
            "ends.md": f"date: 2024-01-01\nexpires: {end}\n\nA.",
            "early.md": "date: 2099-01-01\nwaits: no\n\nB.",
        }
    )
    assert {entry.path for entry in await index.visible_posts()} == {"ends.md", "early.md"}
    assert await index.next_due() == end
    clock.now = end
    assert {entry.path for entry in await index.visible_posts()} == {"early.md"}
    assert [one.path for one in (await index.status()).left_out] == ["ends.md"]
    assert await index.next_due() is None


async def test_texts_are_those_that_readers_see(library: Fill) -> None:
    index = await library(FILES)
    texts = await index.texts(["a.md", "draft.md", "future.md", "none.md"])
    assert texts == {"a.md": "The words of a."}
    assert await index.texts([]) == {}


@given(st.dictionaries(st.sampled_from("abcd"), st.text(max_size=20), max_size=4), st.booleans())
def test_what_is_announced_of_a_post_is_what_is_shown_of_it(
    titles: dict[str, str], with_site: bool
) -> None:
    async def compare() -> None:
        site = "https://example.org/blog" if with_site else None
        with tempfile.TemporaryDirectory() as folder:
            async with Index(Path(folder) / "index.db", site_url=site) as index:
                files = {f"{name}.md": f"title: {title}\n\nText." for name, title in titles.items()}
                await index.sync(blog(files), PlainReader())
                for entry in await index.visible_posts():
                    post = await index.get(entry.path)
                    assert post is not None
                    assert shown_digest(entry) == shown_digest(post)

    asyncio.run(compare())
