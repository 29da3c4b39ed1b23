"""Work that waits for others' hosts, and does not keep anybody else waiting."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.sources.worker_thread import in_own_thread
from tests.wire.patience import PATIENCE

ENDLESS = """
import asyncio, threading
from bot.sources.worker_thread import in_own_thread

async def main():
    waiting = asyncio.create_task(in_own_thread(threading.Event().wait))
    await asyncio.sleep(0.1)
    waiting.cancel()

asyncio.run(main())
print("the end")
"""


async def test_the_result_comes_back() -> None:
    here = threading.get_ident()
    assert await in_own_thread(threading.get_ident) != here


async def test_an_error_comes_back() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_own_thread(lambda: 1 // 0)


async def test_nobody_waits_for_what_was_cancelled() -> None:
    released = threading.Event()
    waiting = asyncio.create_task(in_own_thread(released.wait))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    released.set()
    await asyncio.sleep(0.05)


def test_a_process_ends_though_a_host_never_answers() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", ENDLESS],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("the end\n", "")
