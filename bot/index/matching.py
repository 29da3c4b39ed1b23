"""What FTS5 finds for an expression, in the tables of all languages together."""

from __future__ import annotations

from bot.index.database import Database
from bot.index.record import FULL_TEXT_TABLES


def matching(columns: str, rest: str = "", name: str = ":match") -> str:
    """SQL for the rows that match the expression of parameter ``name``; ``rest`` goes for each."""
    return " UNION ALL ".join(
        f"SELECT * FROM (SELECT {columns} FROM {table} WHERE {table} MATCH {name} {rest})"  # noqa: S608
        for table in FULL_TEXT_TABLES
    )


async def matches(database: Database, expression: str, most: int) -> int:
    """How many posts match, visible or not; counting stops soon after ``most``."""
    return int(
        await database.value(
            f"SELECT count(*) FROM ({matching('rowid', 'LIMIT :most')})",  # noqa: S608
            {"match": expression, "most": most},
        )
    )
