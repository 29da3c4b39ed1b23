"""The state: one database and what is kept in it, and its file while the bot runs."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing
from functools import cached_property
from pathlib import Path
from typing import Self

from bot.announce import delivery
from bot.announce import ledger as ledgers
from bot.announce import outbox as outboxes
from bot.announce import page_waits as waits
from bot.announce.stopped import StoppedDeliveries
from bot.announce.subscription import Subscriptions
from bot.blog.background import supervised
from bot.blog.errors import SettingError, SlashpostError, StateInUse, StateUnavailable
from bot.settings import Settings
from bot.state import copies
from bot.state.archive import Archive
from bot.state.database import Database
from bot.state.identity import Identities
from bot.state.replica import Replica
from bot.state.sqlite import SQLite


class State:
    """What the bot remembers; ``State.open`` gives one.

    Attributes:
        database: where all of it is kept.
        identities: who the bot is at Discord.
        subscriptions: who wants to hear of new posts.
        stopped: deliveries that people are to decide about.
        archive: all of it as lines of text.
        lasts: whether it outlives the process.
        trouble: what has become of its file while it was in use; or empty.
    """

    def __init__(self, database: Database, *, lasts: bool = True) -> None:
        self.database = database
        self.lasts = lasts
        self.trouble = ""
        self.identities = Identities(database)
        self.subscriptions = Subscriptions(database)
        self.stopped = StoppedDeliveries(database)
        self.archive = Archive(database)

    @cached_property
    def ledger(self) -> ledgers.Ledger:
        """Which posts are known."""
        return ledgers.Ledger(self.database)

    @cached_property
    def outbox(self) -> outboxes.Outbox:
        """What is on its way."""
        return outboxes.Outbox(self.database)

    @cached_property
    def page_waits(self) -> waits.PageWaits:
        """Posts whose announcements wait for their public page."""
        return waits.PageWaits(self.database)

    async def backlog(self) -> delivery.Backlog:
        """How much is on its way."""
        return await self.outbox.backlog()

    @classmethod
    @asynccontextmanager
    async def open(cls, home: Path | str | None) -> AsyncIterator[Self]:
        """Open the state, which is made where missing and brought to the newest form.

        Args:
            home: a file; or the URL of a Postgres database, which is asked for nothing yet;
                or None to remember nothing beyond this process.

        Raises:
            StateUnavailable: the file cannot be read or written.
            StateTooNew: a newer version of Slashpost wrote it.
            SettingError: the URL cannot be used.
        """
        async with opened(home) as database:
            yield cls(database, lasts=home is not None)


def opened(home: Path | str | None) -> AbstractAsyncContextManager[Database]:
    """The database of the state, for as long as the context is open."""
    if not isinstance(home, str):
        return SQLite.open(home)
    try:
        from bot.state.postgres import Postgres  # noqa: PLC0415 - asyncpg is an extra
    except ImportError:
        raise SettingError(
            "DATABASE_URL",
            "asyncpg is not installed, which speaks to Postgres",
            "Install slashpost[postgres], or build the image with EXTRAS=postgres.",
        ) from None
    return Postgres.open(home)


log = logging.getLogger(__name__)

CHECK_SECONDS = 10.0
# A new one is made after a day, and sooner where people have asked for something.
COPY_FIRST_SECONDS, COPY_AGAIN_SECONDS = 300.0, 3600.0
# A deploy may start a process before the one that it replaces has finished its work, for which
# Fly gives it 10 s (fly.toml), Docker 10 s, Kubernetes 30 s and systemd 90 s.
SECONDS_TO_DRAIN = 90.0
LOCK_AGAIN_SECONDS = 0.2

Identity = tuple[tuple[int, int] | None, ...]


@asynccontextmanager
async def open_state(settings: Settings, again: asyncio.Event) -> AsyncIterator[State]:
    """The state; where its file cannot be used for now, one in memory until it can.

    Args:
        settings: where it is.
        again: is set when everything should begin again with the state as it is then.

    Raises:
        StateDamaged: it is damaged, and there is no good copy.
        StateInUse: another process of this machine uses it, and goes on doing so.
    """
    path = settings.state if isinstance(settings.state_home, Path) else None
    async with AsyncExitStack() as stack:
        try:
            if path is not None:
                await stack.enter_async_context(alone(path))
            replica = await _replica(settings)
            if path is not None:
                await asyncio.to_thread(_prepare, path)
            state = await stack.enter_async_context(State.open(settings.state_home))
            if replica is not None:
                await stack.enter_async_context(replica.kept())
            if path is not None:
                # The process that held the leases has ended: this one has the file to itself.
                await state.outbox.release_all()
        except StateUnavailable as error:
            log.warning("%s Until then, nothing is announced or remembered.", error)
            state = await stack.enter_async_context(State.open(None))
            await stack.enter_async_context(
                supervised(lambda: _until_usable(settings, again), name="wait for the state")
            )
        else:
            if path is not None:
                watch = _Watch(path, state, again)
                await stack.enter_async_context(supervised(watch.run, name="watch the state"))
                await stack.enter_async_context(
                    supervised(lambda: _copy_daily(path, state, again), name="copy the state daily")
                )
        yield state


@asynccontextmanager
async def alone(path: Path) -> AsyncIterator[None]:
    """Keep other processes of this machine from using a file, for as long as the context is open.

    One that uses it is given time to end: it may be the one that this process replaces. The lock
    is SQLite's own, on an empty file beside it: every platform has it, and a killed process
    holds none.

    Raises:
        StateInUse: the other one goes on.
        StateUnavailable: the lock's file cannot be made.
    """
    lock = path.with_name(f"{path.name}.lock")
    until = time.monotonic() + SECONDS_TO_DRAIN
    said = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(lock, timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise _unwritable(path, error) from error
    with closing(connection):
        while True:
            try:
                connection.execute("BEGIN EXCLUSIVE")
                break
            except sqlite3.Error as error:
                if error.sqlite_errorname != "SQLITE_BUSY":
                    raise _unwritable(path, error) from error
            if time.monotonic() >= until:
                raise StateInUse(
                    f"{path}: another process on this machine uses it",
                    "Stop that one, or give one of the two a state of its own: SLASHPOST_STATE.",
                )
            if not said:
                log.warning(
                    "Another process uses %s: waiting up to %.0f s for its end",
                    path,
                    SECONDS_TO_DRAIN,
                )
                said = True
            await asyncio.sleep(LOCK_AGAIN_SECONDS)
        yield


def _unwritable(path: Path, error: Exception) -> StateUnavailable:
    return StateUnavailable(
        f"{path}: cannot be written ({error})",
        "Set SLASHPOST_STATE to a file in a folder that can be written.",
    )


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
    is_due = copies.is_due(path)
    if is_due or copies.is_outdated(path):
        try:
            copies.save(path, over_newest=not is_due)
        except (OSError, sqlite3.Error) as error:
            log.warning("%s is not copied: %s", path, error)


async def _copy_daily(path: Path, state: State, again: asyncio.Event) -> None:
    """Copy a good file now and then; begin again from a copy where it is damaged by now."""
    await asyncio.sleep(COPY_FIRST_SECONDS)
    while True:
        problem = await asyncio.to_thread(copies.problem, path)
        if problem is None:
            state.trouble = ""
            await asyncio.to_thread(_copy, path)
        elif await asyncio.to_thread(path.exists):  # else the watch writes it anew
            state.trouble = f"{path.name} is damaged"
            log.error("%s is damaged: %s", path, problem)
            if any(copies.problem(copy) is None for copy in copies.copies_of(path)):
                again.set()
        await asyncio.sleep(COPY_AGAIN_SECONDS)


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


class _Watch:
    """Notices that the file, or its log of what was written last, was deleted or replaced.

    What was deleted is written anew from what is open; what was replaced is opened. The file's
    connections hold on to what they had opened, whatever becomes of its name.
    """

    def __init__(self, path: Path, state: State, again: asyncio.Event) -> None:
        self._path = path
        self._state = state
        self._again = again
        self._before = _identities(path)

    async def run(self) -> None:
        """Watch until cancelled."""
        while not self._again.is_set():
            await asyncio.sleep(CHECK_SECONDS)
            await self._check()
        await asyncio.Event().wait()

    async def _check(self) -> None:
        path, now = self._path, await asyncio.to_thread(_identities, self._path)
        changed = [
            path.name + suffix
            for suffix, before, after in zip(_SUFFIXES, self._before, now, strict=True)
            if before is not None and before != after
        ]
        if not changed:
            self._before = now
            return
        if now[0] is not None and now[0] != self._before[0]:
            log.warning("%s was replaced while it was in use", path)
            self._again.set()
            return
        log.error("%s was deleted while it was in use: writing it anew", " and ".join(changed))
        assert isinstance(self._state.database, SQLite)
        try:
            await self._state.database.write_to(path)
        except StateUnavailable as error:
            self._state.trouble = f"{changed[0]} was deleted, and cannot be written anew"
            log.warning("%s It is tried again in %.0f s.", error, CHECK_SECONDS)
        else:
            self._again.set()


_SUFFIXES = ("", "-wal", "-shm")


def _identities(path: Path) -> Identity:
    """Device and inode of the file, its log and the log's index; None where one is missing."""
    found: list[tuple[int, int] | None] = []
    for suffix in _SUFFIXES:
        try:
            stat = path.with_name(path.name + suffix).stat()
        except OSError:
            found.append(None)
        else:
            found.append((stat.st_dev, stat.st_ino))
    return tuple(found)
