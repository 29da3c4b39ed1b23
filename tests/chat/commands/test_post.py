"""/post, as a reader sees it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.blog.date import PostDate
from tests.chat.blog import fill, garden, garden_post
from tests.chat.conftest import Stage


async def test_the_card_shows_all_there_is_to_know(stage: Stage) -> None:
    seen = await stage.type("post", post="bed-5")
    assert seen.text == (
        "## [Bed number 5](https://blog.example/beds/5/)\n"
        "-# January 6, 2024 · 2 min read · by Ada Bloom\n\n"
        "What grows in bed 5, and why the snails leave it alone.\n\n"
        "`Soil` `Garden`"
    )
    assert seen.pictures == ["https://blog.example/img/5.png"]
    assert seen.labels == ["Read", "‹ Older", "Newer ›", "Open in browser"]
    assert not seen.is_private


@pytest.mark.parametrize(
    "typed",
    [
        "bed-5",
        " BED-5 ",
        "Bed number 5",
        "https://blog.example/beds/5/",
        "https://blog.example/beds/5?utm_source=x#top",
        "/old/5/",
        garden_post(5).key,
    ],
)
async def test_a_post_is_found_by_slug_title_link_and_alias(stage: Stage, typed: str) -> None:
    assert "## [Bed number 5]" in (await stage.type("post", post=typed)).text


async def test_a_miss_names_the_closest_three(stage: Stage) -> None:
    seen = await stage.type("post", post="Bed nubmer 12")
    assert seen.is_private
    assert "There is no post called **Bed nubmer 12**." in seen.text
    assert len(seen.labels) == 3
    assert "Bed number 12" in seen.labels
    card = await stage.click(seen, "Bed number 12")
    assert "## [Bed number 12]" in card.text
    assert card.message.id == seen.message.id


async def test_a_miss_repeats_no_more_than_a_line_of_what_was_typed(stage: Stage) -> None:
    seen = await stage.type("post", post="@everyone\n# " + "x" * 5900)
    assert "@everyone" not in seen.text
    assert len(seen.text) < 250


async def test_a_reader_walks_to_the_neighbours(stage: Stage) -> None:
    seen = await stage.type("post", post="bed-11")
    seen = await stage.click(seen, "Newer ›")
    assert "## [Bed number 12]" in seen.text
    assert "Newer ›" not in seen.labels
    seen = await stage.click(seen, "‹ Older")
    assert "## [Bed number 11]" in seen.text


async def test_related_posts_share_tags(stage: Stage) -> None:
    seen = await stage.type("post", post="bed-5")
    assert list(seen.options)[:2] == ["Bed number 9", "Bed number 1"]
    seen = await stage.choose(seen, "Bed number 9")
    assert "## [Bed number 9]" in seen.text


async def test_a_bare_post_has_a_bare_card(stage: Stage) -> None:
    post = replace(garden_post(1), summary="", date=None, tags=(), authors=(), image=None, words=0)
    await fill(stage.index, [replace(post, link=None)])
    seen = await stage.type("post", post="bed-1")
    assert seen.text == "## Bed number 1"
    assert (seen.labels, seen.pictures) == (["Read"], [])


async def test_a_post_that_is_gone_is_said_to_be(stage: Stage) -> None:
    seen = await stage.type("post", post="bed-11")
    await fill(stage.index, garden(10))
    assert "This post is no longer on the blog." in (await stage.click(seen, "Newer ›")).text


async def test_a_moment_is_shown_in_the_readers_zone(stage: Stage) -> None:
    moment = dt.datetime(2024, 1, 11, 21, 30, tzinfo=dt.timezone(dt.timedelta(hours=-3)))
    await fill(stage.index, [replace(garden_post(1), date=PostDate.of(moment))])
    seen = await stage.type("post", post="bed-1")
    assert f"-# <t:{int(moment.timestamp())}:D> ·" in seen.text


async def test_suggestions_begin_with_the_newest(stage: Stage) -> None:
    await fill(stage.index, garden(30))
    offered = await stage.suggestions("post", "post", "")
    assert len(offered) == 25
    assert next(iter(offered.items())) == ("Bed number 30", "bed-30")


async def test_suggestions_forgive_typos_and_know_slugs(stage: Stage) -> None:
    assert "Bed number 7" in await stage.suggestions("post", "post", "bde number 7")
    assert next(iter(await stage.suggestions("post", "post", "bed-7"))) == "Bed number 7"


async def test_posts_of_one_title_are_told_apart(stage: Stage) -> None:
    await fill(stage.index, [replace(post, title="Bed") for post in garden(2)])
    offered = await stage.suggestions("post", "post", "")
    assert offered == {"Bed (bed-2)": "bed-2", "Bed (bed-1)": "bed-1"}


@pytest.mark.parametrize("slug", ["a" * 300, "x@team", "in #general", "日" * 101, "tab\there"])
async def test_any_suggestion_leads_to_its_post(stage: Stage, slug: str) -> None:
    await fill(stage.index, [replace(garden_post(1), slug=slug, title="To @team " + "x" * 200)])
    ((name, value),) = (await stage.suggestions("post", "post", "")).items()
    assert len(name) <= 100
    assert "@team" not in name
    assert "## [To @team xxx" in (await stage.type("post", post=value)).text
