"""Bringing ``state.db`` to the newest form: one numbered SQL script after the other.

Each script begins and commits its own transaction and sets ``user_version`` in it, since
Python's ``executescript`` would commit one that was begun outside.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import aiosqlite

from bot.blog.errors import StateTooNew

SCRIPTS = tuple(sorted(Path(__file__).parent.glob("[0-9]*.sql")))


async def migrate(
    connection: aiosqlite.Connection, path: Path, scripts: Sequence[Path] = SCRIPTS
) -> None:
    """Run the scripts that a database lacks. One that fails leaves it as it was before.

    Args:
        connection: the database, without an open transaction.
        path: its file, for messages.
        scripts: all migrations, the first one first.

    Raises:
        StateTooNew: a newer version of Slashpost wrote it.
        sqlite3.Error: a script failed.
    """
    found = await version(connection)
    if found > len(scripts):
        raise StateTooNew(
            f"{path}: written by a newer Slashpost (form {found}, this one knows {len(scripts)})",
            "Run that version, or restore the file that was saved before the update.",
        )
    for number, script in enumerate(scripts[found:], start=found + 1):
        await _run(connection, number, script.read_text(encoding="utf-8"))


async def _run(connection: aiosqlite.Connection, number: int, script: str) -> None:
    try:
        await connection.executescript(script)
    except sqlite3.Error:
        if connection.in_transaction:
            await connection.rollback()
        # Another process that started at the same time may have been faster.
        if await version(connection) < number:
            raise


async def version(connection: aiosqlite.Connection) -> int:
    """How many migrations a database has seen."""
    rows = list(await connection.execute_fetchall("PRAGMA user_version"))
    return int(rows[0][0])
