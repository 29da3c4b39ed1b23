"""The last question and answer of readers, so that they may ask further."""

from __future__ import annotations

import secrets

from bot.blog.question import Exchange
from bot.state.database import Database

KEPT_SECONDS = 15 * 60
MAX_CHARACTERS = 2_000


class FollowUps:
    """Keeps the last question and answer of readers, without who asked.

    Every method may raise StateUnavailable.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, exchange: Exchange, now: float) -> str:
        """Keep an exchange; its id."""
        exchange_id = secrets.token_hex(8)
        await self._database.rows(
            "INSERT INTO ask_exchanges (id, question, answer, expires) VALUES ($1, $2, $3, $4)",
            exchange_id,
            exchange.question[:MAX_CHARACTERS],
            exchange.answer[:MAX_CHARACTERS],
            int(now) + KEPT_SECONDS,
        )
        return exchange_id

    async def forget(self, now: float) -> bool:
        """Delete the exchanges whose time is over; whether any are left."""
        await self._database.rows("DELETE FROM ask_exchanges WHERE expires <= $1", int(now))
        return bool(await self._database.rows("SELECT 1 FROM ask_exchanges LIMIT 1"))

    async def get(self, exchange_id: str, now: float) -> Exchange | None:
        """The exchange with that id, or None where its time is over."""
        rows = await self._database.rows(
            "SELECT question, answer FROM ask_exchanges WHERE id = $1 AND expires > $2",
            exchange_id,
            int(now),
        )
        return Exchange(*rows[0]) if rows else None
