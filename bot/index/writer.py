"""What goes into the index: rows for each file that was read, and what follows from all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.blog.problem import LeftOut, Problem
from bot.blog.reader import Document, Outline, Reader, Settlement
from bot.blog.source import Snapshot
from bot.index.database import Database, Row, Statement, insertions
from bot.index.names import Kind, fold
from bot.index.record import post_insertions
from bot.index.words import clean


@dataclass(frozen=True, slots=True)
class Understood:
    """A file that was read.

    Attributes:
        number: the file's number in the index; a new one, unless ``document`` is None.
        path, size, stamp: as the snapshot has them.
        digest: of the file's bytes.
        document: what the file turned out to be; None where the digest shows that
            the index knows already.
    """

    number: int
    path: str
    size: int
    stamp: int
    digest: bytes
    document: Document | None

    @property
    def is_post(self) -> bool:
        """Whether the file holds a post, or a draft of one."""
        return self.document is not None and self.document.post is not None


def insertions_of(files: Sequence[Understood]) -> list[Statement]:
    """Statements that put files into the index. Slow enough to be made in a thread."""
    fresh = [(file, file.document) for file in files if file.document is not None]
    return [
        *insertions(
            "files (id, path, size, stamp, digest)",
            ((file.number, file.path, file.size, file.stamp, file.digest) for file, _ in fresh),
        ),
        *post_insertions([(file.number, document) for file, document in fresh]),
        *_report(
            "file",
            (one for _, document in fresh for one in document.problems),
            (document.left_out for _, document in fresh if document.left_out),
        ),
    ]


class Writer:
    """Writes to an open database, within the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def touch(self, file: Understood) -> None:
        """Note a file's new size and stamp; what it says is the same."""
        await self._database.run(
            "UPDATE files SET size = ?, stamp = ? WHERE id = ?",
            (file.size, file.stamp, file.number),
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
        settlement, changed = await asyncio.to_thread(_settle, rows, reader)
        if changed:
            await self._change(changed)
        await self._spell_tags()
        await self._database.run("DELETE FROM problems WHERE origin <> 'file'")
        await self._database.run("DELETE FROM left_out WHERE origin <> 'file'")
        for report in (
            _report("settlement", settlement.problems, ()),
            _report("site", reader.site_problems, ()),
            _report("source", snapshot.problems, snapshot.left_out),
        ):
            await self._database.run_all(report)

    async def note(self, **meta: object) -> None:
        """Store values that hold for the whole index."""
        for item in meta.items():
            await self._database.run(
                "INSERT INTO meta (name, value) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                item,
            )

    async def _change(self, posts: Sequence[tuple[int, str, str | None]]) -> None:
        """Give posts, by number, the slug and the reason to be hidden that were settled."""
        run, run_all = self._database.run, self._database.run_all
        await run("CREATE TEMP TABLE settled (id INTEGER PRIMARY KEY, slug, hidden)")
        await run_all(insertions("settled (id, slug, hidden)", posts))
        await run(
            "UPDATE posts SET slug = settled.slug, hidden = settled.hidden "
            "FROM settled WHERE settled.id = posts.id"
        )
        await run(
            "DELETE FROM names WHERE kind = ? AND post IN (SELECT id FROM settled)",
            (Kind.SLUG.value,),
        )
        await run_all(
            insertions(
                "names (name, kind, post)",
                ((fold(slug), Kind.SLUG.value, number) for number, slug, _ in posts),
            )
        )
        await run("DROP TABLE settled")

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


def _settle(
    rows: Sequence[Row], reader: Reader
) -> tuple[Settlement, list[tuple[int, str, str | None]]]:
    """What the reader decides, and the numbers, slugs and reasons that are news."""
    settlement = reader.settle(
        [
            Outline(path, own_slug, bool(dated), bool(titled), language, bool(draft))
            for _, _, _, path, own_slug, dated, titled, language, draft in rows
        ]
    )
    hidden = {left_out.path: left_out.reason for left_out in settlement.left_out}
    changed = []
    for number, slug, reason, path, own_slug, *_ in rows:
        settled = (settlement.slugs.get(path) or own_slug, hidden.get(path))
        if settled != (slug, reason):
            changed.append((number, *settled))
    return settlement, changed


def _report(
    origin: str, problems: Iterable[Problem], left_out: Iterable[LeftOut]
) -> Iterator[Statement]:
    yield from insertions(
        "problems (origin, path, line, reason, hint)",
        ((origin, clean(p.path), p.line, clean(p.reason), clean(p.hint)) for p in problems),
    )
    yield from insertions(
        "left_out (origin, path, reason)",
        ((origin, clean(one.path), clean(one.reason)) for one in left_out),
    )
