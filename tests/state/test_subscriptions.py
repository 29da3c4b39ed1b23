"""Subscriptions are kept as they were wished, and go when they are to go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.announce.subscription import Pause, PauseReason, Subscription
from bot.serve.state import State

NEWS = Subscription(place="news", guild=1, channel=11, since=5)
FORUM = Subscription(place="forum", guild=1, channel=12, tags=("Python",), since=4)
ADA = Subscription(place="reader", reader=7, locale="de", since=6)

ids = st.integers(0, 2**63 - 1)
words = st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=3).map(tuple)
pauses = st.builds(
    Pause,
    reason=st.sampled_from(["admin", "access", "closed", "left"]),
    detail=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
    since=st.integers(0, 2**40),
    told=st.booleans(),
)
subscriptions = st.builds(
    Subscription,
    place=st.sampled_from(["text", "news", "forum", "thread"]),
    guild=ids,
    channel=ids,
    tags=words,
    without=words,
    role=st.none() | ids,
    silent=st.booleans(),
    publish=st.booleans(),
    threads=st.booleans(),
    locale=st.sampled_from(["en-US", "pt-BR"]),
    since=st.integers(0, 2**40),
    pause=st.none() | pauses,
)


@given(subscriptions, subscriptions)
def test_every_wish_is_kept_and_changed_in_all_its_parts(
    wish: Subscription, other: Subscription
) -> None:
    async def there_and_back() -> None:
        async with State.open(None) as state:
            await state.subscriptions.keep(wish)
            assert await state.subscriptions.get(wish.key) == wish
            changed = replace(other, channel=wish.channel)
            await state.subscriptions.keep(changed)
            assert await state.subscriptions.all() == [changed]

    asyncio.run(there_and_back())


async def test_they_are_listed_by_age_and_by_server(state_home: Path | str) -> None:
    async with State.open(state_home) as state:
        for wish in (ADA, NEWS, FORUM):
            await state.subscriptions.keep(wish)
    async with State.open(state_home) as state:
        assert await state.subscriptions.all() == [FORUM, NEWS, ADA]
        assert await state.subscriptions.in_guild(1) == [FORUM, NEWS]
        assert await state.subscriptions.in_guild(2) == []
        assert await state.subscriptions.get("c11") == NEWS
        assert await state.subscriptions.remove("c11")
        assert not await state.subscriptions.remove("c11")
        assert await state.subscriptions.get("c11") is None


async def test_a_pause_leaves_the_wish_alone(state_home: Path | str) -> None:
    pause = Pause(reason="access", detail="Send Messages is missing", since=9)
    async with State.open(state_home) as state:
        await state.subscriptions.keep(FORUM)
        await state.subscriptions.pause("c12", pause)
        assert await state.subscriptions.get("c12") == replace(FORUM, pause=pause)
        await state.subscriptions.resume("c12")
        assert await state.subscriptions.get("c12") == FORUM


async def test_readers_who_have_not_heard_of_a_pause_are_known(state_home: Path | str) -> None:
    closed = Pause(reason="closed", since=9)
    async with State.open(state_home) as state:
        for wish in (ADA, NEWS):
            await state.subscriptions.keep(wish)
            await state.subscriptions.pause(wish.key, closed)
        assert await state.subscriptions.unnotified_readers() == {7}
        await state.subscriptions.pause(ADA.key, replace(closed, told=True))
        assert await state.subscriptions.unnotified_readers() == frozenset()


async def test_changes_at_once_do_not_undo_each_other(state_home: Path | str) -> None:
    edits: list[dict[str, Any]] = [
        {"silent": not NEWS.silent},
        {"publish": not NEWS.publish},
        {"threads": not NEWS.threads},
        {"tags": ("new",)},
        {"without": ("old",)},
        {"role": 77},
        {"locale": "ja"},
    ]
    async with State.open(state_home) as state, State.open(state_home) as other:
        await state.subscriptions.keep(NEWS)
        await asyncio.gather(
            *(
                each.subscriptions.change(NEWS.key, partial(replace, **edit))
                for edit, each in zip(edits, cycle((state, other)), strict=False)
            )
        )
        changed = await state.subscriptions.get(NEWS.key)
        assert changed == replace(NEWS, **{k: v for edit in edits for k, v in edit.items()})


async def test_a_change_leaves_a_pause_that_came_meanwhile(state_home: Path | str) -> None:
    pause = Pause(reason="access", since=9)
    async with State.open(state_home) as state:
        await state.subscriptions.keep(replace(NEWS, role=None))
        await state.subscriptions.pause(NEWS.key, pause)
        changed = await state.subscriptions.change(NEWS.key, lambda wish: replace(wish, role=5))
        assert changed == replace(NEWS, role=5, pause=pause)
        assert await state.subscriptions.get(NEWS.key) == changed
        changed = await state.subscriptions.change(NEWS.key, lambda wish: replace(wish, role=None))
        assert changed == replace(NEWS, role=None, pause=pause)
        assert await state.subscriptions.change("c999", lambda wish: wish) is None


async def test_servers_that_were_left_long_ago_are_forgotten(state_home: Path | str) -> None:
    async with State.open(state_home) as state:
        for wish, since in ((NEWS, 100), (FORUM, 200)):
            await state.subscriptions.keep(wish)
            await state.subscriptions.pause(wish.key, Pause(reason="left", since=since))
        await state.subscriptions.keep(ADA)
        await state.subscriptions.forget_unreachable(left_before=150, closed_before=0)
        assert [wish.key for wish in await state.subscriptions.all()] == ["c12", "u7"]


async def test_readers_whom_nothing_reaches_are_forgotten(state_home: Path | str) -> None:
    pauses: tuple[tuple[int, PauseReason, int], ...] = (
        *((1, "closed", 100), (2, "closed", 200), (3, "gone", 200), (4, "admin", 100)),
    )
    async with State.open(state_home) as state:
        for reader, reason, since in pauses:
            wish = replace(ADA, reader=reader)
            await state.subscriptions.keep(wish)
            await state.subscriptions.pause(wish.key, Pause(reason=reason, since=since))
        await state.subscriptions.keep(ADA)
        forgotten = await state.subscriptions.forget_unreachable(left_before=0, closed_before=150)
        assert forgotten == 2
        assert [wish.key for wish in await state.subscriptions.all()] == ["u2", "u4", "u7"]
