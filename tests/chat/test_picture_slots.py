"""However many readers open a page with pictures, few are in memory at once."""

from __future__ import annotations

import asyncio

from bot.chat.picture_slots import PictureSlots, Slot


async def test_a_slot_is_free_again_once_all_its_files_are_closed() -> None:
    slots = PictureSlots(slots=1, wait_seconds=0.01)
    slot = await slots.take()
    assert slot is not None
    files = [slot.file(b"one"), slot.file(b"two")]
    files[0].close()
    files[0].close()
    assert await slots.take() is None
    files[1].close()
    assert await slots.take() is not None


async def test_a_slot_is_free_again_once_its_files_are_lost() -> None:
    slots = PictureSlots(slots=1, wait_seconds=0.01)
    slot = await slots.take()
    assert slot is not None
    file = slot.file(b"one")
    del slot, file
    assert await slots.take() is not None


async def test_forty_readers_hold_three_messages_of_pictures() -> None:
    slots = PictureSlots(wait_seconds=5.0)
    held, most = 0, 0

    async def read() -> None:
        nonlocal held, most
        slot = await slots.take()
        assert isinstance(slot, Slot)
        file = slot.file(b"picture")
        held += 1
        most = max(most, held)
        await asyncio.sleep(0)
        held -= 1
        file.close()

    await asyncio.gather(*(read() for _ in range(40)))
    assert most == 3
