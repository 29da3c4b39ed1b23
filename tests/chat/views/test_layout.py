"""However many readers open a page with pictures, few are in memory at once."""

from __future__ import annotations

import asyncio

from bot.chat.views.layout import SLOTS, PictureSlots
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
