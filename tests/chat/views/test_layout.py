"""Pages of lists, and pictures, of which few are in memory at once however many readers come."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.views.layout import SLOTS, Pagination, PictureSlots
from tests.wire.patience import PATIENCE


async def test_a_slot_is_free_again_once() -> None:
    slots = PictureSlots(slots=1, wait_seconds=0.01)
    slot = await slots.take()
    assert slot is not None
    assert await slots.take() is None
    slot.release()
    slot.release()
    another = await slots.take()
    assert another is not None
    assert await slots.take() is None


async def test_a_slot_that_is_lost_is_free_again() -> None:
    slots = PictureSlots(slots=1, wait_seconds=0.01)
    slot = await slots.take()
    assert slot is not None
    del slot
    assert await slots.take() is not None


async def test_forty_readers_hold_three_messages_of_pictures() -> None:
    slots = PictureSlots(wait_seconds=PATIENCE)
    held, most = 0, 0

    async def read() -> None:
        nonlocal held, most
        slot = await slots.take()
        assert slot is not None
        held += 1
        most = max(most, held)
        await asyncio.sleep(0)
        held -= 1
        slot.release()

    await asyncio.gather(*(read() for _ in range(40)))
    assert most == SLOTS


@given(st.integers(-5, 10**9), st.integers(0, 10**5), st.integers(1, 25))
def test_any_number_leads_to_a_page_that_has_items(number: int, items: int, size: int) -> None:
    page = Pagination.nearest(number, items, size)
    assert 1 <= page.number <= page.of
    assert page.offset < items or items == 0
    assert (page.of - 1) * size < max(items, 1) <= page.of * size


@pytest.mark.parametrize(
    ("number", "items", "shown"), [(1, 0, 1), (0, 11, 1), (2, 11, 2), (3, 11, 3), (4, 11, 3)]
)
def test_a_page_that_does_not_exist_becomes_the_nearest(
    number: int, items: int, shown: int
) -> None:
    assert Pagination.nearest(number, items, 5).number == shown
