"""Time that passes only when nothing else is to be done."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._now

    def stall(self, seconds: float) -> None:
        """Let time pass in which nothing runs."""
        self._now += seconds

    def _run_once(self) -> None:
        state: Any = self
        if not state._ready and state._scheduled:
            self._now = max(self._now, state._scheduled[0].when())
        super()._run_once()  # type: ignore[misc]


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, without waiting for its timers."""
    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        return runner.run(work)
