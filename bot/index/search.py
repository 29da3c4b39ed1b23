"""Full-text search over the posts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.index.database import Database, Row
from bot.index.passages import Marked, Place, place_of
from bot.index.query import Query
from bot.index.questions import IN_ORDER, VISIBLE
from bot.index.record import FULL_TEXT_TABLES, SHOWN
from bot.index.words import MATCH_END, MATCH_START

# A word that so many posts hold is a whole one, not the beginning of another.
ENOUGH_WHOLE = 10


@dataclass(frozen=True, slots=True)
class Search:
    """A query at a moment.

    Attributes:
        query: what is asked.
        now: Unix seconds; later posts are not seen.
        any_word: whether a post need not hold all words; those that hold most and the
            rarest come first.
    """

    query: Query
    now: float
    any_word: bool = False

    async def count(self, database: Database) -> int:
        """How many posts there are."""
        return await self._count(database, await self._expression(database))

    async def rows(self, database: Database, limit: int, offset: int) -> list[tuple[Row, Place]]:
        """Posts as ``SHOWN``, best first, each with its place."""
        expression = await self._expression(database)
        sql, parameters = self._found(expression, "rowid AS id, rank")
        rows = await database.rows(
            f"SELECT p.id, {SHOWN} FROM {sql} ORDER BY found.rank, {IN_ORDER} "  # noqa: S608
            "LIMIT :limit OFFSET :offset",
            {**parameters, "limit": limit, "offset": offset},
        )
        places = await self._places(database, expression, [number for number, *_ in rows])
        return [(tuple(shown), places[number]) for number, *shown in rows]

    async def _count(self, database: Database, expression: str | None) -> int:
        sql, parameters = self._found(expression, "rowid AS id")
        return int(await database.value(f"SELECT count(*) FROM {sql}", parameters))  # noqa: S608

    async def strangers(self, database: Database) -> list[str]:
        """Those of the query's words that stand in no post at all."""
        found = []
        for word in self.query.words:
            match = {"match": Query(words=(word,)).match}
            if not await database.value(f"SELECT EXISTS ({_matching('1')})", match):
                found.append(word)
        return found

    async def _expression(self, database: Database) -> str | None:
        """The FTS5 expression; a last word that few posts hold may be the beginning of others."""
        if self.any_word:
            return self.query.match_any
        expression, begun = self.query.match, self.query.match_begun
        if begun is None:
            return expression
        whole = await database.value(
            f"SELECT count(*) FROM ({_matching('rowid', 'LIMIT :enough')})",  # noqa: S608
            {"match": Query(words=self.query.words[-1:]).match, "enough": ENOUGH_WHOLE},
        )
        return expression if whole >= ENOUGH_WHOLE else begun

    def _found(self, expression: str | None, columns: str) -> tuple[str, dict[str, object]]:
        """The posts that are found, as ``p`` and ``found``, for a FROM clause."""
        query = self.query
        parameters: dict[str, object] = {"now": self.now}
        conditions = [VISIBLE]
        tables = "posts AS p JOIN (SELECT 0 AS rank) AS found"
        if expression is not None:
            tables = f"({_matching(columns)}) AS found JOIN posts AS p ON p.id = found.id"
            parameters["match"] = expression
        if query.match_without is not None:
            conditions.append(f"p.id NOT IN ({_matching('rowid', name=':without')})")
            parameters["without"] = query.match_without
        for word, keys in (("IN", query.tags), ("NOT IN", query.not_tags)):
            for key in keys:
                name = f"tag{len(parameters)}"
                tagged = f"SELECT post FROM post_tags WHERE key = :{name}"  # noqa: S608
                conditions.append(f"p.id {word} ({tagged})")
                parameters[name] = key
        for author in query.authors:
            name = f"author{len(parameters)}"
            conditions.append(f"instr(p.author_names, :{name})")
            parameters[name] = author
        # Dates are compared as they are written: the author's day, whatever the time zone.
        if query.after is not None:
            conditions.append("p.date >= :after")
            parameters["after"] = query.after
        if query.before is not None:
            conditions.append("p.date < :before")
            parameters["before"] = query.before
        return f"{tables} WHERE {' AND '.join(conditions)}", parameters

    async def _places(
        self, database: Database, expression: str | None, numbers: Sequence[int]
    ) -> dict[int, Place]:
        """Where the query stands in each of some posts."""
        among = f"IN ({','.join(map(str, numbers))})"
        if expression is None:
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
                {"match": expression},
            )
        return {
            number: place_of(Marked(title, headings, summary, body, json.loads(anchors)))
            for number, title, headings, summary, body, anchors in rows
        }


def _matching(columns: str, rest: str = "", name: str = ":match") -> str:
    """Rows of all full-text tables that match."""
    return " UNION ALL ".join(
        f"SELECT * FROM (SELECT {columns} FROM {table} WHERE {table} MATCH {name} {rest})"  # noqa: S608
        for table in FULL_TEXT_TABLES
    )


def _highlights(table: str) -> str:
    return ", ".join(
        f"highlight({table}, {column}, '{MATCH_START}', '{MATCH_END}')"
        for column in (0, 1, 3, 4)  # title, headings, summary, body
    )
