"""Posts that match, in the order in which they are worth reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.index.conditions import Conditions
from bot.index.database import Database
from bot.index.matching import matches, matching
from bot.index.questions import IN_ORDER

# To rank a post takes two microseconds, more where it holds the word often. Where more posts
# than this match, only the likeliest are ranked, and the others follow, the newest first.
MANY = 2_000
# The likeliest are so many of the newest, and so many whose title, headings or tags match.
LIKELIEST = 500


@dataclass(frozen=True, slots=True)
class Ranking:
    """Posts that match an expression and meet conditions; all lists hold their numbers.

    Attributes:
        database: the index.
        expression: for FTS5.
        conditions: on the post.
        any_of: expressions of which one is enough, where ``expression`` says no more.
    """

    database: Database
    expression: str
    conditions: Conditions
    any_of: Sequence[str] = ()

    async def best(self, limit: int, offset: int) -> list[int]:
        """Those posts, best first."""
        if await matches(self.database, self.expression, MANY + 1) > MANY:
            return await self._likeliest_first(limit, offset, await self._telling())
        return await self._numbers(
            f"SELECT p.id FROM {self._found('rowid AS id, rank')} "  # noqa: S608
            f"ORDER BY found.rank, {IN_ORDER} LIMIT :limit OFFSET :offset",
            {"limit": limit, "offset": offset},
        )

    async def _likeliest_first(self, limit: int, offset: int, telling: str) -> list[int]:
        found = self._found("rowid AS id, rank", "AND +rowid IN (SELECT id FROM likely)")
        likeliest = await self._numbers(
            f"{self._likely} SELECT p.id FROM {found} ORDER BY found.rank, {IN_ORDER}",  # noqa: S608
            {"telling": telling},
        )
        page = likeliest[offset : offset + limit]
        if len(page) == limit:
            return page
        others = await self._numbers(
            f"{self._likely} SELECT p.id FROM {self._found('rowid AS id')} "  # noqa: S608
            "AND p.id NOT IN (SELECT id FROM likely) "
            f"ORDER BY {IN_ORDER} LIMIT :limit OFFSET :offset",
            {
                "telling": telling,
                "limit": limit - len(page),
                "offset": max(0, offset - len(likeliest)),
            },
        )
        return page + others

    async def _telling(self) -> str:
        """An expression that the likeliest posts match: with the rarest words, or in front."""
        counted = sorted([(await matches(self.database, one, MANY), one) for one in self.any_of])
        rarest, total = [], 0
        for count, one in counted:
            total += count
            if total < MANY:
                rarest.append(one)
        return " OR ".join(rarest) or f"{{title headings tags}} : ({self.expression})"

    @property
    def _likely(self) -> str:
        """A WITH clause that names the likeliest posts."""
        telling = matching("rowid", f"ORDER BY rowid DESC LIMIT {LIKELIEST}", ":telling")
        return (
            f"WITH likely (id) AS MATERIALIZED ({telling} UNION SELECT * FROM ("  # noqa: S608
            f"SELECT p.id FROM posts AS p WHERE {self.conditions.sql} "
            f"ORDER BY {IN_ORDER} LIMIT {LIKELIEST}))"
        )

    def _found(self, columns: str, rest: str = "") -> str:
        """What to select from, and the condition: posts as ``p`` and matches as ``found``."""
        return (
            f"({matching(columns, rest)}) AS found JOIN posts AS p ON p.id = found.id "
            f"WHERE {self.conditions.sql}"
        )

    async def _numbers(self, sql: str, parameters: dict[str, object]) -> list[int]:
        rows = await self.database.rows(
            sql, {**self.conditions.parameters, "match": self.expression, **parameters}
        )
        return [number for (number,) in rows]
