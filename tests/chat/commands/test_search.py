"""/search, as a reader sees it."""

from __future__ import annotations

import pytest
from discord import Locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.i18n import translator_for
from bot.chat.views.search_results import Found, SearchResults
from bot.index.index import Index
from tests.chat.blog import fill, garden
from tests.chat.conftest import Stage
from tests.chat.test_text import SPICY

TEXTS = {
    "posts/01-bed.md": "Feed the *soil* before you feed the plant. Good soil_life needs rest.",
    "posts/02-bed.md": "Spades, and how to keep them sharp in heavy soil.",
    "posts/03-bed.md": (
        "## Sowing\n\n" + "Carrots want sand. " * 250 + "\n\n## Picking\n\nParsnips want frost.\n"
    ),
}


@pytest.fixture
async def searchable(stage: Stage) -> Stage:
    """The blog, with some more text."""
    await fill(stage.index, garden(), TEXTS)
    return stage


async def test_the_matching_words_are_bold(searchable: Stage) -> None:
    seen = await searchable.type("search", query="sharp spades")
    assert seen.titles == ["Bed number 2"]
    assert "**Spades**, and how to keep them **sharp** in heavy soil." in seen.text
    assert "## Search: sharp spades\n-# 1 post" in seen.text


async def test_text_of_a_post_formats_nothing(searchable: Stage) -> None:
    seen = await searchable.type("search", query="feed plant")
    assert r"you **feed** the **plant**. Good soil\_life needs rest." in seen.text


async def test_results_are_paged_and_read(searchable: Stage) -> None:
    seen = await searchable.type("search", query="garden")
    assert "-# 12 posts · page 1 of 3" in seen.text
    first = set(seen.titles)
    second = await searchable.click(seen, "Next ›")
    assert len(second.titles) == 5
    assert not set(second.titles) & first
    card = await searchable.click(second, "Read", nth=2)
    assert card.is_private
    assert second.titles[2] in card.text


async def test_nothing_found_is_said_in_private(searchable: Stage) -> None:
    seen = await searchable.type("search", query="# @everyone `rhubarb`")
    assert seen.is_private
    assert seen.text.startswith("Nothing found for **\\# @\u2060everyone \\`rhubarb\\`**.\n-# Try")


async def test_a_mistyped_search_offers_what_was_meant(searchable: Stage) -> None:
    seen = await searchable.type("search", query="gardenign")
    assert seen.is_private
    assert seen.text == "Nothing found for **gardenign**.\nDid you mean this?"
    assert seen.labels == ["gardening"]
    found = await searchable.click(seen, "gardening")
    assert "Search: gardening" in found.text
    assert found.titles[:3] == ["Bed number 12", "Bed number 8", "Bed number 4"]
    assert found.message.id == seen.message.id, "the answer turns into the results"


async def test_what_was_excluded_is_said_and_can_be_included(searchable: Stage) -> None:
    seen = await searchable.type("search", query="soil -spades")
    assert "Bed number 1" in seen.titles
    assert "Bed number 2" not in seen.titles
    assert "-# Without posts that contain: spades" in seen.text
    found = await searchable.click(seen, "Include spades")
    assert "Search: soil spades" in found.text
    assert found.titles[0] == "Bed number 2"
    nothing = await searchable.type("search", query="sharp -spades")
    assert nothing.labels == ["Include spades"]


async def test_read_opens_a_hit_at_the_section_that_was_found(searchable: Stage) -> None:
    seen = await searchable.type("search", query="parsnips frost")
    assert "### [Bed number 3](https://blog.example/beds/3/) › Picking\n" in seen.text
    page = await searchable.click(seen, "Read")
    assert page.is_private
    assert "## Picking\n\nParsnips want frost." in page.text
    assert "2 / 2" in page.labels


async def test_suggestions_are_titles_headings_and_tags(searchable: Stage) -> None:
    assert "Picking" in await searchable.suggestions("search", "query", "pick")
    assert "Bed number 7" in await searchable.suggestions("search", "query", "bed num")
    offered = await searchable.suggestions("search", "query", "gard")
    assert "tag:Gardening" in offered
    found = await searchable.type("search", query=offered["tag:Gardening"])
    assert found.titles


@pytest.mark.parametrize("query", ["   ", "\u200b", "\u3164"])
async def test_an_empty_query_is_asked_for_again(searchable: Stage, query: str) -> None:
    seen = await searchable.type("search", query=query)
    assert seen.is_private
    assert seen.text == "Tell me which words to look for."


@pytest.mark.parametrize(
    "query", ['c++ "', "soil AND", "NEAR(", "soil*", "-soil", "title:soil", "🌱", "'", "x " * 3000]
)
async def test_any_query_is_answered(searchable: Stage, query: str) -> None:
    seen = await searchable.type("search", query=query)
    assert "went wrong" not in seen.text
    assert len(seen.text) <= 4000


async def test_a_long_query_shows_the_best_results_without_pages(searchable: Stage) -> None:
    seen = await searchable.type("search", query="garden " * 20)
    assert len(seen.titles) == 5
    assert "‹ Previous" not in seen.labels
    assert "Search for fewer words" in seen.text


@given(query=st.text(max_size=100) | SPICY)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_query_finds_what_can_be_shown(index: Index, query: str) -> None:
    found = await Found.of(index, query, 1)
    SearchResults(found, translator_for(Locale.american_english))
