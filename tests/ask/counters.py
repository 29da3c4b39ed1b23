"""Counts in a dictionary."""

from __future__ import annotations

import asyncio


class MemoryCounters:
    """See ``bot.ask.budget.Counters``."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, int], int] = {}

    async def add(self, name: str, window: int, amount: int, limit: int | None) -> bool:
        await asyncio.sleep(0)  # as a database takes time
        count = self.counts.get((name, window), 0) + amount
        if amount > 0 and limit is not None and count > limit:
            return False
        self.counts[name, window] = count
        return True

    async def forget(self, hour: int) -> bool:
        old = [key for key in self.counts if key[0] != "month" and key[1] < hour]
        for key in old:
            del self.counts[key]
        return any(name != "month" for name, _ in self.counts)
