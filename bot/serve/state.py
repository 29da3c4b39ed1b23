"""The state, put together: one database and what is kept in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import Self

from bot.announce import delivery
from bot.announce import ledger as ledgers
from bot.announce import outbox as outboxes
from bot.announce import page_waits as waits
from bot.announce.stopped import StoppedDeliveries
from bot.announce.subscription import Subscriptions
from bot.blog.errors import SettingError
from bot.state.archive import Archive
from bot.state.database import Database
from bot.state.identity import Identities
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
