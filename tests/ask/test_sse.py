"""Server-sent events arrive whole, wherever the network cuts them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ask.sse import MAX_EVENT_CHARACTERS, Event, EventTooLongError, events


async def chunked(raw: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    begin = 0
    for cut in sorted({min(cut, len(raw)) for cut in cuts}):
        yield raw[begin:cut]
        begin = cut
    yield raw[begin:]


async def read(raw: bytes, cuts: list[int] | None = None) -> list[Event]:
    return [event async for event in events(chunked(raw, cuts or []))]


TEXT = st.text(st.characters(blacklist_characters="\r\n\x00", blacklist_categories=["Cs"]))


@given(
    lines=st.lists(TEXT, min_size=1, max_size=4),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    cuts=st.lists(st.integers(0, 200), max_size=8),
)
@example(lines=["grün"], end="\r\n", cuts=[8, 9, 10, 11, 12])
@example(lines=[""], end="\r", cuts=[])
async def test_an_event_survives_every_cut(lines: list[str], end: str, cuts: list[int]) -> None:
    raw = end.join([": a comment", "event: delta", *(f"data: {line}" for line in lines), "", ""])
    assert await read(raw.encode(), cuts) == [Event("delta", "\n".join(lines))]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", []),
        (b": keep-alive\n\n: keep-alive\n\n", []),
        (b"data:no space\n\n", [Event("message", "no space")]),
        (
            b"\xef\xbb\xbfdata: after a byte order mark\n\n",
            [Event("message", "after a byte order mark")],
        ),
        (b"id: 7\nretry: 10\ndata: x\n\n", [Event("message", "x")]),
        (b"event: ping\n\ndata: y\n\n", [Event("message", "y")]),
        (b"data: never ended\n", []),
        (b"data: \xff\n\n", [Event("message", "\ufffd")]),
    ],
)
async def test_what_the_standard_says(raw: bytes, found: list[Event]) -> None:
    assert await read(raw) == found


@pytest.mark.parametrize(
    "raw", [b"data: " + b"x" * (MAX_EVENT_CHARACTERS + 1), b"data: x\n" * 400_000]
)
async def test_an_event_without_an_end_is_given_up(raw: bytes) -> None:
    with pytest.raises(EventTooLongError):
        await read(raw, list(range(0, len(raw), 65_536)))
