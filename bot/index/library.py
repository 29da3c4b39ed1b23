"""Answers from the index to every question about the posts."""

from __future__ import annotations

import asyncio
import math
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.blog.dialect import Dialect
from bot.blog.hit import Hit
from bot.blog.library import FindLink, Status
from bot.blog.post import Post
from bot.blog.problem import LeftOut, Problem
from bot.blog.tag import Tag, tag_key
from bot.index.database import Database, Row
from bot.index.kept import Kept
from bot.index.live import LiveConnection
from bot.index.names import fold, names_meant
from bot.index.questions import (
    ALL_POSTS,
    COUNT_TAGS,
    IN_ORDER,
    LEFT_OUT,
    LINKS,
    NEXT_DUE,
    PUBLISHABLE,
    TAGGED,
    UNDATED,
    VISIBLE,
    VOCABULARY,
)
from bot.index.record import SHOWN, to_post
from bot.index.words import clean

if TYPE_CHECKING:  # what no first answer needs, such as searching, is imported for its question
    from bot.index.crossings import Crossings
    from bot.index.roster import Roster
    from bot.index.search import Search
    from bot.index.vocabulary import Vocabulary

# Where fewer posts hold all words of a query, less is demanded.
FEW = 20
# Of many words, any are enough where hardly any post holds all; of two, only where none does.
MANY_WORDS, HARDLY_ANY = 3, 3


