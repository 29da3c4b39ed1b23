"""What a search asks of a post beside its words."""

from __future__ import annotations

from typing import NamedTuple, Self

from bot.index.matching import matching
from bot.index.query import Query
from bot.index.questions import VISIBLE


class Conditions(NamedTuple):
    """An SQL condition on a post ``p``, and its parameters."""

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
