"""The state: what the bot must remember, in whichever database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bot.blog.identity import Identity
from bot.state.database import Database
from bot.state.sqlite import SQLite
from bot.state.subscriptions import KeptSubscriptions

if TYPE_CHECKING:  # what no first answer needs is imported when it is asked for
    from bot.announce.outbox import Backlog
    from bot.state.archive import Archive
    from bot.state.ledger import KeptLedger
    from bot.state.outbox import KeptOutbox


class State:
    """What the bot must remember; ``State.open`` gives one.

    Attributes:
        subscriptions: who wants to hear of new posts.
        lasts: whether it outlives the process.
    """

    def __init__(self, database: Database, *, lasts: bool = True) -> None:
        self._database = database
        self.lasts = lasts
        self.subscriptions = KeptSubscriptions(database)

    @cached_property
    def ledger(self) -> KeptLedger:
        """Which posts are known."""
        from bot.state.ledger import KeptLedger

        return KeptLedger(self._database)

    @cached_property
    def outbox(self) -> KeptOutbox:
        """What is on its way."""
        from bot.state.outbox import KeptOutbox

        return KeptOutbox(self._database)

    @cached_property
    def archive(self) -> Archive:
        """All of that as lines of text."""
        from bot.state.archive import Archive

        return Archive(self._database)

    async def backlog(self) -> Backlog:
        """How much is on its way, and what is in the way of it."""
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

    async def identity(self, token: str) -> Identity | None:
        """Who the bot with this token was the last time, or None where that is not known."""
        rows = await self._database.rows(
            "SELECT application_id, public_key, bot_user, endpoint_url FROM identity"
            " WHERE token = $1",
            _digest(token),
        )
        for application_id, public_key, user, endpoint_url in rows:
            return Identity(
                application_id=application_id,
                public_key=public_key,
                user=json.loads(user),
                endpoint_url=endpoint_url,
            )
        return None

    async def remember(self, token: str, identity: Identity) -> None:
        """Keep who the bot with this token is, and forget those with others."""
        async with self._database.transaction() as transaction:
            await transaction.rows("DELETE FROM identity")
            await transaction.rows(
                "INSERT INTO identity (token, application_id, public_key, bot_user, endpoint_url)"
                " VALUES ($1, $2, $3, $4, $5)",
                _digest(token),
                identity.application_id,
                identity.public_key,
                json.dumps(identity.user),
                identity.endpoint_url,
            )


def opened(home: Path | str | None) -> AbstractAsyncContextManager[Database]:
    """The database of the state, for as long as the context is open."""
    if isinstance(home, str):
        from bot.state.postgres import Postgres

        return Postgres.open(home)
    return SQLite.open(home)


def _digest(token: str) -> str:
    """What tells one token from another without giving it away."""
    return hashlib.sha256(token.encode()).hexdigest()
