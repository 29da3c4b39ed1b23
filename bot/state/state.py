"""The state: what the bot must remember, in whichever database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from bot.blog.identity import Identity
from bot.state.archive import Archive
from bot.state.database import Database
from bot.state.ledger import KeptLedger
from bot.state.outbox import KeptOutbox
from bot.state.postgres import Postgres
from bot.state.sqlite import SQLite
from bot.state.subscriptions import KeptSubscriptions


class State:
    """What the bot must remember; ``State.open`` gives one.

    Attributes:
        subscriptions: who wants to hear of new posts.
        ledger: which posts are known.
        outbox: what is on its way.
        archive: all of that as lines of text.
        lasts: whether it outlives the process.
    """

    def __init__(self, database: Database, *, lasts: bool = True) -> None:
        self._database = database
        self.lasts = lasts
        self.subscriptions = KeptSubscriptions(database)
        self.ledger = KeptLedger(database)
        self.outbox = KeptOutbox(database)
        self.archive = Archive(database)

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
        opened = Postgres.open(home) if isinstance(home, str) else SQLite.open(home)
        async with opened as database:
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


def _digest(token: str) -> str:
    """What tells one token from another without giving it away."""
    return hashlib.sha256(token.encode()).hexdigest()