class IndexLibrary:
    """``blog.Library`` over an index file; ``Index`` adds what keeps the file up to date."""

    def __init__(
        self,
        path: Path,
        *,
        site_url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._live = LiveConnection(path)
        self._site_url = site_url
        self._clock = clock
        self._source = ""
        self._roster = Kept(self._live, _roster_of)
        self._vocabulary = Kept(self._live, _vocabulary_of)
        self._crossings = Kept(self._live, self._crossings_of)
        self._tagged: tuple[tuple[int, int], float, Mapping[str, Tag], Roster] | None = None

    async def latest(
        self, *, tag: str | None = None, limit: int | None = None, offset: int = 0
    ) -> Sequence[Post]:
        """The newest posts, all of them where ``limit`` is None; of one tag, if given."""
        tagged = "" if tag is None else TAGGED
        return await self._posts(
            f"{tagged} WHERE {VISIBLE} ORDER BY {IN_ORDER} LIMIT :limit OFFSET :offset",
            {
                "tag": None if tag is None else tag_key(clean(tag)),
                "limit": -1 if limit is None else limit,
                "offset": offset,
            },
        )

    async def count(self, *, tag: str | None = None) -> int:
        """How many posts there are, of one tag if given."""
        tagged = "" if tag is None else TAGGED
        async with self._live.use() as database:
            return int(
                await database.value(
                    f"SELECT count(*) FROM posts AS p {tagged} WHERE {VISIBLE}",  # noqa: S608
                    self._with_now({"tag": None if tag is None else tag_key(clean(tag))}),
                )
            )

    async def get(self, path: str) -> Post | None:
        """The post of that path."""
        return await self._post(f"WHERE p.path = :path AND {VISIBLE}", {"path": clean(path)})

    async def get_by_key(self, key: str) -> Post | None:
        """The post of that ``Post.key``."""
        return await self._post(
            f"WHERE p.key = :key AND {VISIBLE} ORDER BY p.path LIMIT 1", {"key": clean(key)}
        )

    async def find(self, text: str) -> Post | None:
        """The post that a person means by a slug, alias, title, path or URL of it, exactly."""
        return await self._named(text, VISIBLE)

    async def unpublished(self, limit: int | None = None) -> Sequence[Post]:
        """Drafts and posts dated later than now, which readers do not see."""
        return await self._posts(
            f"WHERE {PUBLISHABLE} AND NOT ({VISIBLE}) ORDER BY {IN_ORDER} LIMIT :limit",
            {"limit": -1 if limit is None else limit},
        )

    async def find_any(self, text: str) -> Post | None:
        """Like ``find`` and ``get_by_key``, for drafts and posts dated later than now too."""
        return await self._named(text, PUBLISHABLE) or await self._post(
            f"WHERE p.key = :key AND {PUBLISHABLE} ORDER BY p.path LIMIT 1", {"key": clean(text)}
        )

    async def closest(self, text: str, limit: int = 3) -> Sequence[Post]:
        """The posts whose title or slug is most like ``text``, best first."""
        posts = await self._roster.get()
        meant = _last_segment(text)
        return await self._in_turn(
            await asyncio.to_thread(posts.closest, meant, limit, self._clock())
        )

    async def suggest(self, text: str, limit: int = 25) -> Sequence[Post]:
        """Completions while typing, forgiving typos, best first; the newest for no text."""
        if not text.strip():
            return await self.latest(limit=limit)
        posts = await self._roster.get()
        meant = _last_segment(text)
        return await self._in_turn(
            await asyncio.to_thread(posts.suggest, meant, limit, self._clock())
        )

    async def neighbours(self, post: Post) -> tuple[Post | None, Post | None]:
        """The next older and the next newer post."""
        place: dict[str, object] = {
            "instant": post.date.instant if post.date else UNDATED,
            "path": clean(post.path),
        }
        instant = f"coalesce(p.instant, {UNDATED})"
        older = await self._post(
            f"WHERE {VISIBLE} AND ({instant} < :instant OR {instant} = :instant "
            f"AND p.path > :path) ORDER BY {IN_ORDER} LIMIT 1",
            place,
        )
        newer = await self._post(
            f"WHERE {VISIBLE} AND ({instant} > :instant OR {instant} = :instant "
            "AND p.path < :path) ORDER BY p.instant, p.path DESC LIMIT 1",
            place,
        )
        return older, newer

    async def related(self, post: Post, limit: int = 3) -> Sequence[Post]:
        """Posts that share tags with this one, those sharing most and rarest first."""
        keys = {tag_key(clean(name)) for name in post.tags}
        counts = {tag.key: tag.posts for tag in await self.tags() if tag.key in keys}
        if not counts:
            return []
        total = await self.count()
        weights: dict[str, object] = {}
        for i, (key, posts) in enumerate(counts.items()):
            weights |= {f"key{i}": key, f"weight{i}": math.log(1 + total / posts)}
        rows = ", ".join(f"(:key{i}, :weight{i})" for i in range(len(counts)))
        return await self._posts(
            f"JOIN post_tags AS pt ON pt.post = p.id JOIN (VALUES {rows}) AS shared "
            f"ON shared.column1 = pt.key WHERE p.path <> :path AND {VISIBLE} "
            f"GROUP BY p.id ORDER BY sum(shared.column2) DESC, {IN_ORDER} LIMIT :limit",
            {"path": clean(post.path), "limit": limit, **weights},
        )

    async def tags(self, *, limit: int | None = None, offset: int = 0) -> Sequence[Tag]:
        """Tags, most used first, ties by name."""
        return await self._tags("", {"limit": -1 if limit is None else limit, "offset": offset})

    async def tag(self, name: str) -> Tag | None:
        """One tag, without regard to case."""
        tags = await self._tags(
            "AND pt.key = :tag", {"tag": tag_key(clean(name)), "limit": 1, "offset": 0}
        )
        return tags[0] if tags else None

    async def suggest_tags(self, text: str, limit: int = 25) -> Sequence[Tag]:
        """Tags while typing, forgiving typos, best first; the most used for no text."""
        if not text.strip():
            return await self.tags(limit=limit)
        tags, roster = await self._tag_roster()
        keys = await asyncio.to_thread(roster.suggest, text, limit, self._clock())
        return [tags[key] for key in keys]

    async def search(self, query: str, *, limit: int = 10, offset: int = 0) -> Sequence[Hit]:
        """Posts that hold all words of ``query``, or most, with their best sections, best first."""
        search = await self._search(query)
        if search.query.is_empty:
            return []
        async with self._live.use() as database, database.snapshot():
            rows = await search.rows(database, limit, offset)
            site_url = await self._site(database)
        return [
            Hit(to_post(row).on_site(site_url), place.snippet, place.heading, place.section)
            for row, place in rows
        ]

    async def count_hits(self, query: str) -> int:
        """How many posts ``search`` would find."""
        search = await self._search(query)
        if search.query.is_empty:
            return 0
        async with self._live.use() as database:
            return await search.count(database)

    async def correction(self, query: str) -> str | None:
        """``query`` as it may have been meant, where its words as typed find nothing; or None."""
        from bot.index.query import Query
        from bot.index.search import Search

        search = Search(Query.of(query), self._clock())
        async with self._live.use() as database:
            if await search.count(database, 1):
                return None
        return await self._corrected(search, query)

    async def suggest_searches(self, text: str, limit: int = 25) -> Sequence[str]:
        """Queries while typing: titles, headings and tags (as ``tag:name``), best first."""
        from bot.index.completion import Completion

        async with self._live.use() as database:
            return await Completion(database, text, self._clock()).searches(limit)

    async def body(self, path: str) -> str | None:
        """What that post says as its author wrote it, without the front matter."""
        async with self._live.use() as database:
            packed = await database.value(
                "SELECT b.body FROM bodies AS b JOIN posts AS p ON p.id = b.post "  # noqa: S608
                f"WHERE p.path = :path AND {VISIBLE}",
                self._with_now({"path": clean(path)}),
            )
        return None if packed is None else zlib.decompress(packed).decode()

    async def find_link(self) -> FindLink:
        """What resolves links between posts; the same function until the index changes."""
        return await self._crossings.get()

    async def _crossings_of(self, database: Database) -> Crossings:
        from bot.index.crossings import Crossings

        rows = await database.rows(LINKS)
        site_url = await self._site(database)
        return await asyncio.to_thread(Crossings.of, rows, site_url, self._clock)

    async def version(self) -> str:
        """Changes with the index; says nothing beyond the end of the process."""
        async with self._live.use() as database:
            return ".".join(map(str, await self._live.version(database)))

    async def random(self) -> Post | None:
        """Any post, or None while there are none."""
        return await self._post(
            f"WHERE p.id = (SELECT p.id FROM posts AS p WHERE {VISIBLE} "  # noqa: S608
            "ORDER BY random() LIMIT 1)",
            {},
        )

    async def status(self) -> Status:
        """Counts, source, problems."""
        async with self._live.use() as database, database.snapshot():
            meta: dict[str, Any] = dict(await database.rows("SELECT name, value FROM meta"))
            posts = await database.value(
                f"SELECT count(*) FROM posts AS p WHERE {VISIBLE}",  # noqa: S608
                self._with_now({}),
            )
            tags = await database.value(COUNT_TAGS, self._with_now({}))
            left_out = await database.rows(LEFT_OUT, self._with_now({}))
            problems = await database.rows(
                "SELECT DISTINCT path, line, reason, hint FROM problems ORDER BY path, line, reason"
            )
        return Status(
            source=self._source,
            generator=meta["generator"],
            dialect=Dialect.from_json(meta["dialect"]),
            site_url=self._site_url or meta["site_url"],
            posts=posts,
            tags=tags,
            left_out=tuple(LeftOut(*row) for row in left_out),
            problems=tuple(Problem(*row) for row in problems),
            updated=meta["updated"],
        )

    def _with_now(self, parameters: dict[str, object]) -> dict[str, object]:
        return {**parameters, "now": self._clock()}

    async def _site(self, database: Database) -> str | None:
        if self._site_url is not None:
            return self._site_url
        found: str | None = await database.value("SELECT value FROM meta WHERE name = 'site_url'")
        return found

    async def _posts(self, clauses: str, parameters: dict[str, object]) -> list[Post]:
        async with self._live.use() as database:
            rows = await database.rows(
                f"SELECT {SHOWN} FROM posts AS p {clauses}",  # noqa: S608 - clauses are ours
                self._with_now(parameters),
            )
            site_url = await self._site(database)
        return [to_post(row).on_site(site_url) for row in rows]

    async def _post(self, clauses: str, parameters: dict[str, object]) -> Post | None:
        posts = await self._posts(clauses, parameters)
        return posts[0] if posts else None

    async def _named(self, text: str, condition: str) -> Post | None:
        """The first of the posts that go by a name and meet an SQL condition."""
        async with self._live.use() as database:
            site_url = await self._site(database)
        meant = names_meant(text, site_url)
        parameters: dict[str, object] = {f"name{i}": name for i, name in enumerate(meant)}
        places = ", ".join(f":{name}" for name in parameters)
        return await self._post(
            f"JOIN names AS n ON n.post = p.id WHERE n.name IN ({places}) AND {condition} "
            f"ORDER BY n.kind, {IN_ORDER} LIMIT 1",
            parameters,
        )

    async def _in_turn(self, paths: Sequence[str]) -> list[Post]:
        """The posts of these paths in this order."""
        parameters: dict[str, object] = {f"path{i}": path for i, path in enumerate(paths)}
        places = ", ".join(f":{name}" for name in parameters)
        posts = await self._posts(f"WHERE p.path IN ({places}) AND {VISIBLE}", parameters)
        by_path = {post.path: post for post in posts}
        return [by_path[path] for path in paths if path in by_path]

    async def _tags(self, condition: str, parameters: dict[str, object]) -> list[Tag]:
        async with self._live.use() as database:
            rows = await database.rows(
                "SELECT t.name, count(*) AS posts FROM post_tags AS pt "  # noqa: S608
                "JOIN tags AS t ON t.key = pt.key JOIN posts AS p ON p.id = pt.post "
                f"WHERE {VISIBLE} {condition} GROUP BY pt.key "
                "ORDER BY posts DESC, pt.key LIMIT :limit OFFSET :offset",
                self._with_now(parameters),
            )
        return [Tag(*row) for row in rows]

    async def _search(self, query: str) -> Search:
        """What to search for, with less demanded where few posts hold all words.

        Where none does because of a typo, nothing is to be found: the reader is told instead.
        """
        from bot.index.query import Query
        from bot.index.search import Demand, Search

        search = Search(Query.of(query), self._clock())
        words = len(search.query.large_words)
        if words <= 1:
            return search
        async with self._live.use() as database:
            found = await search.count(database, FEW)
        if found >= FEW:
            return search
        if found >= (HARDLY_ANY if words >= MANY_WORDS else 1):
            return replace(search, demand=Demand.ALL_OR_NAMED)
        if not found and await self._corrected(search, query):
            return search
        return replace(search, demand=Demand.ANY)

    async def _corrected(self, search: Search, query: str) -> str | None:
        """A query that finds nothing with its typos put right; None where that finds no more."""
        from bot.index.query import Query

        async with self._live.use() as database:
            strangers = await search.strangers(database)
        corrected = query
        for word in strangers:
            vocabulary = await self._vocabulary.get()
            if meant := await asyncio.to_thread(vocabulary.closest, word):
                corrected = corrected.replace(word, meant)
        if corrected == query:
            return None
        async with self._live.use() as database:
            found = await replace(search, query=Query.of(corrected)).count(database, 1)
        return corrected if found else None

    async def _tag_roster(self) -> tuple[Mapping[str, Tag], Roster]:
        """All tags by key, counted again when the index has changed or a post has appeared."""
        from bot.index.roster import Entry, Roster

        now = self._clock()
        async with self._live.use() as database:
            version = await self._live.version(database)
            if self._tagged and self._tagged[0] == version and now < self._tagged[1]:
                return self._tagged[2:]
            due = await database.value(NEXT_DUE, {"now": now})
        tags = {tag.key: tag for tag in await self.tags()}
        roster = Roster([Entry(key, (key,)) for key in tags])
        self._tagged = version, math.inf if due is None else due, tags, roster
        return tags, roster


async def _vocabulary_of(database: Database) -> Vocabulary:
    """The blog's words."""
    from bot.index.vocabulary import Vocabulary

    return await asyncio.to_thread(Vocabulary, await database.rows(VOCABULARY))


async def _roster_of(database: Database) -> Roster:
    """All posts by name."""
    return await asyncio.to_thread(_post_roster, await database.rows(ALL_POSTS))


def _post_roster(rows: Sequence[Row]) -> Roster:
    from bot.index.roster import Entry, Roster

    return Roster(
        [Entry(path, (fold(title), fold(slug)), instant) for path, title, slug, instant in rows]
    )


def _last_segment(text: str) -> str:
    """What names the post in a pasted URL; other text as it is."""
    if not text.strip().startswith(("http://", "https://")):
        return text
    try:
        path = urlsplit(text.strip()).path
    except ValueError:
        return text
    return path.strip("/").rpartition("/")[2]
