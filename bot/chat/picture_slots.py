"""A limit on the messages with pictures that are in memory at once."""

from __future__ import annotations

import asyncio

# A message carries up to 8 MB of pictures, and a machine of 256 MB has some 150 MB to spare.
SLOTS = 3
# Then the page is shown with the pictures' names.
WAIT_SECONDS = 2.0


class Slot:
    """The right to hold the pictures of one message, until it is sent."""

    def __init__(self, slots: asyncio.Semaphore) -> None:
        self._slots = slots
        self._is_taken = True

    def release(self) -> None:
        """Give the right back. Does nothing the second time."""
        if self._is_taken:
            self._is_taken = False
            self._slots.release()

    def __del__(self) -> None:
        """Give the right back where a message was never sent."""
        self.release()


class PictureSlots:
    """Hands out the slots."""

    def __init__(self, slots: int = SLOTS, wait_seconds: float = WAIT_SECONDS) -> None:
        self._slots = asyncio.Semaphore(slots)
        self._wait_seconds = wait_seconds

    async def take(self) -> Slot | None:
        """Wait for a slot; None where none is free in time."""
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._slots.acquire()
        except TimeoutError:
            return None
        return Slot(self._slots)
