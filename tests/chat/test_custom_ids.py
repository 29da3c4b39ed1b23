"""A custom id says what a click means, and comes back as it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.announce.message import delivery_id
from bot.blog.post import post_key
from bot.chat.custom_ids import (
    KINDS,
    AnotherRandom,
    AskToStop,
    CustomId,
    DecideDelivery,
    Follow,
    FollowLink,
    GoTo,
    Jump,
    ListPage,
    Narrow,
    NewPost,
    OpenSettings,
    PickNewPost,
    PickRelated,
    PickRole,
    PickTag,
    PickTags,
    ReadOn,
    ReadPost,
    SavePage,
    SearchPage,
    SettingsPage,
    SharePost,
    Stop,
    Switch,
    TagsPage,
    TurnPage,
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


def joined(ways: Sequence[tuple[str, int]]) -> str:
    """Pages as they stand in a custom id."""
    return ".".join(f"{key}-{page}" for key, page in ways)


CHANNELS = st.integers(0, 2**64 - 1)
TAGS = TEXT.filter(str.strip)
KEYS = st.text().map(post_key)
DELIVERIES = st.text().map(lambda name: delivery_id("c1", [name]))
PAGES = st.integers(-1, 999_999_999)
DIGESTS = st.text("0123456789abcdef", max_size=16)
BACKS = st.lists(st.tuples(KEYS, st.integers(0, 999_999_999)), min_size=1, max_size=5).map(
    lambda ways: TurnPage(ways[0][0], "", ways[0][1], joined(ways[1:])).leave()
)
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
        DELIVERIES,
        KEYS | st.integers(0, 999).map(NewPost.withdrawn),
    ),
    *(
        st.builds(kind, KEYS, DIGESTS, PAGES, st.just("") | BACKS)
        for kind in (TurnPage, Jump, FollowLink)
    ),
    *(st.builds(kind, KEYS, DIGESTS, PAGES) for kind in (ReadOn, SavePage)),
    st.builds(SharePost, KEYS),
    st.builds(Follow, st.just("") | TAGS.map(tag_ref)),
    st.builds(PickTags, st.sampled_from(["only", "never"]), CHANNELS),
    st.builds(
        Switch,
        st.sampled_from(["silent", "publish", "threads", "paused"]),
        st.booleans(),
        CHANNELS,
    ),
    st.builds(PickNewPost, DELIVERIES, st.integers(0, 1)),
    st.builds(SettingsPage, PAGES),
    st.builds(DecideDelivery, st.booleans(), DELIVERIES, PAGES),
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


@given(CUSTOM_IDS)
def test_a_page_can_be_asked_for_wherever_there_are_pages(custom_id: CustomId) -> None:
    ask = GoTo(str(custom_id))
    assert parse(str(ask)) == ask
    assert parse(ask.to) == custom_id
    if "back" in custom_id.parts:
        assert ask.fits


# Of messages that were sent before; they are read for ever.
SENT = {
    "read:0123456789ab": ReadPost("0123456789ab", ""),
    "read:0123456789ab:a:b": ReadPost("0123456789ab", "a:b"),
    "page:0123456789ab:00ff:2": TurnPage("0123456789ab", "00ff", 2, ""),
    "on:0123456789ab::12": ReadOn("0123456789ab", "", 12),
    "jump:0123456789ab:00ff:2": Jump("0123456789ab", "00ff", 2, ""),
    "save:0123456789ab:00ff:-1": SavePage("0123456789ab", "00ff", -1),
    "share:0123456789ab": SharePost("0123456789ab"),
    "post:older:0123456789ab": TurnTo("older", "0123456789ab"),
    "related": PickRelated(),
    "random": AnotherRandom(),
    "latest:3:5:": ListPage(3, 5, ""),
    "latest:3:5:c:d": ListPage(3, 5, "c:d"),
    "narrow:5": Narrow(5),
    "tags:2": TagsPage(2),
    "tag": PickTag(),
    "search:2:a:b\n": SearchPage(2, "a:b\n"),
    "follow:": Follow(""),
    "follow:soil": Follow("soil"),
    "unfollow": UnfollowAll(),
    "new:0123456789abcdef0123:0123456789ab": NewPost("0123456789abcdef0123", "0123456789ab"),
    "new:0123456789abcdef0123:~3": NewPost("0123456789abcdef0123", "~3"),
    "news:0123456789abcdef0123:1": PickNewPost("0123456789abcdef0123", 1),
    "announced:1": SettingsPage(1),
    "stopped:1:0123456789abcdef0123:2": DecideDelivery(
        is_there=True, delivery="0123456789abcdef0123", page=2
    ),
    "settings:210": OpenSettings(210),
    "role:210": PickRole(210),
    "more:210": TypeTags(210),
    "typed:210": TypedTags(210),
    "remove:210": AskToStop(210),
    "removed:210": Stop(210),
    "tagged:only:210": PickTags("only", 210),
    "switch:silent:1:210": Switch("silent", on=True, channel=210),
    "switch:paused:0:210": Switch("paused", on=False, channel=210),
}


@pytest.mark.parametrize(("sent", "meaning"), SENT.items())
def test_a_button_that_was_sent_long_ago_means_what_it_meant(sent: str, meaning: CustomId) -> None:
    assert parse(sent) == meaning
    assert str(meaning) == sent


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
