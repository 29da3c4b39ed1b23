"""The state's file while the bot runs: restored when it is damaged, copied, and watched."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from bot.blog.background import supervised
from bot.blog.errors import SlashpostError, StateUnavailable
from bot.serve.state import State
from bot.settings import Settings
from bot.state import copies
from bot.state.replica import Replica
from bot.state.sqlite import SQLite

if sys.platform != "win32":
    import fcntl

log = logging.getLogger(__name__)

CHECK_SECONDS = 10.0
COPY_AGAIN_SECONDS = 3600.0


@asynccontextmanager
async def open_state(settings: Settings, again: asyncio.Event) -> AsyncIterator[State]:
    """The state; where its file cannot be used for now, one in memory until it can.

    Args:
        settings: where it is.
        again: is set when everything should begin again with the state as it is then.

    Raises:
        StateDamaged: it is damaged, and there is no good copy.
    """
    path = settings.state if isinstance(settings.state_home, Path) else None
    async with AsyncExitStack() as stack:
        try:
            replica = await _replica(settings)
            if path is not None:
                await asyncio.to_thread(_prepare, path)
            state = await stack.enter_async_context(State.open(settings.state_home))
            if replica is not None:
                await stack.enter_async_context(replica.kept())
        except StateUnavailable as error:
            log.warning("%s Until then, nothing is announced or remembered.", error)
            state = await stack.enter_async_context(State.open(None))
            await stack.enter_async_context(
                supervised(lambda: _until_usable(settings, again), name="wait for the state")
            )
        else:
            if path is not None:
                if stack.enter_context(_alone(path)):
                    # Whoever held leases was killed: nobody else uses the file.
                    await state.outbox.release_all()
                else:
                    log.warning("Another process uses %s: stop one of the two", path)
                await stack.enter_async_context(
                    supervised(lambda: _watch(path, state, again), name="watch the state")
                )
                await stack.enter_async_context(
                    supervised(lambda: _copy_daily(path), name="copy the state daily")
                )
        yield state


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Whether no other process of this machine uses the file; none can begin to, then."""
    if sys.platform == "win32":  # it has no such locks
        yield False
        return
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


async def _replica(settings: Settings) -> Replica | None:
    if not settings.replica_url:
        return None
    replica = Replica.find(settings.state, settings.replica_url)
    if await replica.restore():
        log.info("Restored %s from its copy", settings.state)
    return replica


def _prepare(path: Path) -> None:
    """Take a copy in the place of a damaged file; copy a good one before it is migrated."""
    copy = copies.recover(path)
    if copy is not None:
        log.error("%s was damaged or lost: %s has taken its place", path, copy.name)
    else:
        _copy(path)


def _copy(path: Path) -> None:
    if copies.is_due(path):
        try:
            copies.save(path)
        except (OSError, sqlite3.Error) as error:
            log.warning("%s is not copied: %s", path, error)


async def _copy_daily(path: Path) -> None:
    while True:
        await asyncio.sleep(COPY_AGAIN_SECONDS)
        await asyncio.to_thread(_copy, path)


async def _until_usable(settings: Settings, again: asyncio.Event) -> None:
    """Try to open the state until that works."""
    while not again.is_set():
        await asyncio.sleep(CHECK_SECONDS)
        try:
            async with State.open(settings.state_home) as state:
                await state.subscriptions.all()
        except SlashpostError:
            continue
        again.set()
    await asyncio.Event().wait()


async def _watch(path: Path, state: State, again: asyncio.Event) -> None:
    """Notice that the file was deleted, which is then written anew, or replaced by another."""
    before = await asyncio.to_thread(_identity, path)
    while not again.is_set():
        await asyncio.sleep(CHECK_SECONDS)
        now = await asyncio.to_thread(_identity, path)
        if now == before:
            continue
        if now is None:
            log.error("%s was deleted while it was in use: it is written anew", path)
            assert isinstance(state.database, SQLite)
            await state.database.write_to(path)
        else:
            log.warning("%s was replaced while it was in use", path)
        again.set()
    await asyncio.Event().wait()


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode, and whether the log of what was written last is there."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
