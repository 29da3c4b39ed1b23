"""The state as lines of JSON: to look at, to keep, and to move to another database."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from bot.blog.errors import ArchiveRefused
from bot.state.database import LEDGER, Database, Row

HEADER = {"slashpost": "state", "form": 1}

# Columns by table. After a colon what is not text: i a whole number, f a number, b bytes, which
# are written in hexadecimal digits; in capitals what may be null. Lease holders are not kept.
_TABLES = {
    "subscriptions": "key place guild:I channel:I reader:I tags not_tags role:I silent:i publish:i"
    " threads:i locale since:i pause_reason:T pause_detail:T pause_since:I pause_told:I",
    "known_posts": "id path slug title digest sketch:b face",
    "ledger": "one:i generation:i looked:f minhash_form:I",
    "deliveries": "id subscription position:i state attempts:i since:f not_before:f channel:I"
    " message:I thread:I published:i letter problem tried:F",
    "delivery_posts": "subscription post delivery number:i shown",
    "page_waits": "post since:f asks:i due:F problem",
}
_TYPES: Mapping[str, type | tuple[type, ...]] = {"t": str, "i": int, "f": (int, float), "b": str}
# https://www.sqlite.org/datatype3.html, https://www.postgresql.org/docs/current/datatype-numeric.html
_MOST = 2**63


class Archive:
    """Exports the state and imports it.

    The bot's identity is left out: Discord gives it to the holder of the token.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lines(self) -> AsyncIterator[str]:
        """The whole state, one row a line, after a header."""
        yield json.dumps(HEADER)
        for table, columns in _tables():
            names = ", ".join(columns)
            order = ", ".join(list(columns)[:2])
            for row in await self._database.rows(
                f"SELECT {names} FROM {table} ORDER BY {order}"  # noqa: S608
            ):
                values = (
                    bytes(value).hex() if isinstance(value, bytes) else value for value in row
                )
                yield json.dumps({"table": table, **dict(zip(columns, values, strict=True))})

    async def read(self, lines: Iterable[str]) -> Mapping[str, int]:
        """Import what ``lines`` gave, all of it or nothing.

        Returns:
            How many rows came into each table.

        Raises:
            ArchiveRefused: the state is in use already, or a line is not understood.
        """
        try:
            rows = _rows_of(lines)
        except UnicodeDecodeError:
            raise ArchiveRefused("It is no export of the state: no text in UTF-8") from None
        async with self._database.transaction() as transaction:
            await transaction.alone(LEDGER)
            for table, _ in _tables():
                if await transaction.rows(f"SELECT 1 FROM {table} LIMIT 1"):  # noqa: S608
                    raise ArchiveRefused(
                        "The state is in use already",
                        "Import into an empty one: set SLASHPOST_STATE to another file.",
                    )
            for table, columns in _tables():
                names = ", ".join(columns)
                places = ", ".join(f"${n + 1}" for n in range(len(columns)))
                insert = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608
                await transaction.many(insert, rows[table])
        return {table: len(found) for table, found in rows.items()}


def _tables() -> Iterable[tuple[str, Mapping[str, str]]]:
    """Each table's columns with the codes of their types."""
    for table, columns in _TABLES.items():
        parts = (column.partition(":") for column in columns.split())
        yield table, {name: code or "t" for name, _, code in parts}


def _rows_of(lines: Iterable[str]) -> dict[str, list[Row]]:
    tables = dict(_tables())
    rows: dict[str, dict[Row, Row]] = {table: {} for table in tables}
    given = enumerate(lines, start=1)
    if _found(next(given, (1, ""))[1]) != HEADER:
        raise ArchiveRefused("Line 1: no export of the state, or one of another version")
    for number, line in given:
        found = _found(line)
        table = found.get("table")
        if table not in tables:
            raise ArchiveRefused(f"Line {number}: no row of a table that is known")
        row = []
        for name, code in tables[table].items():
            value = found.get(name)
            if not _fits(value, code):
                raise ArchiveRefused(f"Line {number}: {name} cannot be {value!r}")
            row.append(_stored(value, code))
        keys = 2 if table == "delivery_posts" else 1
        if rows[table].setdefault(tuple(row[:keys]), tuple(row)) != tuple(row):
            raise ArchiveRefused(f"Line {number}: {row[0]!r} was there before, and different")
    return {table: list(found.values()) for table, found in rows.items()}


def _found(line: str) -> dict[str, Any]:
    """What a line says; nothing, if it is no JSON object."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _fits(value: object, code: str) -> bool:
    """Whether a column takes a value."""
    if value is None:
        return code.isupper()
    if isinstance(value, bool) or not isinstance(value, _TYPES[code.lower()]):
        return False
    if isinstance(value, int):
        return -_MOST <= value < _MOST
    return code != "b" or re.fullmatch(r"(?:[0-9a-f]{8})*", str(value)) is not None


def _stored(value: Any, code: str) -> Any:
    """A value as the database keeps it."""
    if code == "b":
        return bytes.fromhex(value)
    return float(value) if code in "fF" and value is not None else value
