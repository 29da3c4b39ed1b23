"""/tags, as a reader sees it."""

from __future__ import annotations

from dataclasses import replace

from tests.chat.blog import fill, garden
from tests.chat.conftest import Stage


async def test_all_tags_are_shown_with_their_counts_most_used_first(stage: Stage) -> None:
    seen = await stage.type("tags")
    assert "-# 5 tags" in seen.text
    counts = ["`Garden`\u00a012", "`Gardening`\u00a03", "`Soil`\u00a03", "`Tools`\u00a03"]
    assert "\u2003".join(counts) in seen.text


async def test_choosing_a_tag_lists_its_posts(stage: Stage) -> None:
    seen = await stage.choose(await stage.type("tags"), "Tools")
    assert seen.titles == ["Bed number 10", "Bed number 6", "Bed number 2"]


async def test_many_tags_are_paged(stage: Stage) -> None:
    names = tuple(f"Tag {number:02}" for number in range(60))
    await fill(stage.index, [replace(post, tags=names) for post in garden(1)])
    seen = await stage.type("tags")
    assert len(seen.options) == 25
    assert "-# 60 tags · page 1 of 3" in seen.text
    seen = await stage.click(await stage.click(seen, "Next ›"), "Next ›")
    assert list(seen.options) == [f"Tag {number}" for number in range(50, 60)]
    await fill(stage.index, [replace(post, tags=names[:30]) for post in garden(1)])
    seen = await stage.click(seen, "‹ Previous")
    assert list(seen.options) == [f"Tag {number}" for number in range(25, 30)]


async def test_a_tag_that_is_typed_lists_its_posts(stage: Stage) -> None:
    seen = await stage.type("tags", tag="tools")
    assert seen.titles == ["Bed number 10", "Bed number 6", "Bed number 2"]


async def test_an_unknown_tag_is_answered_in_private(stage: Stage) -> None:
    seen = await stage.type("tags", tag="tolos")
    assert seen.is_private
    assert "Tools" in seen.labels


async def test_a_blog_without_tags_says_so(stage: Stage) -> None:
    await fill(stage.index, [replace(post, tags=()) for post in garden()])
    assert (await stage.type("tags")).text == "No post has a tag yet."


async def test_the_tags_may_be_hidden(stage: Stage) -> None:
    assert not (await stage.type("tags")).is_private
    assert (await stage.type("tags", hide=True)).is_private


async def test_tags_are_suggested(stage: Stage) -> None:
    assert "Weather (3)" in await stage.suggestions("tags", "tag", "wea")
