"""/latest, /post, /tags and /random, as a reader sees them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.blog.post import Post, PostDate
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
    assert seen.text == "No post has this tag any more."


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


async def test_random_shows_some_post_and_then_another(stage: Stage) -> None:
    seen = await stage.type("random")
    assert "## [Bed number" in seen.text
    assert not seen.is_private
    cards = {seen.text}
    for _ in range(20):
        seen = await stage.click(seen, "Another")
        cards.add(seen.text)
    assert len(cards) > 1


async def test_random_may_be_hidden(stage: Stage) -> None:
    assert (await stage.type("random", hide=True)).is_private


async def test_random_says_that_there_is_no_post(stage: Stage) -> None:
    await fill(stage.index, [])
    assert (await stage.type("random")).text == "There are no posts yet."
