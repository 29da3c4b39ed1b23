"""What the state asks of a database, whichever it is.

Statements are written once, in the SQL that SQLite and Postgres share, with ``$1``, ``$2``
for values. Both know ``ON CONFLICT DO UPDATE``, ``RETURNING``, ``CAST`` and ``VALUES``. What
to mind, since Postgres is the stricter one: ``$1`` must have a type that can be told from
where it stands (``CAST($1 AS BIGINT) IS NULL``); whole numbers are kept as such, so truth is
0 or 1; there is no row id; only what ``ORDER BY`` says is in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]

# Only one looks at the posts at a time, on all machines: the name of that lock.
LEDGER = "ledger"


class Transaction(Protocol):
    """Changes that happen together or not at all. Every method may raise StateUnavailable."""

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """Run one statement; the rows that it gives back, if any."""

    async def many(self, sql: str, rows: Iterable[Row]) -> None:
        """Run one statement for each row of values."""

    async def claim(self, sql: str, *values: object) -> list[Row]:
        """The rows of a SELECT, which nobody else may change until this transaction has ended.

        Rows that another transaction holds are left out. The SELECT may not group.
        """

    async def alone(self, name: str) -> None:
        """Wait until no other transaction, of any machine, holds this name, and hold it."""

    async def now(self) -> float:
        """Unix seconds by the one clock that all machines share.

        A machine that is suspended after this call has a time that is too early, never too late.
        Call it before rows are claimed: then a lease may seem valid for too long, never too short.
        """


class Database(Protocol):
    """Where the state is kept. Every method may raise StateUnavailable.

    Attributes:
        is_shared: whether several machines may use it at once.
    """

    is_shared: bool

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Begin, and commit at the end of the context; an exception takes all back.

        When the commit itself raises, its changes may have been kept all the same.
        """

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """The rows of a SELECT over what is committed. Not within a transaction: it has its own."""


def upsert(table: str, columns: str) -> str:
    """The statement that writes a row, over the one with the same first column if there is one."""
    key, *others = columns.split(", ")
    values = ", ".join(f"${number}" for number in range(1, len(others) + 2))
    news = ", ".join(f"{name} = excluded.{name}" for name in others)
    return (
        f"INSERT INTO {table} ({columns}) VALUES ({values})"  # noqa: S608
        f" ON CONFLICT ({key}) DO UPDATE SET {news}"
    )
