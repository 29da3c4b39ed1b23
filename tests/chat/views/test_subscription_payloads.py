"""Discord takes every message and form about announcements, whatever tags and roles are set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from discord import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot.announce.message import delivery_id
from bot.announce.stopped import Stopped
from bot.announce.subscription import Channel, Pause, PauseReason, Place, Subscription
from bot.blog.post import Tag, tag_key
from bot.chat import channels
from bot.chat.channels import Access, paused
from bot.chat.commands.about import Privacy
from bot.chat.i18n import Translator, catalogues, translator_for
from bot.chat.views.announced_list import AnnouncedList, Following
from bot.chat.views.channel_settings import (
    ChannelSettings,
    Settings,
    StopQuestion,
)
from bot.chat.views.following import MOST_TAGS
from bot.chat.views.layout import Layout, Pagination
from bot.chat.views.post_list import ListedPosts, PostList
from bot.chat.views.settings_form import SettingsForm
from bot.chat.views.tag_list import TagList, Tags
from bot.transport.rest import CLOSED
from tests.chat.test_payloads import ANY, LINES, MUCH, POST_LISTS, TAGS, WORDS, takes
from tests.wire.limits import components_of
from tests.wire.schema import validate

HIGHEST = 2**63
IDS = st.integers(1, HIGHEST)
NAMES = st.lists(LINES.filter(str.strip), max_size=MOST_TAGS, unique_by=tag_key).map(tuple)
REASONS: tuple[PauseReason, ...] = ("admin", "access", "closed", "gone", "left")
PLACES: tuple[Place, ...] = ("text", "news", "forum", "thread")
PAUSES = st.builds(Pause, reason=st.sampled_from(REASONS), detail=ANY, since=st.integers(0, 10**10))
SUBSCRIPTIONS = st.builds(
    Subscription,
    place=st.sampled_from(PLACES),
    guild=IDS,
    channel=IDS,
    tags=NAMES,
    without=NAMES,
    role=st.none() | IDS,
    silent=st.booleans(),
    publish=st.booleans(),
    threads=st.booleans(),
    locale=st.sampled_from(list(Locale)).map(str),
    pause=st.none() | PAUSES,
)
DELIVERIES = st.text().map(lambda name: delivery_id("c1", [name]))
STOPPED = st.lists(
    st.builds(Stopped, id=DELIVERIES, channel=IDS, title=ANY, posts=IDS, problem=ANY), max_size=5
)
READERS = st.builds(
    Subscription,
    place=st.just("reader"),
    reader=IDS,
    tags=NAMES,
    without=NAMES,
    since=st.integers(0, 10**10),
    pause=st.none() | PAUSES,
)
CHANNELS = st.builds(
    Channel,
    id=IDS,
    name=st.just("news"),
    place=st.sampled_from(PLACES),
    guild=IDS,
    missing=st.lists(st.just("Mention @everyone, @here and All Roles"), max_size=8).map(tuple),
    needs_tag=st.booleans(),
    timed_out=st.booleans(),
    role_gone=st.booleans(),
)
ACCESS = st.builds(Access, CHANNELS) | st.builds(Access, st.none(), st.booleans())


def takes_form(form: SettingsForm) -> None:
    """Discord takes the form."""
    modal: dict[str, Any] = form.to_dict()
    validate("ModalInteractionCallbackRequest", {"type": 9, "data": modal})


@given(SUBSCRIPTIONS, ACCESS, TAGS, WORDS)
def test_any_settings_can_be_shown(
    subscription: Subscription, access: Access, tags: Sequence[Tag], tr: Translator
) -> None:
    takes(ChannelSettings(Settings(subscription, access, tags), tr))
    takes_form(SettingsForm(subscription, tr))


@given(
    st.lists(SUBSCRIPTIONS, min_size=1, max_size=7),
    STOPPED,
    WORDS,
)
def test_any_channels_can_be_listed(
    subscriptions: Sequence[Subscription], stopped: Sequence[Stopped], tr: Translator
) -> None:
    unique = list({subscription.key: subscription for subscription in subscriptions}.values())
    unlike = list({each.id: each for each in stopped}.values())
    page = Pagination.nearest(2, len(unique), 5)
    takes(AnnouncedList(unique, unlike, page, tr, older_machines=()))


@given(READERS, WORDS)
def test_whatever_is_followed_can_be_shown(followed: Subscription, tr: Translator) -> None:
    takes(Following(followed, (), "-" * 200, tr))
    takes(Privacy(followed, "`/unfollow`", tr))
    takes(Privacy(None, "`/unfollow`", tr))


@given(POST_LISTS, TAGS, WORDS)
def test_there_is_room_for_a_button_to_follow(
    shown: Sequence[Any], tags: Sequence[Tag], tr: Translator
) -> None:
    page = Pagination(7, 10**6, 5)
    view = PostList(ListedPosts(shown, 10**6, page, tags[-1], tags[:24], follows=True), tr)
    takes(view)
    assert offers_to_follow(view)
    whole = TagList(Tags(tags, 10**6, page, follows=True), tr)
    takes(whole)
    assert offers_to_follow(whole)


def offers_to_follow(view: Layout) -> bool:
    """Whether one of the buttons does."""
    components: Any = view.to_components()  # type: ignore[no-untyped-call]
    ids = [each.get("custom_id", "") for each in components_of({"components": components})]
    return any(custom_id.startswith("follow:") for custom_id in ids)


@pytest.mark.parametrize("locale", catalogues())
@pytest.mark.parametrize("reason", [*CLOSED.values(), "the bot lacks the permission Read History"])
def test_a_pause_is_explained_in_the_readers_language(reason: str, locale: Locale) -> None:
    tr = translator_for(locale)
    discord = "403 Forbidden (error code: 1): Missing *Access*"
    detail = reason if "Read History" in reason else f"{reason} ({discord})"
    channel = Subscription(
        place="text", channel=1, pause=Pause(reason="access", since=5, detail=detail)
    )
    first, *rest = paused(channel, tr).splitlines()
    assert reason not in first
    assert first.endswith((".", "。")), "it reads as a sentence"
    if "Read History" in reason:
        assert "**Read History**" in first
    else:
        assert tr.gettext(channels.REASONS[reason].message) in first
        assert rest == ["-# 403 Forbidden (error code: 1): Missing \\*Access\\*"]


@pytest.mark.parametrize("locale", [Locale.american_english, *catalogues()], ids=str)
@pytest.mark.parametrize("piece", MUCH)
def test_the_longest_settings_there_could_be_fit(piece: str, locale: Locale) -> None:
    tr = translator_for(locale)
    names = tuple(f"{number} {piece * 300}" for number in range(MOST_TAGS))
    subscription = Subscription(
        place="news",
        guild=HIGHEST,
        channel=HIGHEST,
        tags=names,
        without=names,
        role=HIGHEST,
        silent=True,
        publish=True,
        threads=True,
        pause=Pause(reason="access", detail=piece * 3000, since=10**10),
    )
    lacking = Channel(
        id=1, name="n", place="news", guild=1, missing=(piece * 100,) * 8, needs_tag=True
    )
    tags = [Tag(name, 10**6) for name in names]
    takes(ChannelSettings(Settings(subscription, Access(lacking), tags), tr))
    takes_form(SettingsForm(subscription, tr))
    subscriptions = [replace(subscription, channel=HIGHEST - number) for number in range(9)]
    problem = f"{max(channels.REASONS, key=len)} ({piece * 999})"
    stopped = [
        Stopped(id=f"{n:020}", channel=HIGHEST, title=piece * 999, posts=9, problem=problem)
        for n in range(9)
    ]
    page = Pagination.nearest(1, 9, 5)
    takes(AnnouncedList(subscriptions, stopped, page, tr, older_machines=[piece * 99]))
    takes(StopQuestion(HIGHEST, tr))
    reader = Subscription(
        place="reader", reader=1, tags=names, without=names, pause=subscription.pause
    )
    undecided = [replace(each, channel=None) for each in stopped]
    takes(Following(reader, undecided, "-" * 200, tr))
    takes(Privacy(reader, "`/unfollow`", tr))
