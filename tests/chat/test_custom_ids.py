"""A custom id says what a click means, and comes back as it went."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.announce.delivery import delivery_id
from bot.blog.post import post_key
from bot.chat.custom_ids import (
    KINDS,
    AnotherRandom,
    AskToStop,
    CustomId,
    Follow,
    ListPage,
    Narrow,
    NewPost,
    OpenSettings,
    PickRelated,
    PickRole,
    PickTag,
    PickTags,
    ReadPost,
    SearchPage,
    SettingsPage,
    Stop,
    Switch,
    TagsPage,
    TurnTo,
    TypedTags,
    TypeTags,
    UnfollowAll,
    parse,
    tag_of,
    tag_ref,
)
from bot.chat.limits import length
from bot.index.index import Index
from tests.chat.blog import fill, garden_post
from tests.chat.test_text import TEXT

OF_CHANNELS = (OpenSettings, PickRole, TypeTags, TypedTags, AskToStop, Stop)
CHANNELS = st.integers(0, 2**64 - 1)
TAGS = TEXT.filter(str.strip)
KEYS = st.text().map(post_key)
PAGES = st.integers(-1, 999_999_999)
CUSTOM_IDS: st.SearchStrategy[CustomId] = st.one_of(
    st.builds(ReadPost, KEYS),
    st.builds(TurnTo, st.sampled_from(["older", "newer", "first"]), KEYS),
    st.builds(
        ListPage, PAGES, st.integers(1, 5), st.just("") | TEXT.filter(str.strip).map(tag_ref)
    ),
    st.builds(Narrow, st.integers(1, 5)),
    st.builds(TagsPage, PAGES),
    st.builds(SearchPage, PAGES, TEXT.filter(bool)),
    st.sampled_from([PickRelated(), AnotherRandom(), PickTag(), UnfollowAll()]),
    st.builds(
        NewPost,
        st.text().map(lambda name: delivery_id("c1", [name])),
        KEYS | st.integers(0, 999).map(NewPost.withdrawn),
    ),
    st.builds(Follow, st.just("") | TAGS.map(tag_ref)),
    st.builds(PickTags, st.sampled_from(["only", "never"]), CHANNELS),
    st.builds(
        Switch,
        st.sampled_from(["silent", "publish", "threads", "paused"]),
        st.booleans(),
        CHANNELS,
    ),
    st.builds(SettingsPage, PAGES),
    *(st.builds(kind, CHANNELS) for kind in OF_CHANNELS),
)


@given(CUSTOM_IDS)
def test_what_is_written_is_read(custom_id: CustomId) -> None:
    readers = [kind for kind in KINDS.values() if kind.read(str(custom_id))]
    assert readers == [type(custom_id)], "one kind reads it, and no other"
    assert parse(str(custom_id)) == custom_id


@given(CUSTOM_IDS)
def test_discord_takes_every_custom_id_that_says_it_fits(custom_id: CustomId) -> None:
    if isinstance(custom_id, SearchPage) and not custom_id.fits:
        return
    assert 1 <= length(str(custom_id)) <= 100


@given(st.text(max_size=150).filter(str.strip))
def test_a_tag_fits_into_an_option_without_being_taken_for_another_meaning(name: str) -> None:
    ref = tag_ref(name)
    assert 1 <= length(ref) <= 100
    assert ref != Narrow.ALL
    assert ref.isprintable()


@pytest.mark.parametrize("name", ["Soil", "~all", "~0123456789ab", "#go", "a" * 150, "a:b", "İ"])
async def test_a_tag_is_found_again(index: Index, name: str) -> None:
    await fill(index, [garden_post(1), replace(garden_post(2), tags=(name,))])
    found = await tag_of(index, tag_ref(name))
    assert found is not None
    assert found.name == name


async def test_a_tag_that_is_gone_is_not_found(index: Index) -> None:
    assert await tag_of(index, tag_ref("a" * 150)) is None
    assert await tag_of(index, "~0123456789ab") is None
