"""The state, kept in one SQLite file."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiosqlite

from bot.blog.errors import StateUnavailable
from bot.blog.identity import Identity
from bot.state.migrations import migrate

BUSY_SECONDS = 5.0


class State:
    """What the bot must remember; ``State.open`` gives one."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path | None) -> AsyncIterator[Self]:
        """Open the file, which is made where missing and brought to the newest form.

        Args:
            path: the file; None to remember nothing beyond this process.

        Raises:
            StateUnavailable: it cannot be read or written.
            StateTooNew: a newer version of Slashpost wrote it.
        """
        try:
            connection = await _connect(path)
        except (OSError, sqlite3.Error) as error:
            raise StateUnavailable(
                f"{path}: cannot be written ({error})",
                "Set SLASHPOST_STATE to a file in a folder that can be written.",
            ) from error
        try:
            yield cls(connection)
        finally:
            await connection.close()

    async def identity(self, token: str) -> Identity | None:
        """Who the bot with this token was the last time, or None where that is not known."""
        rows = await self._rows(
            "SELECT application_id, public_key, bot_user, endpoint_url FROM identity"
            " WHERE token = ?",
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
        values = (
            _digest(token),
            identity.application_id,
            identity.public_key,
            json.dumps(identity.user),
            identity.endpoint_url,
        )
        await self._rows("BEGIN IMMEDIATE")
        try:
            await self._rows("DELETE FROM identity")
            await self._rows("INSERT INTO identity VALUES (?, ?, ?, ?, ?)", *values)
        except BaseException:
            await self._connection.rollback()
            raise
        await self._rows("COMMIT")

    async def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self._connection.execute_fetchall(sql, values)]


async def _connect(path: Path | None) -> aiosqlite.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = await aiosqlite.connect(
        path or ":memory:",
        timeout=BUSY_SECONDS,
        isolation_level=None,  # transactions stand in the code, where they are seen
    )
    try:
        await connection.execute_fetchall("PRAGMA journal_mode = WAL")
        await migrate(connection, path or Path(":memory:"))
    except BaseException:
        await connection.close()
        raise
    return connection


def _digest(token: str) -> str:
    """What tells one token from another without giving it away."""
    return hashlib.sha256(token.encode()).hexdigest()
