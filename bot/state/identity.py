"""Who the bot is at Discord, kept in the state."""

from __future__ import annotations

import hashlib
import json

from bot.blog.identity import Identity
from bot.state.database import Database


class Identities:
    """Implements ``Memory``: one row, for the token in use."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def identity(self, token: str) -> Identity | None:
        """Read the row, if it belongs to this token."""
        rows = await self._database.rows(
            "SELECT application_id, public_key, bot_user, endpoint_url, owners FROM identity"
            " WHERE token = $1",
            _digest(token),
        )
        for application_id, public_key, user, endpoint_url, owners in rows:
            return Identity(
                application_id=application_id,
                public_key=public_key,
                user=json.loads(user),
                endpoint_url=endpoint_url,
                owners=tuple(json.loads(owners)),
            )
        return None

    async def remember(self, token: str, identity: Identity) -> None:
        """Replace the row."""
        async with self._database.transaction() as transaction:
            await transaction.rows("DELETE FROM identity")
            await transaction.rows(
                "INSERT INTO identity"
                " (token, application_id, public_key, bot_user, endpoint_url, owners)"
                " VALUES ($1, $2, $3, $4, $5, $6)",
                _digest(token),
                identity.application_id,
                identity.public_key,
                json.dumps(identity.user),
                identity.endpoint_url,
                json.dumps(identity.owners),
            )


def _digest(token: str) -> str:
    """Tell one token from another without storing it."""
    return hashlib.sha256(token.encode()).hexdigest()
