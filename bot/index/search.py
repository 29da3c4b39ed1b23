"""Full-text search over the posts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bot.index.conditions import Conditions
from bot.index.database import Database, Row
from bot.index.matching import matches, matching
from bot.index.passages import Marked, Place, place_of
from bot.index.query import Query
from bot.index.questions import IN_ORDER
from bot.index.ranking import Ranking
from bot.index.record import FULL_TEXT_TABLES, SHOWN
from bot.index.words import MATCH_END, MATCH_START, quoted

# A word that so many posts hold is a whole one, not the beginning of another.
ENOUGH_WHOLE = 10


class Demand(Enum):
    """How many of the words a post must hold."""

    ALL = auto()
    # All, or in title and tags all but one.
    ALL_OR_NAMED = auto()
    # Those that hold most and the rarest come first.
    ANY = auto()


@dataclass(frozen=True, slots=True)
class Search:
    """A query at a moment.

    Attributes:
        query: what is asked.
        now: Unix seconds; later posts are not seen.
        demand: how many of the words are enough.
    """

    query: Query
    now: float
    demand: Demand = Demand.ALL

    async def count(self, database: Database, most: int = -1) -> int:
        """How many posts there are; not more than ``most``, if that is not negative."""
        conditions = Conditions.of(self.query, self.now)
        sql = f"SELECT 1 FROM posts AS p WHERE {conditions.sql}"  # noqa: S608
        parameters = {**conditions.parameters, "most": most}
        if expression := self._expression(begun=await self._is_begun(database)):
            sql += f" AND p.id IN ({matching('rowid')})"
            parameters["match"] = expression
        return int(await database.value(f"SELECT count(*) FROM ({sql} LIMIT :most)", parameters))  # noqa: S608

    async def rows(self, database: Database, limit: int, offset: int) -> list[tuple[Row, Place]]:
        """Posts as ``SHOWN``, best first, each with its place."""
        begun = await self._is_begun(database)
        numbers = await self._numbers(database, self._expression(begun=begun), limit, offset)
        if not numbers:
            return []
        rows = await database.rows(
            f"SELECT p.id, {SHOWN} FROM posts AS p WHERE p.id IN {_values(numbers)}"  # noqa: S608
        )
        shown = {number: tuple(values) for number, *values in rows}
        places = await self._places(database, self.query.match_any(begun=begun), numbers)
        return [(shown[number], places[number]) for number in numbers]

    async def strangers(self, database: Database) -> list[str]:
        """Those of the query's words that stand in no post at all."""
        return [word for word in self.query.words if not await matches(database, quoted(word), 1)]

    async def _is_begun(self, database: Database) -> bool:
        """Whether the last word may be the beginning of others: few posts hold it as it is."""
        if not self.query.begun or self.demand is Demand.ANY:
            return False
        whole = await matches(database, quoted(self.query.words[-1]), ENOUGH_WHOLE)
        return whole < ENOUGH_WHOLE

    def _expression(self, *, begun: bool) -> str | None:
        """The FTS5 expression of what is demanded, or None without words."""
        query = self.query
        if self.demand is Demand.ANY:
            return query.match_any()
        expression = query.match_all(begun=begun)
        if self.demand is Demand.ALL_OR_NAMED and query.match_named:
            expression = f"({expression}) OR {query.match_named}"
        return expression

    async def _numbers(
        self, database: Database, expression: str | None, limit: int, offset: int
    ) -> list[int]:
        """The posts' numbers, best first; the newest first where there are no words."""
        conditions = Conditions.of(self.query, self.now)
        if expression is not None:
            any_of = list(map(quoted, self.query.words)) if self.demand is Demand.ANY else ()
            return await Ranking(database, expression, conditions, any_of).best(limit, offset)
        rows = await database.rows(
            f"SELECT p.id FROM posts AS p WHERE {conditions.sql} "  # noqa: S608
            f"ORDER BY {IN_ORDER} LIMIT :limit OFFSET :offset",
            {**conditions.parameters, "limit": limit, "offset": offset},
        )
        return [number for (number,) in rows]

    async def _places(
        self, database: Database, words: str | None, numbers: Sequence[int]
    ) -> dict[int, Place]:
        """Where the query stands in each of some posts.

        ``words`` asks for any of them: FTS5 puts a question again for each post, so that it has
        to be short.
        """
        among = f"IN {_values(numbers)}"
        if words is None:
            rows = await database.rows(
                f"SELECT id, title, '', summary, '', '[]' FROM posts WHERE id {among}"  # noqa: S608
            )
        else:
            rows = await database.rows(
                " UNION ALL ".join(
                    f"SELECT t.rowid, {_highlights(table)}, b.anchors FROM {table} AS t "  # noqa: S608
                    f"JOIN bodies AS b ON b.post = t.rowid WHERE {table} MATCH :match "
                    f"AND t.rowid {among}"
                    for table in FULL_TEXT_TABLES
                ),
                {"match": words},
            )
        return {
            number: place_of(Marked(title, headings, summary, body, json.loads(anchors)))
            for number, title, headings, summary, body, anchors in rows
        }


def _values(numbers: Sequence[int]) -> str:
    return f"({','.join(map(str, numbers))})"


def _highlights(table: str) -> str:
    return ", ".join(
        f"highlight({table}, {column}, '{MATCH_START}', '{MATCH_END}')"
        for column in (0, 1, 3, 4)  # title, headings, summary, body
    )
