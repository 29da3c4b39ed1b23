"""The state can be carried to another place as text, whole or not at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.announce.delivery import Shown
from bot.announce.ledger import Assignment, KnownPost, Revision
from bot.announce.message import Sent
from bot.announce.subscription import Subscription
from bot.blog.errors import ArchiveRefused
from bot.serve.state import State

NEWS = Subscription(place="news", guild=1, channel=11, tags=("Größe",), since=5)
HELLO = KnownPost(
    id="h",
    path="h.md",
    slug="h",
    title="Hello 👋",
    digest="1",
    minhash=frozenset({1, 2**32 - 1}),
    shown_digest="f",
)


async def fill(state: State) -> None:
    """A post that was sent and one that waits."""
    await state.subscriptions.keep(NEWS)
    revision = Revision(
        posts=[HELLO],
        assignments=[Assignment("d1", "c11", ("h",)), Assignment("d2", "c11", ("i",))],
        pages=["h"],
    )
    await state.ledger.revise("7", "me", lambda _known: revision)
    wait = await state.page_waits.claim(60)
    assert wait is not None
    assert await state.page_waits.go_on(wait, "its host answers 404", longest=0)
    lease = await state.outbox.claim("me", 7, 60)
    assert lease is not None
    delivery = await state.outbox.begin(lease, 60)
    assert delivery is not None
    shown = Shown(message_digest="l", shown_digests={"h": "f"})
    await state.outbox.record(lease, delivery, Sent(channel=11, message=99), shown=shown)


async def lines_of(state: State) -> list[str]:
    return [line async for line in state.archive.lines()]


async def test_an_export_is_taken_over_by_any_database(
    tmp_path: Path, state_home: Path | str
) -> None:
    async with State.open(tmp_path / "old.db") as old:
        await fill(old)
        lines = await lines_of(old)
    async with State.open(state_home) as new:
        rows = await new.archive.read(lines)
        assert rows == {
            "subscriptions": 1,
            "known_posts": 1,
            "ledger": 1,
            "deliveries": 2,
            "delivery_posts": 2,
            "page_waits": 1,
        }
        assert await lines_of(new) == lines
        assert await new.ledger.posts() == [HELLO]
        assert await new.subscriptions.all() == [NEWS]
        backlog = await new.outbox.backlog()
        assert (backlog.sent, backlog.waiting) == (1, 1)
        # Whose lease it was there says nothing here.
        assert await new.outbox.claim("another", 7, 60) is not None


async def test_a_state_that_is_in_use_takes_nothing_over() -> None:
    async with State.open(None) as state:
        await fill(state)
        lines = await lines_of(state)
        with pytest.raises(ArchiveRefused, match=r"in use already\. .*SLASHPOST_STATE"):
            await state.archive.read(lines)
        assert await lines_of(state) == lines


HEADER = '{"slashpost": "state", "form": 1}'


@given(
    st.lists(st.text() | st.sampled_from(["{}", "[]", '{"table": "ledger"}', HEADER]), max_size=3)
)
@example([])
@example(['{"slashpost": "state", "form": 2}'])
@example([HEADER, '{"table": "ledger", "one": 1, "generation": true, "looked": 1}'])
@example([HEADER, f'{{"table": "ledger", "one": 1, "generation": {2**63}, "looked": 1}}'])
@example([HEADER, '{"table": "identity"}'])
def test_nonsense_is_refused_with_its_line_and_changes_nothing(lines: list[str]) -> None:
    if lines == [HEADER]:
        return

    async def read() -> None:
        async with State.open(None) as state:
            with pytest.raises(ArchiveRefused, match=r"^Line \d+: "):
                await state.archive.read(lines)
            assert len(await lines_of(state)) == 1

    asyncio.run(read())
