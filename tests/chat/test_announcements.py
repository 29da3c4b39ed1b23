"""The messages that announce posts: Discord takes them, they mention no one, they are found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from discord import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot.announce.ledger import KnownPost
from bot.announce.message import Announced, Message, Story, delivery_id
from bot.announce.minhash import minhash
from bot.announce.post_mark import Mark, adoptions
from bot.announce.subscription import Subscription
from bot.blog.post import Post
from bot.chat.i18n import catalogues
from bot.chat.views.announcement import MOST_STORIES, THREAD_NAME, Announcements
from bot.transport.message_search import to_found
from tests.chat.blog import SITE, garden, garden_post
from tests.chat.test_payloads import ANY, MUCH, V2, posts
from tests.wire.hikari_reader import reads
from tests.wire.limits import check_limits, components_of, texts_of
from tests.wire.schema import validate

BUTTON = 2
ID = delivery_id("c1", ["one"])
CHANNEL = Subscription(place="text", guild=1, channel=1)
READER = Subscription(place="reader", reader=2)

SUBSCRIPTIONS = st.builds(
    replace,
    st.sampled_from([CHANNEL, READER]),
    role=st.none() | st.integers(1, 2**63),
    silent=st.booleans(),
    locale=st.sampled_from([each.value for each in (Locale.danish, *catalogues())]) | st.just("xx"),
)


@st.composite
def stories(draw: st.DrawFn, number: int) -> Story:
    """A post that may hold anything, or one that was withdrawn."""
    post = draw(st.none() | posts(number))
    return Story(title=draw(ANY.filter(bool)) if post is None else post.title, post=post)


STORIES = st.integers(1, 13).flatmap(lambda n: st.tuples(*map(stories, range(n))))


def takes(message: Message) -> None:
    """Discord takes the message."""
    body = {"flags": V2, "components": message.components}
    check_limits(body)
    reads(body)
    validate("MessageCreateRequest", body)
    assert 0 < len(message.title.encode("utf-16-le")) // 2 <= THREAD_NAME
    assert message.title.strip()


def shown(message: Message) -> str:
    """All that a reader sees of it."""
    return "\n".join(texts_of({"components": message.components}))


def buttons(message: Message) -> list[dict[str, Any]]:
    """Its buttons that open posts, greyed out ones too."""
    found: Sequence[Any] = components_of({"components": message.components})
    return [each for each in found if each["type"] == BUTTON and "custom_id" in each]


@given(STORIES, SUBSCRIPTIONS)
def test_any_posts_make_a_message_that_discord_takes_and_that_mentions_the_chosen_role_alone(
    about: Sequence[Story], to: Subscription
) -> None:
    mentions = [] if to.role is None else [f"<@&{to.role}>"]
    for message in (Announcements().compose(ID, about, to), Announcements().plain(ID, about, to)):
        takes(message)
        assert len(buttons(message)) == min(len(about), MOST_STORIES)
        assert all(ID in button["custom_id"] for button in buttons(message))
        assert (message.role, message.silent) == (to.role, to.silent)
        said = re.sub(r"`[^`\n]*`", "", shown(message))  # chips, where Discord reads no Markdown
        assert re.findall(r"(?<!\\)<[@#][!&]?\d+>", said) == mentions
        assert not re.search(r"@(everyone|here)", said, re.IGNORECASE)


@pytest.mark.parametrize("many", [1, 10, 11, 90])
@pytest.mark.parametrize("piece", MUCH)
def test_the_longest_posts_there_could_be_can_be_announced(piece: str, many: int) -> None:
    long = piece * 3000
    post = Post(
        path="long.md",
        slug=long,
        title=long,
        summary=long,
        tags=tuple(f"{number} {long}" for number in range(50)),
        authors=(long,) * 50,
        image="https://x.example/" + "i" * 2000,
        link="https://x.example/" + "l" * 490,
        words=10**9,
    )
    about = [
        Story(title=long, post=replace(post, path=f"{number}.md") if number % 3 else None)
        for number in range(many)
    ]
    to = replace(READER, role=2**63, locale="fr")
    takes(Announcements().compose(ID, about, to))
    takes(Announcements().plain(ID, about, to))


def story(number: int) -> Story:
    """About a post of the gardening blog."""
    post = garden_post(number).on_site(SITE)
    return Story(title=post.title, post=post)


def test_one_post_makes_a_card_with_its_cover_link_and_tags() -> None:
    message = Announcements().compose(ID, [story(3)], replace(CHANNEL, role=9))
    lines = shown(message).splitlines()
    assert lines[:3] == [
        "-# 📣 New post",
        "<@&9>",
        "## [Bed number 3](https://blog.example/beds/3/)",
    ]
    assert lines[-1] == "`Weather` `Garden`"
    read, link = [
        each for each in components_of({"components": message.components}) if each["type"] == BUTTON
    ]
    assert (read["label"], link["url"]) == ("Read", "https://blog.example/beds/3/")
    assert "https://blog.example/img/3.png" in str(message.components)
    assert (message.title, message.tags) == ("Bed number 3", ("Weather", "Garden"))


def test_the_same_post_makes_the_same_message() -> None:
    assert Announcements().compose(ID, [story(3)], CHANNEL) == Announcements().compose(
        ID, [story(3)], CHANNEL
    )


def test_a_withdrawn_post_is_struck_and_cannot_be_opened() -> None:
    gone = Story(title="Bed *number* 3", post=None)
    message = Announcements().compose(ID, [gone], CHANNEL)
    assert r"~~Bed \*number\* 3~~" in shown(message)
    assert "This post was withdrawn." in shown(message)
    assert [button["disabled"] for button in buttons(message)] == [True]


def test_several_posts_make_a_list_oldest_first_with_a_button_each() -> None:
    message = Announcements().compose(
        ID, [story(1), Story(title="Gone", post=None), story(3)], CHANNEL
    )
    headings = re.findall(r"(?m)^(?:### \[|~~)([^\]~]+)", shown(message))
    assert headings == ["Bed number 1", "Gone", "Bed number 3"]
    assert [button["disabled"] for button in buttons(message)] == [False, True, False]
    assert message.title == "3 new posts"


def test_a_list_shows_the_newest_ten_and_counts_the_others() -> None:
    about = [Story(title=post.title, post=post) for post in garden(12)]
    said = shown(Announcements().compose(ID, about, CHANNEL))
    assert "## 📣 12 new posts" in said
    assert re.findall(r"### Bed number (\d+)", said) == [str(number) for number in range(3, 13)]
    assert said.endswith("-# and 2 more: `/latest`")


def test_what_has_no_button_is_in_a_menu_and_every_post_is_found_again() -> None:
    posts = [
        KnownPost(
            id=f"{n:016x}",
            path=f"{n}.md",
            slug=f"{n}",
            title=f"Post {n}",
            digest="",
            minhash=minhash(f"What the post number {n} says about it."),
            shown_digest="x",
        )
        for n in range(70)
    ]
    about = [
        Story(
            title=each.title,
            mark=str(Mark.of(each, len(posts))),
            post=None
            if each is posts[30]
            else Post(path=each.path, slug=each.slug, title=each.title),
        )
        for each in posts
    ]
    message = Announcements().compose(ID, about, READER)
    takes(message)
    found = to_found(
        {"id": 1, "channel_id": 2, "author": {"id": 3}, "components": message.components}
    )
    assert len(found.buttons) == 62, "a button or an option each, and two menus"
    there = Announced(sent=found.sent, buttons=found.buttons)
    assert there.is_of(ID)
    lost = [post for post in posts if not adoptions([post], [there])]
    assert lost == posts[:10], "which the message only counts"


def test_a_reader_is_told_how_to_stop_it_in_their_language() -> None:
    said = shown(Announcements().compose(ID, [story(3)], replace(READER, locale="de")))
    assert said.endswith("-# Du folgst diesem Blog. `/entfolgen` beendet das.")
    assert "entfolgen" not in shown(Announcements().compose(ID, [story(3)], CHANNEL))


def test_the_plain_message_has_neither_picture_nor_link() -> None:
    message = Announcements().plain(ID, [story(3)], CHANNEL)
    kinds = {component["type"] for component in components_of({"components": message.components})}
    assert kinds == {17, 10, 9, BUTTON}
    assert "http" not in str(message.components)
    assert "**Bed number 3**" in shown(message)
