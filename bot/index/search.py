"""A search: which posts match, in which order, and what to show of each."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, Self

from bot.index.database import IndexDatabase, Row
from bot.index.fts_text import (
    MATCH_END,
    MATCH_START,
    STEM,
    MarkedPost,
    Match,
    best_match,
    marked_stems,
    quoted,
)
from bot.index.names import plain_name
from bot.index.posts import IN_ORDER, VISIBLE
from bot.index.query import Query
from bot.index.rows import FULL_TEXT_TABLES, SELECTED, TEXTS

# A word that so many posts hold is a whole one, not the beginning of another.
ENOUGH_WHOLE = 10
# To rank a post takes two microseconds, more where it holds the word often. Where more posts
# than this match, only candidates are ranked, and the others follow, the newest first.
MANY = 2_000
# Candidates are so many of the newest, and so many whose title, headings or tags match.
CANDIDATES = 500
# Of posts that hold any of the words, so many of the first are ordered by their fronts, too; and
# the constant of the fusion, which says how little it matters who is the very first.
REORDERED, FUSION = 40, 11
# What a word counts in each part of the front.
FRONT = {"title": 3.0, "tags": 2.0, "summary": 2.0, "headings": 1.5}
SHOWN = ("title", "headings", "summary", "body")


class Required(Enum):
    """How many of the words a post must hold."""

    ALL = auto()
    # All, or in title and tags all but one.
    ALL_OR_NAMED = auto()
    # Those that hold most and the rarest come first.
    ANY = auto()


def matching(columns: str, rest: str = "", name: str = ":match") -> str:
    """SQL for the rows of all full-text tables that match the expression of a parameter.

    Args:
        columns: what to select.
        rest: SQL that follows the condition for each table.
        name: the parameter.
    """
    return " UNION ALL ".join(
        f"SELECT * FROM (SELECT {columns} FROM {table} WHERE {table} MATCH {name} {rest})"  # noqa: S608
        for table in FULL_TEXT_TABLES
    )


async def count_matches(database: IndexDatabase, expression: str, limit: int) -> int:
    """How many posts match, visible or not; counting stops soon after ``limit``."""
    return int(
        await database.value(
            f"SELECT count(*) FROM ({matching('rowid', 'LIMIT :limit')})",  # noqa: S608
            {"match": expression, "limit": limit},
        )
    )


class Conditions(NamedTuple):
    """What a search asks of a post ``p`` beside its words: an SQL condition, its parameters."""

    sql: str
    parameters: dict[str, object]

    @classmethod
    def of(cls, query: Query, now: float) -> Self:
        """That a post is visible, and meets all operators of a query."""
        conditions, parameters = [VISIBLE], dict[str, object](now=now)
        if query.match_without is not None:
            conditions.append(f"p.id NOT IN ({matching('rowid', name=':without')})")
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
        return cls(" AND ".join(conditions), parameters)


@dataclass(frozen=True, slots=True)
class Search:
    """A query at a moment.

    Attributes:
        query: what is asked.
        now: Unix seconds; later posts are not seen.
        required: how many of the words a post must hold.
    """

    query: Query
    now: float
    required: Required = Required.ALL

    async def count(self, database: IndexDatabase, limit: int = -1) -> int:
        """How many posts there are; not more than ``limit``, if that is not negative."""
        conditions = Conditions.of(self.query, self.now)
        sql = f"SELECT 1 FROM posts AS p WHERE {conditions.sql}"  # noqa: S608
        parameters = {**conditions.parameters, "limit": limit}
        if expression := self._expression(begun=await self._is_begun(database)):
            sql += f" AND p.id IN ({matching('rowid')})"
            parameters["match"] = expression
        return int(await database.value(f"SELECT count(*) FROM ({sql} LIMIT :limit)", parameters))  # noqa: S608

    async def rows(
        self, database: IndexDatabase, limit: int, offset: int
    ) -> list[tuple[Row, Match]]:
        """Posts as ``SELECTED``, best first, each with what matches in it."""
        begun = await self._is_begun(database)
        ids = await self._ids(database, self._expression(begun=begun), limit, offset)
        if not ids:
            return []
        rows = await database.rows(
            f"SELECT p.id, {SELECTED} FROM posts AS p WHERE p.id IN {_values(ids)}"  # noqa: S608
        )
        selected = {id_: tuple(values) for id_, *values in rows}
        matches = await self._matches(database, self.query.match_any(begun=begun), ids)
        return [(selected[id_], matches[id_]) for id_ in ids]

    async def unknown_words(self, database: IndexDatabase) -> list[str]:
        """Those of the query's words that no post holds."""
        return [
            word for word in self.query.words if not await count_matches(database, quoted(word), 1)
        ]

    async def _is_begun(self, database: IndexDatabase) -> bool:
        """Whether the last word may be the beginning of others: few posts hold it as it is."""
        if not self.query.begun or self.required is Required.ANY:
            return False
        whole = await count_matches(database, quoted(self.query.words[-1]), ENOUGH_WHOLE)
        return whole < ENOUGH_WHOLE

    def _expression(self, *, begun: bool) -> str | None:
        """The FTS5 expression of what is required, or None without words."""
        query = self.query
        if self.required is Required.ANY:
            return query.match_any()
        expression = query.match_all(begun=begun)
        if self.required is Required.ALL_OR_NAMED and query.match_named:
            expression = f"({expression}) OR {query.match_named}"
        return expression

    async def _ids(
        self, database: IndexDatabase, expression: str | None, limit: int, offset: int
    ) -> list[int]:
        """The posts' ids, best first; the newest first where there are no words."""
        conditions = Conditions.of(self.query, self.now)
        if expression is not None:
            if self.required is Required.ANY:
                ranking = Ranking(database, expression, conditions, self.query.words)
                return await ranking.best_by_front(limit, offset)
            return await Ranking(database, expression, conditions).best(limit, offset)
        rows = await database.rows(
            f"SELECT p.id FROM posts AS p WHERE {conditions.sql} "  # noqa: S608
            f"ORDER BY {IN_ORDER} LIMIT :limit OFFSET :offset",
            {**conditions.parameters, "limit": limit, "offset": offset},
        )
        return [id_ for (id_,) in rows]

    async def _matches(
        self, database: IndexDatabase, words: str | None, ids: Sequence[int]
    ) -> dict[int, Match]:
        """What matches in each of some posts.

        ``words`` asks for any of them: FTS5 evaluates an expression again for each post, so
        that it has to be short.
        """
        among = f"IN {_values(ids)}"
        if words is None:
            rows = await database.rows(
                f"SELECT id, title, '', summary, '', '[]' FROM posts WHERE id {among}"  # noqa: S608
            )
        else:
            rows = await database.rows(
                " UNION ALL ".join(
                    f"SELECT t.rowid, {_highlights(table, SHOWN)}, b.anchors FROM {table} AS t "  # noqa: S608
                    f"JOIN bodies AS b ON b.post = t.rowid WHERE {table} MATCH :match "
                    f"AND t.rowid {among}"
                    for table in FULL_TEXT_TABLES
                ),
                {"match": words},
            )
        return {
            id_: best_match(MarkedPost(title, headings, summary, body, json.loads(anchors)))
            for id_, title, headings, summary, body, anchors in rows
        }


