"""How often the same thing may be done."""

from __future__ import annotations

import math
from collections.abc import Hashable


class Cooldown:
    """Lets each one do something once in a while.

    What is remembered is in memory only, and no more than those who must still wait.

    Args:
        seconds: how long one has to wait before doing it again.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[Hashable, float] = {}

    def take(self, who: Hashable, now: float) -> int:
        """Do it now, or not yet.

        Args:
            who: whom it is counted for.
            now: the time in seconds, on any clock that is always the same.

        Returns:
            0 where it may be done, which counts as doing it; else the whole seconds to wait.
        """
        self._until = {each: until for each, until in self._until.items() if until > now}
        if who in self._until:
            return math.ceil(self._until[who] - now)
        self._until[who] = now + self._seconds
        return 0
