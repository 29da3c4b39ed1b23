"""Searches to choose from while a person is typing one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.index.database import IndexDatabase
from bot.index.fts_text import SEPARATOR, clean, quoted, readable
from bot.index.names import fold, plain_name
from bot.index.sql import VISIBLE

# Posts that are looked at, the latest added first: enough to choose from, few enough to be
# quick where thousands begin so.
MOST_POSTS = 60
MOST_TAGS = 5
MAX_WORDS = 8
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Completion:
    """What was typed so far, put to a database at a moment.

    Attributes:
        database: the index.
        typed: any text.
        now: Unix seconds; later posts are not seen.
    """

    database: IndexDatabase
    typed: str
    now: float

    async def searches(self, limit: int) -> list[str]:
        """Titles and headings that hold all words typed, and tags that begin so, best first."""
        words = _WORD.findall(clean(self.typed))[:MAX_WORDS]
        if not words:
            return []
        titles = list(await self._holding("title", words))
        starting = [title for title in titles if fold(title).startswith(fold(self.typed))]
        tags = [f'tag:"{name}"' if " " in name else f"tag:{name}" for name in await self._tags()]
        found = _distinct((*starting, *tags, *titles), limit)
        if len(found) < limit:
            headings = await self._holding("headings", words)
            found = _distinct(itertools.chain(found, headings), limit)
        return found

    async def _holding(self, column: str, words: Sequence[str]) -> Iterator[str]:
        """Titles or headings that hold all words, each looked for when it is asked for."""
        expression = " AND ".join(map(quoted, words)) + "*"
        rows = await self.database.rows(
            f"SELECT completions.{column} FROM completions "  # noqa: S608 - our own columns
            "JOIN posts AS p ON p.id = completions.rowid "
            f"WHERE completions MATCH :match AND {VISIBLE} "
            "ORDER BY completions.rowid DESC LIMIT :limit",
            {"match": f"{column} : ({expression})", "now": self.now, "limit": MOST_POSTS},
        )
        return (text for (texts,) in rows for text in _phrases_with(words, texts))

    async def _tags(self) -> list[str]:
        """Names of tags that begin with what was typed, and that a visible post has."""
        start = " ".join(clean(self.typed).split()).casefold().removeprefix("tag:").strip(' "')
        if not start:
            return []
        rows = await self.database.rows(
            "SELECT t.name FROM tags AS t WHERE t.key >= :start AND t.key < :end "  # noqa: S608
            "AND EXISTS (SELECT 1 FROM post_tags AS pt JOIN posts AS p ON p.id = pt.post "
            f"WHERE pt.key = t.key AND {VISIBLE}) ORDER BY t.key LIMIT :limit",
            {"start": start, "end": start + "\U0010ffff", "now": self.now, "limit": MOST_TAGS},
        )
        return [name for (name,) in rows]


def _distinct(texts: Iterable[str], limit: int) -> list[str]:
    """The first of some texts, without those that differ from an earlier one by case alone."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(fold(text), text)
        if len(found) == limit:
            break
    return list(found.values())


def _phrases_with(words: Sequence[str], texts: str) -> Iterator[str]:
    """Those of some headings that hold all words, the last perhaps only begun."""
    *whole, begun = map(plain_name, words)
    for text in readable(texts).split(SEPARATOR):
        folded = text.lower() if text.isascii() else plain_name(text)
        if begun in folded and all(word in folded for word in whole):
            held = _WORD.findall(folded)
            # Chinese and Japanese have no spaces between words.
            if (not begun.isascii() or any(word.startswith(begun) for word in held)) and all(
                not word.isascii() or word in held for word in whole
            ):
                yield text
