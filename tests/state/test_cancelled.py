"""Wherever a task that uses SQLite is cancelled, no thread of aiosqlite's keeps the process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bot.index.database import IndexDatabase
from bot.serve.state import State
from tests.chat.blog import fill, garden, open_index
from tests.transport.test_rest import cancelled_at
from tests.wire.patience import PATIENCE

Work = Callable[[Path], Coroutine[Any, Any, None]]


async def use_state(path: Path) -> None:
    """Open a state, write and read, and close it."""
    async with State.open(path) as state:
        async with state.database.transaction() as transaction:
            await transaction.rows("SELECT $1", 1)
        await state.subscriptions.all()


async def use_database(path: Path) -> None:
    """The same with a connection of the index."""
    database = await IndexDatabase.open(path)
    try:
        await database.rows("SELECT 1")
    finally:
        await database.close()


async def use_index(path: Path) -> None:
    """Open an index, ask it, and close it."""
    async with open_index(path.parent) as index:
        await index.latest(limit=1)


async def prepare(path: Path) -> None:
    """Make an index to open."""
    async with open_index(path.parent) as index:
        await fill(index, garden())


USES = {work.__name__: work for work in (use_state, use_database, use_index)}


def workers() -> list[threading.Thread]:
    """Aiosqlite's threads."""
    return [each for each in threading.enumerate() if "_connection_worker" in each.name]


async def cancel_everywhere(work: Work, path: Path) -> int:
    """Cancel a use of SQLite where it waits for the first time, the second time, and so on.

    Returns:
        How often it waits.
    """
    await prepare(path)
    step = 1
    while await cancelled_at(step, work(path)):
        step += 1
    return step


@pytest.mark.parametrize("name", USES)
async def test_every_connection_is_closed(tmp_path: Path, name: str) -> None:
    others = set(workers())
    assert await cancel_everywhere(USES[name], tmp_path / "some.db") > 2
    async with asyncio.timeout(PATIENCE):
        while set(workers()) - others:  # noqa: ASYNC110 - threads tell nobody
            await asyncio.sleep(0.01)


def run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, and wait for its end."""
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("name", USES)
def test_the_process_ends(tmp_path: Path, name: str) -> None:
    program = (
        "import asyncio, pathlib, sys; from tests.state import test_cancelled as t;"
        "asyncio.run(t.cancel_everywhere(t.USES[sys.argv[1]], pathlib.Path(sys.argv[2])))"
    )
    done = run(program, name, tmp_path / "some.db")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", USES)
def test_the_process_ends_though_a_task_is_cancelled_with_the_loop(
    tmp_path: Path, name: str
) -> None:
    """As where the program stops while a task is at work, and nobody waits for it."""
    program = (
        "import asyncio, pathlib, sys\n"
        "from tests.state import test_cancelled as t\n"
        "asyncio.run(t.prepare(pathlib.Path(sys.argv[2])))\n"
        "async def main(steps):\n"
        "    task = asyncio.create_task(t.USES[sys.argv[1]](pathlib.Path(sys.argv[2])))\n"
        "    for _ in range(steps): await asyncio.sleep(0)\n"
        "for steps in range(40): asyncio.run(main(steps))\n"
    )
    done = run(program, name, tmp_path / "some.db")
    assert done.returncode == 0, done.stderr
