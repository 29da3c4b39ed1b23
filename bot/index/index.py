"""The index: answers to every question about the posts, and ``sync`` when these have changed."""

from __future__ import annotations

import asyncio
import math
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bot.announce import catalogue
from bot.blog.dialect import Dialect
from bot.blog.errors import IndexUnavailable, LeftOut, Problem
from bot.blog.library import Exclusion, FindLink, Hit, LinkReport, Status
from bot.blog.post import Post, Tag, tag_key
from bot.blog.section import Passage
from bot.index import typed_text, updater
from bot.index.connection import Cached, IndexConnection
from bot.index.database import IndexDatabase, Row
from bot.index.fts_text import clean, passages_in
from bot.index.names import LinkResolver, names_to_look_up, plain_name
from bot.index.posts import (
    COUNT_FINDINGS,
    COUNT_TAGS,
    COUNT_UNKNOWN_LINKS,
    IN_ORDER,
    LEFT_OUT,
    LINKS,
    LISTED,
    NEXT_DUE,
    PASSAGES,
    PUBLISHABLE,
    TAGGED,
    UNDATED,
    VISIBLE,
    VISIBLE_POSTS,
    VISIBLE_TAGS,
    Posts,
    bound,
)
from bot.index.rows import layout, to_visible_posts

if TYPE_CHECKING:
    from bot.blog.reader import Reader
    from bot.blog.source import Snapshot
    from bot.index.difference import Progress

SECONDS_BETWEEN_CHECKS = 1.0


