"""What was sent before a restart still works after it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.chat.client import Slashpost
from bot.chat.context import Context
from tests.chat.blog import fill, garden, open_index
from tests.chat.conftest import Stage, sync


async def test_a_reader_goes_on_paging_after_a_restart(stage: Stage) -> None:
    seen = await stage.type("latest", tag="Garden", count=3, hide=False)
    seen = await stage.click(seen, "Next ›")
    await stage.restart()
    seen = await stage.click(seen, "Next ›")
    assert seen.titles == [f"Bed number {number}" for number in (6, 5, 4)]
    seen = await stage.choose(seen, "Soil")
    assert seen.titles == [f"Bed number {number}" for number in (9, 5, 1)]


async def test_a_reader_goes_on_after_the_index_was_made_anew(stage: Stage, tmp_path: Path) -> None:
    listed = await stage.type("latest")
    found = await stage.type("search", query="snails")
    card = await stage.type("post", post="bed-3")
    posts = [replace(post, title=f"New {post.title}") for post in reversed(garden())]
    async with open_index(tmp_path / "anew") as index:
        await fill(index, posts[:2])  # so that row numbers are others
        await fill(index, sorted(posts, key=lambda post: post.path))
        await stage.env.restart_bot(Slashpost(Context(library=index), sync=sync))
        assert "New Bed number 11" in (await stage.click(listed, "Read", nth=1)).text
        assert "New Bed number 4" in (await stage.click(card, "Newer ›")).text
        assert len((await stage.click(found, "Next ›")).titles) == 5


async def test_messages_leave_nothing_behind_in_memory(stage: Stage) -> None:
    store = stage.env.bot._connection._view_store
    for _ in range(3):
        seen = await stage.type("latest")
        await stage.click(seen, "Next ›")
        await stage.click(seen, "Read")
        await stage.type("help")
    assert (store._views, store._synced_message_views, store._dynamic_items) == ({}, {}, {})
