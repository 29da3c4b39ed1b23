"""Tasks in the background: started, restarted after an error, and retried."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

log = logging.getLogger(__name__)

# Between an unexpected end and the next beginning: doubled each time.
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0


@asynccontextmanager
async def in_background(
    work: Coroutine[Any, Any, None], *, name: str | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Run ``work`` as a task while the context is open; cancel it at the end."""
    task = asyncio.create_task(work, name=name)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def supervised(
    work: Callable[[], Coroutine[Any, Any, None]], *, name: str
) -> AsyncIterator[None]:
    """Run work that should never end while the context is open; log why it ends, and restart it.

    Args:
        work: starts it.
        name: what the log calls it.
    """

    async def run() -> None:
        wait = FIRST_WAIT
        while True:
            try:
                await work()
                log.error("%s: ended; begins again in %.0f s", name, wait)
            except Exception:
                log.exception("%s: failed; begins again in %.0f s", name, wait)
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async with in_background(run(), name=name):
        yield


class Retry:
    """When to try again what failed: after a second, then twice as long each time."""

    def __init__(self) -> None:
        self._wait = 0.0
        self._at: float | None = None

    @property
    def is_due(self) -> bool:
        """Whether the last try failed, and it is time for another."""
        return self._at is not None and time.monotonic() >= self._at

    @property
    def seconds(self) -> float | None:
        """Until then; None if the last try worked."""
        return None if self._at is None else max(0.0, self._at - time.monotonic())

    def note(self, *, worked: bool) -> None:
        """Note what came of a try."""
        if worked:
            self._wait, self._at = 0.0, None
        else:
            self._wait = min(2 * self._wait or FIRST_WAIT, LONGEST_WAIT)
            self._at = time.monotonic() + self._wait