class Index:
    """``blog.Library`` and ``announce.Catalogue`` over an index file.

    Use it as an async context manager; nothing is opened before the first question.

    Args:
        path: the index file; it and its folder are made by the first ``sync``.
        fallback_path: where to keep the index instead, once one that is part of an image, and
            so cannot be written, no longer fits.
        site_url: the blog's URL; where None, the one in the index.
        clock: Unix seconds, which decide what is in the future.

    Attributes:
        trouble: what ``Status.trouble`` says; set by the caller of ``sync``.
    """

    def __init__(
        self,
        path: Path,
        *,
        fallback_path: Path | None = None,
        site_url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.trouble = ""
        self._path = path
        self._fallback_path = fallback_path
        self._connection = IndexConnection(path)
        self._posts = Posts(self._connection, site_url, clock)
        self._clock = clock
        self._source = self._sitemap_trouble = ""
        self._link_resolver = Cached(self._connection, self._make_link_resolver)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection to the file."""
        await self._connection.close()

    @property
    def is_lost(self) -> bool:
        """Whether the file was found to be missing or damaged, and has not been made anew."""
        return self._connection.lost.is_set()

    async def wait_until_lost(self) -> None:
        """Return when the file is missing or damaged; look for that every second."""
        while not self.is_lost:
            await self._connection.check()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._connection.lost.wait(), SECONDS_BETWEEN_CHECKS)

    async def recall(self, source: str) -> bool:
        """Answer from an index of that source and this version, where there is one; whether so.

        Args:
            source: its name, as in ``Snapshot.name``.
        """
        for path in (self._path, self._fallback_path):
            if path is not None and path.exists():
                self._connection.path = path
                with suppress(IndexUnavailable):
                    async with self._connection.use() as database:
                        meta: dict[str, Any] = dict(
                            await database.rows("SELECT name, value FROM meta")
                        )
                        fits = str(meta.get("fingerprint")).startswith(f"{layout()} ")
                        if fits and meta.get("source") == source:
                            self._source = source
                            return True
        self._connection.path = self._path
        return False

    async def sync(
        self, snapshot: Snapshot, reader: Reader, *, progress: Progress | None = None
    ) -> updater.SyncReport:
        """Make the index agree with a snapshot.

        Args:
            snapshot: what the source holds now.
            reader: understands the files that are new or have changed.
            progress: called with files done and files to do, in the event loop.

        Raises:
            IndexUnavailable: the index needs a change and cannot be written.
        """
        report = await self._updater.sync(snapshot, reader, progress)
        self._connection.lost.clear()
        self._source = snapshot.name
        self._sitemap_trouble = snapshot.sitemap.trouble if snapshot.sitemap else ""
        return report

    @cached_property
    def _updater(self) -> updater.Updater:
        return updater.Updater(self._connection, self._fallback_path, self._clock)

    @cached_property
    def _finder(self) -> typed_text.Finder:
        return typed_text.Finder(self._posts)

    async def latest(
        self, *, tag: str | None = None, limit: int | None = None, offset: int = 0
    ) -> Sequence[Post]:
        """The newest posts, all of them where ``limit`` is None; of one tag, if given."""
        tagged = "" if tag is None else TAGGED
        return await self._posts.select(
            f"{tagged} WHERE {LISTED} ORDER BY {IN_ORDER} LIMIT :limit OFFSET :offset",
            {
                "tag": None if tag is None else tag_key(clean(tag)),
                "limit": -1 if limit is None else limit,
                "offset": offset,
            },
        )

    async def count(self, *, tag: str | None = None) -> int:
        """How many posts there are, of one tag if given."""
        tagged = "" if tag is None else TAGGED
        return await self._posts.count(
            f"{tagged} WHERE {LISTED}", {"tag": None if tag is None else tag_key(clean(tag))}
        )

    async def pages(self) -> Sequence[Post]:
        """The visible pages beside the posts, by title."""
        return await self._posts.select(f"WHERE {VISIBLE} AND p.page <> 0 ORDER BY {IN_ORDER}", {})

    async def get(self, path: str) -> Post | None:
        """The post of that path."""
        return await self._posts.first(f"WHERE p.path = :path AND {VISIBLE}", {"path": clean(path)})

    async def get_by_key(self, key: str) -> Post | None:
        """The post of that ``Post.key``."""
        return await self._posts.first(
            f"WHERE p.key = :key AND {VISIBLE} ORDER BY p.path LIMIT 1", {"key": clean(key)}
        )

    async def find(self, text: str) -> Post | None:
        """The post that a person means by a slug, alias, title, path or URL of it, exactly."""
        return await self._named(text, VISIBLE)

    async def unpublished(self, limit: int | None = None) -> Sequence[Post]:
        """Drafts and posts dated later than now, which readers do not see."""
        return await self._posts.select(
            f"WHERE {PUBLISHABLE} AND NOT ({VISIBLE}) ORDER BY {IN_ORDER} LIMIT :limit",
            {"limit": -1 if limit is None else limit},
        )

    async def find_any(self, text: str) -> Post | None:
        """Like ``find`` and ``get_by_key``, for drafts and posts dated later than now too."""
        return await self._named(text, PUBLISHABLE) or await self._posts.first(
            f"WHERE p.key = :key AND {PUBLISHABLE} ORDER BY p.path LIMIT 1", {"key": clean(text)}
        )

    async def closest(self, text: str, limit: int = 3) -> Sequence[Post]:
        """The posts whose title or slug is most like ``text``, best first."""
        return await self._finder.closest(text, limit)

    async def suggest(self, text: str, limit: int = 25) -> Sequence[Post]:
        """Completions while typing, forgiving typos, best first; the newest for no text."""
        if not text.strip():
            return await self.latest(limit=limit)
        return await self._finder.suggest(text, limit)

    async def neighbours(self, post: Post) -> tuple[Post | None, Post | None]:
        """The next older and the next newer post."""
        place: dict[str, object] = {
            "instant": post.date.instant if post.date else UNDATED,
            "title": "" if post.date else plain_name(post.title),
            "path": clean(post.path),
        }
        instant = f"coalesce(p.instant, {UNDATED})"
        # A page has no place among the posts.
        listed = f"{LISTED} AND :path NOT IN (SELECT path FROM posts WHERE page <> 0)"  # noqa: S608
        older = await self._posts.first(
            f"WHERE {listed} AND ({instant} < :instant OR {instant} = :instant "
            f"AND (p.undated_title, p.path) > (:title, :path)) ORDER BY {IN_ORDER} LIMIT 1",
            place,
        )
        newer = await self._posts.first(
            f"WHERE {listed} AND ({instant} > :instant OR {instant} = :instant "
            "AND (p.undated_title, p.path) < (:title, :path)) "
            "ORDER BY p.instant, p.undated_title DESC, p.path DESC LIMIT 1",
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
        return await self._posts.select(
            f"JOIN post_tags AS pt ON pt.post = p.id JOIN (VALUES {rows}) AS shared "
            f"ON shared.column1 = pt.key WHERE p.path <> :path AND {VISIBLE} "
            f"GROUP BY p.id ORDER BY sum(shared.column2) DESC, {IN_ORDER} LIMIT :limit",
            {"path": clean(post.path), "limit": limit, **weights},
        )

    async def tags(self, *, limit: int | None = None, offset: int = 0) -> Sequence[Tag]:
        """Tags, most used first, ties by name."""
        return await self._posts.tags(
            "", {"limit": -1 if limit is None else limit, "offset": offset}
        )

    async def tag(self, name: str) -> Tag | None:
        """One tag, without regard to case."""
        tags = await self._posts.tags(
            "AND pt.key = :tag", {"tag": tag_key(clean(name)), "limit": 1, "offset": 0}
        )
        return tags[0] if tags else None

    async def suggest_tags(self, text: str, limit: int = 25) -> Sequence[Tag]:
        """Tags while typing, forgiving typos, best first; the most used for no text."""
        if not text.strip():
            return await self.tags(limit=limit)
        return await self._finder.suggest_tags(text, limit)

    async def search(self, query: str, *, limit: int = 10, offset: int = 0) -> Sequence[Hit]:
        """Posts that hold all words of ``query``, or most, with their best sections, best first."""
        return await self._finder.search(query, limit, offset)

    async def count_hits(self, query: str) -> int:
        """How many posts ``search`` would find."""
        return await self._finder.count(query)

    async def exclusion(self, query: str) -> Exclusion | None:
        """What ``query`` excludes by ``-word``; None for nothing."""
        return await self._finder.exclusion(query)

    async def correction(self, query: str) -> str | None:
        """``query`` as it may have been meant, where its words as typed find nothing; or None."""
        return await self._finder.correction(query)

    async def suggest_searches(self, text: str, limit: int = 25) -> Sequence[str]:
        """Queries while typing: titles, headings and tags (as ``tag:name``), best first."""
        return await self._finder.suggest_searches(text, limit)

    async def body(self, path: str) -> str | None:
        """What that post says as its author wrote it, without the front matter."""
        return (await self.texts([path])).get(path)

    async def passages(self, path: str) -> Sequence[Passage]:
        """As ``Library.passages``."""
        async with self._connection.use() as database:
            row = await database.row(PASSAGES, self._posts.with_now({"path": clean(path)}))
        return await asyncio.to_thread(passages_in, *row) if row else ()

    async def find_link(self) -> FindLink:
        """What resolves links between posts; the same function until the index changes."""
        return await self._link_resolver.get()

    async def version(self) -> str:
        """Changes with the index; says nothing beyond the end of the process."""
        async with self._connection.use() as database:
            return ".".join(map(str, await self._connection.version(database)))

    async def random(self) -> Post | None:
        """Any post, or None while there are none."""
        return await self._posts.first(
            f"WHERE p.id = (SELECT p.id FROM posts AS p WHERE {LISTED} "  # noqa: S608
            "ORDER BY random() LIMIT 1)",
            {},
        )

    async def status(self) -> Status:
        """Counts, source, problems."""
        now = self._posts.with_now({})
        async with self._connection.use() as database, database.snapshot():
            meta: dict[str, Any] = dict(await database.rows("SELECT name, value FROM meta"))
            posts = await database.value(
                f"SELECT count(*) FROM posts AS p WHERE {LISTED}",  # noqa: S608
                now,
            )
            pages = await database.value(
                f"SELECT count(*) FROM posts AS p WHERE {VISIBLE} AND p.page <> 0",  # noqa: S608
                now,
            )
            tags = await database.value(COUNT_TAGS, now)
            unknown_links = await database.value(COUNT_UNKNOWN_LINKS, now)
            left_out = await database.rows(LEFT_OUT, now)
            findings: dict[str, int] = dict(await database.rows(COUNT_FINDINGS, now))
            problems = await database.rows(
                "SELECT DISTINCT path, line, reason, hint, harmless FROM problems "
                "ORDER BY harmless, path, line, reason"
            )
        return Status(
            source=self._source,
            generator=meta["generator"],
            dialect=Dialect.from_json(meta["dialect"]),
            site_url=self._posts.site_url or meta["site_url"],
            posts=posts,
            pages=pages,
            tags=tags,
            left_out=tuple(LeftOut(*row) for row in left_out),
            problems=tuple(
                Problem(path, line, reason, hint, bool(harmless))
                for path, line, reason, hint, harmless in problems
            ),
            updated=meta["updated"],
            unknown_links=unknown_links,
            links=self._link_report(meta["sitemap"], findings),
            trouble=self.trouble,
        )

    def _link_report(self, source: str | None, counts: Mapping[str, int]) -> LinkReport | None:
        if not source and not self._sitemap_trouble:
            return None
        withdrawn = counts.get("unlisted", 0)
        return LinkReport(
            source=source or "",
            confirmed=counts.get("confirmed", 0),
            corrected=counts.get("corrected", 0),
            missing=withdrawn + counts.get("unknown", 0),
            withdrawn=withdrawn,
            trouble=self._sitemap_trouble,
        )

    async def visible_posts(self) -> Sequence[catalogue.VisiblePost]:
        """All visible posts and pages, in no order."""
        now = self._posts.with_now({})
        async with self._connection.use() as database, database.snapshot():
            rows = await database.rows(VISIBLE_POSTS, now)
            tags = await database.rows(VISIBLE_TAGS, now)
            site_url = await self._posts.base_url(database)
        return await asyncio.to_thread(to_visible_posts, rows, tags, site_url)

    async def next_due(self) -> int | None:
        """Unix seconds of the first date after now of a post that only waits for it; or None."""
        async with self._connection.use() as database:
            found: int | None = await database.value(NEXT_DUE, self._posts.with_now({}))
        return found

    async def texts(self, paths: Sequence[str]) -> Mapping[str, str]:
        """The bodies of these posts, by path, without those that are not visible."""
        places, parameters = bound("path", list(map(clean, paths)))
        async with self._connection.use() as database:
            rows = await database.rows(
                "SELECT p.path, b.body FROM bodies AS b JOIN posts AS p ON p.id = b.post"  # noqa: S608
                f" WHERE p.path IN ({places}) AND {VISIBLE}",
                self._posts.with_now(parameters),
            )
        return await asyncio.to_thread(_to_texts, rows)

    async def _make_link_resolver(self, database: IndexDatabase) -> LinkResolver:
        rows = await database.rows(LINKS)
        site_url = await self._posts.base_url(database)
        return await asyncio.to_thread(LinkResolver.of, rows, site_url, self._clock)

    async def _named(self, text: str, condition: str) -> Post | None:
        """The first of the posts that go by a name and meet an SQL condition."""
        async with self._connection.use() as database:
            site_url = await self._posts.base_url(database)
        places, parameters = bound("name", names_to_look_up(text, site_url))
        return await self._posts.first(
            f"JOIN names AS n ON n.post = p.id WHERE n.name IN ({places}) AND {condition} "
            f"ORDER BY n.kind, {IN_ORDER} LIMIT 1",
            parameters,
        )


def _to_texts(rows: Sequence[Row]) -> dict[str, str]:
    return {path: zlib.decompress(body).decode() for path, body in rows}
