"""/latest, as a reader sees it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.blog.post import Post
from tests.chat.blog import fill, garden, garden_post
from tests.chat.conftest import SEPARATOR, Stage


def beds(*numbers: int) -> list[str]:
    return [f"Bed number {number}" for number in numbers]


async def test_the_newest_posts_come_first_five_to_a_page(stage: Stage) -> None:
    seen = await stage.type("latest")
    assert seen.titles == beds(12, 11, 10, 9, 8)
    assert "12 posts · page 1 of 3" in seen.text
    assert not seen.is_private


async def test_a_post_shows_title_summary_date_tags_reading_time_and_cover(stage: Stage) -> None:
    await fill(stage.index, [garden_post(1)])
    seen = await stage.type("latest")
    assert "### [Bed number 1](https://blog.example/beds/1/)" in seen.text
    assert "What grows in bed 1, and why the snails leave it alone." in seen.text
    assert "-# January 2, 2024 · 2 min read · `Soil` `Garden`" in seen.text
    assert seen.pictures == ["https://blog.example/img/1.png"]
    assert seen.labels == ["Read"], "the title is the way out"
    assert "[Bed number 1](https://blog.example/beds/1/)" in seen.text


async def test_a_reader_pages_to_the_end_and_back(stage: Stage) -> None:
    first = await stage.type("latest")
    assert "‹ Previous" not in first.labels
    second = await stage.click(first, "Next ›")
    assert second.titles == beds(7, 6, 5, 4, 3)
    last = await stage.click(second, "Next ›")
    assert last.titles == beds(2, 1)
    assert "Next ›" not in last.labels
    back = await stage.click(last, "‹ Previous")
    assert back.titles == second.titles
    assert back.message.id == first.message.id, "the page is turned in place"


async def test_a_reader_goes_to_a_page_by_its_number(stage: Stage) -> None:
    seen = await stage.type("latest", tag="Garden", count=1)
    assert "1 / 12" in seen.labels
    seen = await stage.go_to_page(seen, "7")
    assert seen.titles == beds(6)
    assert "page 7 of 12" in seen.text


async def test_five_posts_with_covers_keep_the_lines_between_them(stage: Stage) -> None:
    posts = [replace(post, image="/img/1.png") for post in garden(30)]
    await fill(stage.index, posts)
    seen = await stage.click(await stage.type("latest", tag="Garden"), "Next ›")
    kinds = [each["type"] for each in seen.components]
    assert len(seen.pictures) == 5
    assert kinds.count(SEPARATOR) == 6
    assert len(kinds) == 40


@pytest.mark.parametrize("count", [1, 5])
async def test_a_page_holds_as_many_posts_as_asked_for(stage: Stage, count: int) -> None:
    seen = await stage.type("latest", count=count)
    assert len(seen.titles) == count
    seen = await stage.click(seen, "Next ›")
    assert len(seen.titles) == count


async def test_a_list_is_narrowed_to_a_tag_and_widened_again(stage: Stage) -> None:
    seen = await stage.type("latest", count=2)
    assert seen.chosen == ["All posts"]
    seen = await stage.choose(seen, "Soil")
    assert seen.titles == beds(9, 5)
    assert seen.chosen == ["Soil"]
    assert "## Posts tagged `Soil`" in seen.text
    seen = await stage.click(seen, "Next ›")
    assert seen.titles == beds(1)
    seen = await stage.choose(seen, "All posts")
    assert seen.titles == beds(12, 11)


async def test_a_tag_may_be_given_in_any_case(stage: Stage) -> None:
    assert (await stage.type("latest", tag=" sOiL ")).titles == beds(9, 5, 1)


async def test_a_rare_tag_is_shown_as_chosen_among_the_common_ones(stage: Stage) -> None:
    common = tuple(f"Common {number}" for number in range(30))
    posts = [replace(post, tags=common) for post in garden(3)]
    await fill(stage.index, [*posts, replace(garden_post(4), tags=("Rare",))])
    seen = await stage.type("latest", tag="rare")
    assert seen.chosen == ["Rare"]
    assert len(seen.options) == 25


async def test_an_unknown_tag_is_answered_in_private_with_the_closest(stage: Stage) -> None:
    seen = await stage.type("latest", tag="soli")
    assert seen.is_private
    assert "No post is tagged **soli**." in seen.text
    assert "Soil" in seen.labels
    seen = await stage.click(seen, "Soil")
    assert seen.titles == beds(9, 5, 1)


async def test_a_list_may_be_hidden_and_stays_so(stage: Stage) -> None:
    seen = await stage.type("latest", hide=True)
    assert seen.is_private
    assert (await stage.click(seen, "Next ›")).is_private


async def test_read_shows_the_post_to_the_one_who_asked(stage: Stage) -> None:
    listed = await stage.type("latest")
    card = await stage.click(listed, "Read", nth=1)
    assert card.is_private
    assert card.text.startswith("# Bed number 11\n")
    assert card.message.id != listed.message.id


async def test_nobody_turns_the_page_under_the_eyes_of_another(stage: Stage) -> None:
    listed = await stage.type("latest")
    copy = await stage.click(listed, "Next ›", by=stage.somebody_else())
    assert copy.is_private
    assert copy.titles == beds(7, 6, 5, 4, 3)
    assert listed.titles == beds(12, 11, 10, 9, 8)


async def test_a_page_that_is_gone_becomes_the_nearest(stage: Stage) -> None:
    seen = await stage.type("latest", count=5)
    seen = await stage.click(seen, "Next ›")
    await fill(stage.index, garden(7))
    seen = await stage.click(seen, "Next ›")
    assert seen.titles == beds(2, 1)
    assert "page 2 of 2" in seen.text


async def test_a_tag_that_is_gone_is_said_to_be(stage: Stage) -> None:
    seen = await stage.type("latest", tag="Soil", count=1)
    await fill(stage.index, [replace(post, tags=()) for post in garden()])
    seen = await stage.click(seen, "Next ›")
    assert seen.text == "No post carries this tag any more."


async def test_without_posts_the_list_says_so(stage: Stage) -> None:
    await fill(stage.index, [])
    assert (await stage.type("latest")).text == "There are no posts yet."


async def test_without_a_site_url_no_link_is_shown(stage: Stage) -> None:
    await fill(stage.index, [replace(garden_post(1), link=None, image=None)])
    seen = await stage.type("latest")
    assert seen.titles == beds(1)
    assert "](" not in seen.text
    assert (seen.links, seen.pictures, seen.labels) == ([], [], ["Read"])


async def test_tags_are_suggested_with_their_counts(stage: Stage) -> None:
    assert await stage.suggestions("latest", "tag", "") == {
        "Garden (12)": "garden",
        "Gardening (3)": "gardening",
        "Soil (3)": "soil",
        "Tools (3)": "tools",
        "Weather (3)": "weather",
    }
    assert "Weather (3)" in await stage.suggestions("latest", "tag", "waether")


@pytest.mark.parametrize(
    "tag", ["#go", "a" * 200, "~all", "emoji 👩‍👩‍👧", "tab\u00a0 here", "c++:x"]
)
async def test_any_tag_can_be_chosen_and_paged(stage: Stage, tag: str) -> None:
    await fill(stage.index, [replace(post, tags=(tag,)) for post in garden(2)])
    (value,) = (await stage.suggestions("latest", "tag", "")).values()
    seen = await stage.type("latest", tag=value, count=1)
    assert seen.titles == beds(2)
    assert (await stage.click(seen, "Next ›")).titles == beds(1)
    seen = await stage.choose(
        await stage.type("tags"), next(iter((await stage.type("tags")).options))
    )
    assert seen.titles == beds(2, 1)


def manual(number: int) -> Post:
    """A page beside the posts."""
    return replace(
        garden_post(number), path=f"manual/{number}.md", slug=f"manual-{number}",
        title=f"Chapter {number}", summary=f"Watering by chapter {number}.", aliases=(),
    )  # fmt: skip


async def test_pages_of_a_manual_are_found_but_are_no_posts(stage: Stage) -> None:
    await fill(stage.index, [garden_post(1)], pages=[manual(50), manual(51)])
    seen = await stage.type("latest")
    assert seen.titles == beds(1)
    assert "1 post" in seen.text
    for _ in range(5):
        assert "Bed number 1" in (await stage.type("random")).text
    assert "Chapter 50" in (await stage.type("post", post="Chapter 50")).text
    assert "Chapter 51" in (await stage.type("search", query="watering chapter")).text


async def test_a_blog_without_dates_is_listed_by_title(stage: Stage) -> None:
    posts = [replace(garden_post(n), date=None, title=f"{t} bed") for n, t in enumerate("CABED")]
    await fill(stage.index, posts)
    seen = await stage.type("latest", count=3)
    assert seen.titles == ["A bed", "B bed", "C bed"]
    assert "## Posts by title" in seen.text
    assert "Latest" not in seen.text
    second = await stage.click(seen, "Next ›")
    assert second.titles == ["D bed", "E bed"]
    assert "## Posts by title" in second.text


async def test_one_date_makes_the_list_the_latest_on_every_page(stage: Stage) -> None:
    posts = [replace(garden_post(n), date=None) for n in range(1, 4)]
    await fill(stage.index, [*posts, garden_post(9)])
    last = await stage.click(await stage.type("latest", count=2), "Next ›")
    assert last.titles == beds(2, 3)
    assert "## Latest posts" in last.text
