"""Answers to what people type: searches, corrections, and suggestions while they type."""

from __future__ import annotations

import asyncio
import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from urllib.parse import urlsplit

from bot.blog.library import Exclusion, Hit
from bot.blog.post import Post, Tag
from bot.index.connection import Cached
from bot.index.database import IndexDatabase, Row
from bot.index.fts_text import (
    MATCH_END,
    MATCH_START,
    SEPARATOR,
    clean,
    first_mark,
    quoted,
    readable,
    searchable,
)
from bot.index.fuzzy import (
    LONGEST,
    SHORTEST,
    Item,
    NameIndex,
    Vocabulary,
    are_alike,
    closest_stems,
)
from bot.index.names import fold, plain_name
from bot.index.posts import ALL_POSTS, NEXT_DUE, VISIBLE, VOCABULARY, Posts
from bot.index.query import Query
from bot.index.rows import FULL_TEXT_TABLES, TEXTS, to_post
from bot.index.search import Required, Search, count_matches, matching

# Where fewer posts hold all words of a query, less is required.
FEW = 20
# Of many words, any are enough where hardly any post holds all; of two, only where none does.
MANY_WORDS, HARDLY_ANY = 3, 3
# Letters of the parts of a word that should be two, and of an ending that a stem lacks.
SHORTEST_PART, LONGEST_ENDING = 3, 5
BODY = [text.name for text in TEXTS].index("body")
# Posts that are looked through for a flag.
LOOKED_AT = 50


class Finder:
    """Implements the methods of ``blog.Library`` that take what somebody typed.

    Args:
        posts: selects posts and tags.
    """

    def __init__(self, posts: Posts) -> None:
        self._posts = posts
        self._connection = posts.connection
        self._post_names = Cached(self._connection, _post_names)
        self._vocabulary = Cached(self._connection, _vocabulary)
        # The index's version, when the next post appears, the tags by key, and their names.
        self._tags: tuple[tuple[int, int], float, Mapping[str, Tag], NameIndex] | None = None

    async def closest(self, text: str, limit: int) -> Sequence[Post]:
        """As ``Library.closest``."""
        names = await self._post_names.get()
        paths = await asyncio.to_thread(
            names.closest, _last_segment(text), limit, self._posts.clock()
        )
        return await self._posts.by_paths(paths)

    async def suggest(self, text: str, limit: int) -> Sequence[Post]:
        """As ``Library.suggest``, for a text that is not empty."""
        names = await self._post_names.get()
        paths = await asyncio.to_thread(
            names.suggest, _last_segment(text), limit, self._posts.clock()
        )
        return await self._posts.by_paths(paths)

    async def suggest_tags(self, text: str, limit: int) -> Sequence[Tag]:
        """As ``Library.suggest_tags``, for a text that is not empty."""
        tags, names = await self._tag_names()
        keys = await asyncio.to_thread(names.suggest, text, limit, self._posts.clock())
        return [tags[key] for key in keys]

    async def suggest_searches(self, text: str, limit: int) -> Sequence[str]:
        """As ``Library.suggest_searches``."""
        async with self._connection.use() as database:
            found = await Completion(database, text, self._posts.clock()).searches(limit)
            search = Search(Query.of(text), self._posts.clock())
            if not found and search.query.words and await search.count(database, 1):
                found = [" ".join(text.split())]
        return found

    async def search(self, query: str, limit: int, offset: int) -> Sequence[Hit]:
        """As ``Library.search``."""
        search = await self._search(query)
        if search.query.is_empty:
            return []
        async with self._connection.use() as database, database.snapshot():
            rows = await search.rows(database, limit, offset)
            site_url = await self._posts.base_url(database)
        return [
            Hit(to_post(row).on_site(site_url), match.snippet, match.heading, match.section)
            for row, match in rows
        ]

    async def count(self, query: str) -> int:
        """As ``Library.count_hits``."""
        search = await self._search(query)
        if search.query.is_empty:
            return 0
        async with self._connection.use() as database:
            return await search.count(database)

    async def exclusion(self, query: str) -> Exclusion | None:
        """As ``Library.exclusion``."""
        words = (await self._parse(query)).without
        return Exclusion(words, Query.without_exclusions(query, words)) if words else None

    async def correction(self, query: str) -> str | None:
        """As ``Library.correction``."""
        search = Search(await self._parse(query), self._posts.clock())
        async with self._connection.use() as database:
            if await search.count(database, 1):
                return None
        return await self._corrected(search, query)

    async def _parse(self, text: str) -> Query:
        """A query, with the flags among what it seems to exclude taken for words."""
        query = Query.of(text)
        if not query.without:
            return query
        async with self._connection.use() as database:
            flags = [word for word in query.without if await _is_flag(database, word, query, text)]
        return Query.of(text, flags) if flags else query

    async def _search(self, query: str) -> Search:
        """What to search for, with less required where few posts hold all words.

        Where none does because of a typo, nothing is to be found: the reader is told instead.
        """
        search = Search(await self._parse(query), self._posts.clock())
        words = len(search.query.telling_words)
        if words <= 1:
            return search
        async with self._connection.use() as database:
            found = await search.count(database, FEW)
        if found >= FEW:
            return search
        if found >= (HARDLY_ANY if words >= MANY_WORDS else 1):
            return replace(search, required=Required.ALL_OR_NAMED)
        if not found and await self._corrected(search, query):
            return search
        return replace(search, required=Required.ANY)

    async def _corrected(self, search: Search, query: str) -> str | None:
        """A query that finds nothing with its typos corrected; None where that finds no more."""
        async with self._connection.use() as database:
            unknown = await search.unknown_words(database)
            corrected = await _joined(database, search.query.words, unknown, query)
        for word in unknown:
            if word in corrected and (likeliest := await self._likeliest(word)):
                corrected = corrected.replace(word, likeliest)
        if corrected == query:
            return None
        async with self._connection.use() as database:
            found = await replace(search, query=await self._parse(corrected)).count(database, 1)
        return corrected if found else None

    async def _likeliest(self, word: str) -> str | None:
        """What a word that no post holds may be meant for: two words, or one with a typo."""
        vocabulary = await self._vocabulary.get()
        async with self._connection.use() as database:
            if parts := await _split(database, word):
                return parts
        if found := await asyncio.to_thread(vocabulary.closest, word):
            return found
        async with self._connection.use() as database:
            return await _closest_in_bodies(database, word)

    async def _tag_names(self) -> tuple[Mapping[str, Tag], NameIndex]:
        """All tags by key, counted again when the index has changed or a post has appeared."""
        now = self._posts.clock()
        async with self._connection.use() as database:
            version = await self._connection.version(database)
            if self._tags and self._tags[0] == version and now < self._tags[1]:
                return self._tags[2:]
            due = await database.value(NEXT_DUE, {"now": now})
        tags = {tag.key: tag for tag in await self._posts.tags("", {"limit": -1, "offset": 0})}
        names = NameIndex([Item(key, (plain_name(key),)) for key in tags])
        self._tags = version, math.inf if due is None else due, tags, names
        return tags, names


