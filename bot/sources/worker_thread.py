"""Runs work that waits for other hosts in a daemon thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def in_own_thread(work: Callable[[], T]) -> T:
    """What ``work`` returns or raises.

    Unlike a pool's threads, this one keeps no process from ending, even if it waits for a host
    that never answers. Its result is dropped when the caller is cancelled.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    context = copy_context()

    def run() -> None:
        try:
            settle = partial(done.set_result, context.run(work))
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            settle = partial(done.set_exception, error)
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(lambda: done.done() or settle())

    threading.Thread(target=run, name="look at the posts", daemon=True).start()
    return await done
