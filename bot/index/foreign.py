"""Whose file it is: an index may be replaced at any time, and nothing else ever."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from bot.blog.errors import IndexUnavailable

# "Slsh", in the header of every index: https://www.sqlite.org/pragma.html#pragma_application_id
APPLICATION_ID = 0x536C7368

DEFAULT_NAME = "index.db"
DATABASE_SUFFIXES = {".db", ".sqlite", ".sqlite3"}
_MAGIC = b"SQLite format 3\x00"


def refuse_foreign(path: Path) -> None:
    """Make sure that a file is an index, whole or damaged, or nothing worth keeping.

    Raises:
        IndexUnavailable: it is somebody's document, or a healthy database of another
            program. Only under the default name is it taken for a broken index.
        OSError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except FileNotFoundError:
        return
    foreign = start and path.suffix not in DATABASE_SUFFIXES
    if start == _MAGIC and path.name != DEFAULT_NAME:
        foreign = _is_another_programs(path)
    if foreign:
        raise IndexUnavailable(
            f"{path}: this is no index of Slashpost, and would be overwritten",
            "Set SLASHPOST_DB or --db to another file.",
        )


def _is_another_programs(path: Path) -> bool:
    """Whether a database can be read, holds something, and does not say that it is ours."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        return False
    return bool(tables) and application != APPLICATION_ID
