"""What goes into the index: rows for each file that was read, and what follows from all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.blog.problem import LeftOut, Problem
from bot.blog.reader import Document, Outline, Reader
from bot.blog.source import Snapshot
from bot.blog.tag import tag_key
from bot.index.database import Database
from bot.index.names import Kind, fold, names_of
from bot.index.record import STORED, to_row
from bot.index.words import clean, searchable


@dataclass(frozen=True, slots=True)
class Understood:
    """A file that was read.

    Attributes:
        path, size, stamp: as the snapshot has them.
        digest: of the file's bytes.
        document: what the file turned out to be; None where the digest shows that
            the index knows already.
    """

    path: str
    size: int
    stamp: int
    digest: bytes
    document: Document | None


class Writer:
    """Writes to an open database, within the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, files: Sequence[tuple[int, Understood]]) -> None:
        """Insert files under numbers that the index does not hold."""
        understood = [(number, file, file.document) for number, file in files if file.document]
        posts = [
            (number, document.post, document)
            for number, _, document in understood
            if document.post is not None
        ]
        insert = self._database.insert
        await insert(
            "files (id, path, size, stamp, digest)",
            ((number, file.path, file.size, file.stamp, file.digest) for number, file in files),
        )
        await insert(
            f"posts ({STORED})",
            (to_row(number, post, titled=document.titled) for number, post, document in posts),
        )
        await insert(
            "fulltext (rowid, title, tags, summary, body)",
            (
                (
                    number,
                    searchable(post.title),
                    searchable(", ".join(post.tags)),
                    searchable(post.summary),
                    searchable(document.text),
                )
                for number, post, document in posts
            ),
        )
        await insert(
            "post_tags (post, position, key, name)",
            (
                (number, position, tag_key(clean(name)), clean(name))
                for number, post, _ in posts
                for position, name in enumerate(post.tags)
            ),
        )
        await insert(
            "names (name, kind, post)",
            {
                (name, int(kind), number)
                for number, post, _ in posts
                for name, kind in names_of(post, post.slug)
                if name
            },
        )
        await self._report(
            "file",
            (one for _, _, document in understood for one in document.problems),
            (document.left_out for _, _, document in understood if document.left_out),
        )

    async def touch(self, number: int, file: Understood) -> None:
        """Note a file's new size and stamp; what it says is the same."""
        await self._database.run(
            "UPDATE files SET size = ?, stamp = ? WHERE id = ?", (file.size, file.stamp, number)
        )

    async def remove(self, number: int, path: str) -> None:
        """Forget a file and its post."""
        # The full-text index is no table that foreign keys could clear.
        await self._database.run("DELETE FROM fulltext WHERE rowid = ?", (number,))
        await self._database.run("DELETE FROM files WHERE id = ?", (number,))
        for table in ("problems", "left_out"):
            await self._database.run(
                f"DELETE FROM {table} WHERE path = ? AND origin = 'file'",  # noqa: S608
                (path,),
            )

    async def settle(self, snapshot: Snapshot, reader: Reader) -> None:
        """Decide what needs all posts in view, and report what was found beside them."""
        rows = await self._database.rows(
            "SELECT id, slug, hidden, path, own_slug, date IS NOT NULL, titled, language, draft "
            "FROM posts ORDER BY path"
        )
        outlines = [
            Outline(path, own_slug, bool(dated), bool(titled), language, bool(draft))
            for _, _, _, path, own_slug, dated, titled, language, draft in rows
        ]
        settlement = await asyncio.to_thread(reader.settle, outlines)
        hidden = {left_out.path: left_out.reason for left_out in settlement.left_out}
        for number, slug, reason, path, own_slug, *_ in rows:
            new_slug: str = settlement.slugs.get(path) or own_slug
            new_reason = hidden.get(path)
            if (new_slug, new_reason) != (slug, reason):
                await self._settle_one(number, new_slug, new_reason)
        await self._spell_tags()
        await self._database.run("DELETE FROM problems WHERE origin <> 'file'")
        await self._database.run("DELETE FROM left_out WHERE origin <> 'file'")
        await self._report("settlement", settlement.problems, ())
        await self._report("site", reader.site_problems, ())
        await self._report("source", snapshot.problems, snapshot.left_out)

    async def note(self, **meta: object) -> None:
        """Store values that hold for the whole index."""
        for item in meta.items():
            await self._database.run(
                "INSERT INTO meta (name, value) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                item,
            )

    async def _settle_one(self, number: int, slug: str, hidden: str | None) -> None:
        run = self._database.run
        await run("UPDATE posts SET slug = ?, hidden = ? WHERE id = ?", (slug, hidden, number))
        await run("DELETE FROM names WHERE post = ? AND kind = ?", (number, int(Kind.SLUG)))
        await self._database.insert(
            "names (name, kind, post)", [(fold(slug), int(Kind.SLUG), number)]
        )

    async def _spell_tags(self) -> None:
        """Choose each tag's commonest spelling; of equals the one that comes first by path."""
        await self._database.run("DELETE FROM tags")
        await self._database.run(
            """
            INSERT INTO tags (key, name)
            SELECT key, name FROM (
                SELECT pt.key, pt.name, row_number() OVER (
                    PARTITION BY pt.key
                    ORDER BY sum(p.draft = 0 AND p.hidden IS NULL) DESC, count(*) DESC, min(p.path)
                ) AS place
                FROM post_tags AS pt JOIN posts AS p ON p.id = pt.post
                GROUP BY pt.key, pt.name
            ) WHERE place = 1
            """
        )

    async def _report(
        self, origin: str, problems: Iterable[Problem], left_out: Iterable[LeftOut]
    ) -> None:
        await self._database.insert(
            "problems (origin, path, line, reason, hint)",
            ((origin, clean(p.path), p.line, clean(p.reason), clean(p.hint)) for p in problems),
        )
        await self._database.insert(
            "left_out (origin, path, reason)",
            ((origin, clean(one.path), clean(one.reason)) for one in left_out),
        )
