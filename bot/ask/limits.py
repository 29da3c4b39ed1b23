"""How much may be asked: limits of questions and tokens, and the counts against them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

from bot.state.database import Database

HOUR = 3600

Scope = Literal["reader", "server", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits that the settings name.

    Attributes:
        reader: questions of one reader in an hour.
        server: questions of one server in an hour.
        month: tokens in a calendar month (UTC); None for no limit.
    """

    reader: int = 10
    server: int = 60
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A limit is reached.

    Attributes:
        scope: which one.
        until: Unix seconds at which asking works again.
    """

    scope: Scope
    until: float


@dataclass(frozen=True, slots=True)
class Reservation:
    """Tokens set aside for a question that is being answered, in one month."""

    month: int
    tokens: int


class Counters(Protocol):
    """Counts that several machines may change at once."""

    async def add(self, name: str, window: int, amount: int, limit: int | None) -> bool:
        """Add to a count, unless it would pass ``limit``; whether it was added.

        A count belongs to a window, a number that grows with time; what is counted for a newer
        window replaces it. A negative amount is always added.
        """

    async def forget(self, hour: int) -> bool:
        """Delete the counts of readers and servers of earlier hours; whether any are left."""


# A window only moves forward: what a machine adds late, or with a clock that is slow, counts in
# the newer one, and what it gives back of an older one is gone with that.
_USED = """
    CASE WHEN ask_counts.number < excluded.number THEN excluded.used
        WHEN ask_counts.number > excluded.number AND excluded.used < 0 THEN ask_counts.used
        ELSE ask_counts.used + excluded.used END
"""
_ADD = f"""
    INSERT INTO ask_counts (name, number, used) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET
        used = {_USED},
        number = CASE WHEN ask_counts.number < excluded.number
            THEN excluded.number ELSE ask_counts.number END
    WHERE $4 < 0 OR {_USED} <= $4
    RETURNING used
"""  # noqa: S608 - no value stands in it
# Counts of earlier hours are not needed any more.
_FORGET = "DELETE FROM ask_counts WHERE name <> 'month' AND number < $1"
_ANY_LEFT = "SELECT 1 FROM ask_counts WHERE name <> 'month' LIMIT 1"


class StateCounters:
    """Implements ``Counters`` in the state: one statement a count, so machines cannot disagree."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, name: str, window: int, amount: int, limit: int | None) -> bool:
        """See ``Counters.add``."""
        if limit is not None and 0 <= limit < amount:
            return False  # a first row is written without a look at the limit
        most = -1 if limit is None or amount < 0 else limit
        return bool(await self._database.rows(_ADD, name, window, amount, most))

    async def forget(self, hour: int) -> bool:
        """See ``Counters.forget``."""
        await self._database.rows(_FORGET, hour)
        return bool(await self._database.rows(_ANY_LEFT))


class Budget:
    """Counts questions and tokens against the limits. Keeps no question and no name.

    Args:
        counters: where counts are kept.
        limits: what may be used.
    """

    def __init__(self, counters: Counters, limits: Limits) -> None:
        self._counters = counters
        self._limits = limits

    async def reserve(
        self, *, reader: str, server: int | None, tokens: int, now: float
    ) -> Reservation | Exceeded:
        """Take one question out of the budget, and set tokens aside for its answer.

        Args:
            reader: what tells this reader from others, and nothing else about them.
            server: the server's id, or None in direct messages.
            tokens: the most that the answer may take.
            now: Unix seconds.
        """
        hour = int(now // HOUR)
        next_hour = float((hour + 1) * HOUR)
        month, next_month = _month(now)
        add = self._counters.add
        if not await add("month", month, tokens, self._limits.month):
            return Exceeded("month", next_month)
        if not await add(f"reader:{reader}", hour, 1, self._limits.reader):
            await add("month", month, -tokens, None)
            return Exceeded("reader", next_hour)
        if server is not None and not await add(f"server:{server}", hour, 1, self._limits.server):
            await add(f"reader:{reader}", hour, -1, None)
            await add("month", month, -tokens, None)
            return Exceeded("server", next_hour)
        return Reservation(month, tokens)

    async def forget(self, now: float) -> bool:
        """Delete the counts of earlier hours; whether later ones are left."""
        return await self._counters.forget(int(now // HOUR))

    async def settle(self, reservation: Reservation, tokens: int) -> None:
        """Replace what was set aside by what the answer took."""
        if tokens != reservation.tokens:
            await self._counters.add("month", reservation.month, tokens - reservation.tokens, None)


def _month(now: float) -> tuple[int, float]:
    """The number of the calendar month, and the Unix seconds of the next one's beginning."""
    day = datetime.fromtimestamp(now, UTC)
    number = day.year * 12 + day.month - 1
    year, month = divmod(number + 1, 12)
    return number, datetime(year, month + 1, 1, tzinfo=UTC).timestamp()