async def _joined(
    database: IndexDatabase, words: Sequence[str], unknown: Sequence[str], query: str
) -> str:
    """A query with two words joined where one of them is in no post, and both in one are."""
    for one, other in pairwise(words):
        both = f"{one} {other}"
        is_unknown = (one in unknown or other in unknown) and both in query
        if is_unknown and await count_matches(database, quoted(one + other), 1):
            query = query.replace(both, one + other)
    return query


async def _split(database: IndexDatabase, word: str) -> str | None:
    """Two words that stand together in a post and make this one, such as ``front matter``."""
    if not SHORTEST_PART * 2 <= len(word) <= LONGEST or not word.isalpha():
        return None
    for middle in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        parts = f"{word[:middle]} {word[middle:]}"
        if await count_matches(database, quoted(parts), 1):
            return parts
    return None


async def _closest_in_bodies(database: IndexDatabase, word: str) -> str | None:
    """The word of a post that differs least from one with a typo, not in its first letter.

    The words of English posts are indexed by their stems. So the likeliest stem is looked for,
    and then the word in a post that has it.
    """
    typed = plain_name(word)
    if not SHORTEST <= len(typed) <= LONGEST or not typed.isalpha():
        return None
    for table in FULL_TEXT_TABLES:
        rows = await database.rows(
            f"SELECT term FROM {table}_words WHERE term >= :first AND term < :next "  # noqa: S608
            "AND length(term) BETWEEN :least AND :most",
            {
                "first": typed[0],
                "next": chr(ord(typed[0]) + 1),
                "least": len(typed) - LONGEST_ENDING,
                "most": len(typed) + 2,
            },
        )
        for stem in await asyncio.to_thread(closest_stems, typed, [term for (term,) in rows]):
            marked = await database.value(
                f"SELECT highlight({table}, {BODY}, '{MATCH_START}', '{MATCH_END}') FROM {table} "  # noqa: S608
                f"WHERE {table} MATCH :match LIMIT 1",
                {"match": f"body : {quoted(stem)}"},
            )
            found = first_mark(marked) if marked else None
            name = plain_name(found) if found else ""
            if any(are_alike(typed, one) for one in (name, name.removesuffix("s"))):
                return found
    return None


async def _is_flag(database: IndexDatabase, word: str, query: Query, text: str) -> bool:
    """Whether posts write a word with a dash, behind the word before it or among the others."""
    before = re.search(rf"([\w.]+)\s+-{re.escape(word)}(?!\w)", text)
    written = re.compile(rf"(?<![\w-])--?{re.escape(searchable(word))}(?!\w)")
    together = [quoted(f"{before[1]} {word}")] if before else []
    for match in (*together, " ".join(map(quoted, (*query.words, word)))):
        rows = await database.rows(
            "SELECT title || ' ' || headings || ' ' || body FROM texts "  # noqa: S608
            f"WHERE id IN ({matching('rowid', f'LIMIT {LOOKED_AT}')})",
            {"match": match},
        )
        if any(written.search(text) for (text,) in rows):
            return True
    return False


async def _vocabulary(database: IndexDatabase) -> Vocabulary:
    return await asyncio.to_thread(Vocabulary, await database.rows(VOCABULARY))


async def _post_names(database: IndexDatabase) -> NameIndex:
    return await asyncio.to_thread(_name_index, await database.rows(ALL_POSTS))


def _name_index(rows: Sequence[Row]) -> NameIndex:
    return NameIndex(
        [
            Item(path, (plain_name(title), plain_name(slug)), instant)
            for path, title, slug, instant in rows
        ]
    )


def _last_segment(text: str) -> str:
    """The last segment of a pasted URL's path, which names the post; other text as it is."""
    if not text.strip().startswith(("http://", "https://")):
        return text
    try:
        path = urlsplit(text.strip()).path
    except ValueError:
        return text
    return path.strip("/").rpartition("/")[2]


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
