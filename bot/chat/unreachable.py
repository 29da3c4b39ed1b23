"""Readers who take no direct messages and have not been told."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.announce.subscription import Subscriptions

# How often the state is asked: commands come more often than direct messages are closed.
SECONDS = 60


class UnreachableReaders:
    """Those who are to be told, when they use a command, that what they follow is paused.

    Args:
        subscriptions: knows them.
        clock: seconds, on any clock.
    """

    def __init__(
        self, subscriptions: Subscriptions, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._subscriptions = subscriptions
        self._clock = clock
        self._readers: frozenset[int] = frozenset()
        self._asked: float | None = None

    async def take(self, reader: int) -> bool:
        """Whether that reader is one of them, who counts as told from now on.

        Raises:
            StateUnavailable: nobody knows.
        """
        now = self._clock()
        if self._asked is None or now - self._asked >= SECONDS:
            self._asked = now
            self._readers = await self._subscriptions.unnotified_readers()
        if reader not in self._readers:
            return False
        self._readers -= {reader}
        return True