@dataclass(frozen=True, slots=True)
class Ranking:
    """Posts that match an expression and meet conditions; all lists hold their ids.

    Attributes:
        database: the index.
        expression: for FTS5.
        conditions: on the post.
        words: those of which one is enough, where ``expression`` says no more.
    """

    database: IndexDatabase
    expression: str
    conditions: Conditions
    words: Sequence[str] = ()

    async def best(self, limit: int, offset: int) -> list[int]:
        """Those posts, best first."""
        if await count_matches(self.database, self.expression, MANY + 1) > MANY:
            return await self._candidates_first(limit, offset, await self._candidates_expression())
        return await self._ids(
            f"SELECT p.id FROM {self._found('rowid AS id, rank')} "  # noqa: S608
            f"ORDER BY found.rank, {IN_ORDER} LIMIT :limit OFFSET :offset",
            {"limit": limit, "offset": offset},
        )

    async def best_by_front(self, limit: int, offset: int) -> list[int]:
        """Those posts; of the first, those come first whose front holds the rarest words.

        BM25 adds up what the whole of a long post holds, which favours posts that mention
        everything. So the first posts are also ordered by what title, tags, summary and headings
        hold, and the two orders are fused: Cormack, Clarke and Büttcher, Reciprocal Rank Fusion.
        """
        if offset >= REORDERED:
            return await self.best(limit, offset)
        first = await self.best(REORDERED, 0)
        by_front = await self._ordered_by_front(first)
        places = {id_: place for place, id_ in enumerate(by_front)}
        fused = sorted(
            first,
            key=lambda id_: -1 / (FUSION + first.index(id_)) - 1 / (FUSION + places[id_]),
        )
        page = fused[offset : offset + limit]
        if len(page) < limit and len(first) == REORDERED:
            page += await self.best(limit - len(page), REORDERED)
        return page

    async def _ordered_by_front(self, ids: Sequence[int]) -> list[int]:
        """Posts in the order of the words that their fronts hold, weighed by rarity and place."""
        weights = await self._rarities()
        rows = await self.database.rows(
            " UNION ALL ".join(
                f"SELECT rowid, {_highlights(table, FRONT)} FROM {table} "  # noqa: S608
                f"WHERE {table} MATCH :match AND rowid IN {_values(ids)}"
                for table in FULL_TEXT_TABLES
            ),
            {"match": self.expression},
        )
        scores = dict.fromkeys(ids, 0.0)
        for id_, *texts in rows:
            found: dict[str, float] = {}
            for weight, text in zip(FRONT.values(), texts, strict=True):
                for stem in marked_stems(text):
                    found[stem] = max(weight, found.get(stem, 0.0))
            scores[id_] = sum(
                rarity * max((found[stem] for stem in found if _are_alike(stem, word)), default=0)
                for word, rarity in weights.items()
            )
        return sorted(ids, key=lambda id_: -scores[id_])

    async def _rarities(self) -> dict[str, float]:
        """How much each word tells: the inverse document frequency of BM25."""
        total = int(await self.database.value("SELECT count(*) FROM posts"))
        rarities = {}
        for word in self.words:
            held = await count_matches(self.database, quoted(word), MANY)
            stem = plain_name(word).strip()[:STEM]
            rarities[stem] = math.log(1 + (total - held + 0.5) / (held + 0.5)) if held else 0.0
        return rarities

    async def _candidates_first(self, limit: int, offset: int, expression: str) -> list[int]:
        found = self._found("rowid AS id, rank", "AND +rowid IN (SELECT id FROM candidates)")
        candidates = await self._ids(
            f"{self._candidates} SELECT p.id FROM {found} ORDER BY found.rank, {IN_ORDER}",  # noqa: S608
            {"candidates": expression},
        )
        page = candidates[offset : offset + limit]
        if len(page) == limit:
            return page
        others = await self._ids(
            f"{self._candidates} SELECT p.id FROM {self._found('rowid AS id')} "  # noqa: S608
            "AND p.id NOT IN (SELECT id FROM candidates) "
            f"ORDER BY {IN_ORDER} LIMIT :limit OFFSET :offset",
            {
                "candidates": expression,
                "limit": limit - len(page),
                "offset": max(0, offset - len(candidates)),
            },
        )
        return page + others

    async def _candidates_expression(self) -> str:
        """An expression that the candidates match: with the rarest words, or in front."""
        words = list(map(quoted, self.words))
        counted = [(await count_matches(self.database, word, MANY), word) for word in words]
        rarest, total = [], 0
        for count, word in sorted(counted):
            total += count
            if total < MANY:
                rarest.append(word)
        return " OR ".join(rarest) or f"{{title headings tags}} : ({self.expression})"

    @property
    def _candidates(self) -> str:
        """A WITH clause that names the candidates."""
        front = matching("rowid", f"ORDER BY rowid DESC LIMIT {CANDIDATES}", ":candidates")
        return (
            f"WITH candidates (id) AS MATERIALIZED ({front} UNION SELECT * FROM ("  # noqa: S608
            f"SELECT p.id FROM posts AS p WHERE {self.conditions.sql} "
            f"ORDER BY {IN_ORDER} LIMIT {CANDIDATES}))"
        )

    def _found(self, columns: str, rest: str = "") -> str:
        """What to select from, and the condition: posts as ``p`` and matches as ``found``."""
        return (
            f"({matching(columns, rest)}) AS found JOIN posts AS p ON p.id = found.id "
            f"WHERE {self.conditions.sql}"
        )

    async def _ids(self, sql: str, parameters: dict[str, object]) -> list[int]:
        rows = await self.database.rows(
            sql, {**self.conditions.parameters, "match": self.expression, **parameters}
        )
        return [id_ for (id_,) in rows]


def _values(ids: Sequence[int]) -> str:
    return f"({','.join(map(str, ids))})"


def _highlights(table: str, columns: Iterable[str]) -> str:
    numbers = {text.name: number for number, text in enumerate(TEXTS)}
    return ", ".join(
        f"highlight({table}, {numbers[column]}, '{MATCH_START}', '{MATCH_END}')"
        for column in columns
    )


def _are_alike(one: str, other: str) -> bool:
    """Whether two beginnings of words are of one word."""
    return one.startswith(other) or other.startswith(one)
