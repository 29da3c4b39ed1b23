"""Changes to the index, and what follows for all posts from any of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from bot.blog.reader import Outline, Reader, Settlement
from bot.blog.source import Snapshot
from bot.index.batch import Understood
from bot.index.database import MOST_ROWS, Database, Row, insertions
from bot.index.difference import Known
from bot.index.names import Kind, fold
from bot.index.record import FULL_TEXT_TABLES, report_insertions

T = TypeVar("T")


class Writer:
    """Writes to an open database, within the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def touch(self, files: Sequence[Understood]) -> None:
        """Note new sizes and stamps of files that say the same as before."""
        for some in _portions(files):
            values = ",".join(["(?, ?, ?)"] * len(some))
            await self._database.run(
                "UPDATE files SET size = news.column2, stamp = news.column3 "  # noqa: S608
                f"FROM (VALUES {values}) AS news WHERE files.id = news.column1",
                [value for file in some for value in (file.number, file.size, file.stamp)],
            )

    async def remove(self, files: Mapping[str, Known]) -> None:
        """Forget files and their posts."""
        for some in _portions(list(files.items())):
            places = ",".join("?" * len(some))
            numbers, paths = [one.id for _, one in some], [path for path, _ in some]
            # The full-text indexes are no tables that foreign keys could clear.
            full_text = (*FULL_TEXT_TABLES, "completions")
            conditions: list[tuple[str, str, Sequence[object]]] = [
                *((table, "rowid", numbers) for table in full_text),
                ("files", "id", numbers),
                ("problems", "origin = 'file' AND path", paths),
                ("left_out", "origin = 'file' AND path", paths),
            ]
            for table, column, values in conditions:
                await self._database.run(
                    f"DELETE FROM {table} WHERE {column} IN ({places})",  # noqa: S608
                    values,
                )

    async def settle(self, snapshot: Snapshot, reader: Reader) -> None:
        """Decide what needs all posts in view, and report what was found beside them."""
        rows = await self._database.rows(
            "SELECT id, slug, hidden, path, own_slug, date IS NOT NULL AND NOT date_lent, "
            "titled, language, draft FROM posts ORDER BY path"
        )
        settlement, changed = await asyncio.to_thread(_settle, rows, reader)
        if changed:
            await self._change(changed)
        await self._spell_tags()
        await self._database.run("DELETE FROM problems WHERE origin <> 'file'")
        await self._database.run("DELETE FROM left_out WHERE origin <> 'file'")
        for report in (
            report_insertions("settlement", settlement.problems, ()),
            report_insertions("site", reader.site_problems, ()),
            report_insertions("source", snapshot.problems, snapshot.left_out),
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


def _portions(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), MOST_ROWS):
        yield items[start : start + MOST_ROWS]
