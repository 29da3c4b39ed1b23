"""Writes an index that agrees with a snapshot of the source: anew, or what has changed."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple, TypeVar

from bot.blog.reader import Outline, Reader, Settlement
from bot.blog.source import Sitemap, Snapshot
from bot.index.database import (
    APPLICATION_ID,
    MOST_ROWS,
    IndexDatabase,
    Row,
    Statement,
    insertions,
    store_checksum,
)
from bot.index.difference import (
    Difference,
    Known,
    Progress,
    ReadFile,
    batches_of,
    compare,
    fingerprint,
    surroundings_of,
)
from bot.index.names import Kind, fold, fold_link
from bot.index.rows import (
    FULL_TEXT_TABLES,
    full_text_insertions,
    report_insertions,
    schema,
)
from bot.links.matcher import LinkedPost, Match, day_of, match

# FTS5 keeps new words in memory and merges what it wrote before. A bulk build does with a
# few large pieces and no merging: half the time. https://www.sqlite.org/fts5.html#the_automerge_configuration_option
BULK_FULL_TEXT = {"hashsize": 16_000_000, "automerge": 0}
FULL_TEXT = {"hashsize": 1_048_576, "automerge": 4}


T = TypeVar("T")


async def rebuild(
    path: Path, snapshot: Snapshot, reader: Reader, *, now: float, progress: Progress
) -> int:
    """Write a new index aside and put it in place. The caller holds the lock.

    Returns:
        The number of posts in it.

    Raises:
        OSError, sqlite3.Error: the folder cannot be written or the disk is full.
    """
    aside = path.with_name(path.name + ".new")
    aside.unlink(missing_ok=True)  # of a killed run
    try:
        posts = await _build(aside, snapshot, reader, now=now, progress=progress)
        await asyncio.to_thread(_put_in_place, aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return posts


async def _build(
    path: Path, snapshot: Snapshot, reader: Reader, *, now: float, progress: Progress
) -> int:
    database = await IndexDatabase.open(path)
    try:
        # Nobody reads this file before it is whole, and a crash throws it away.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -16000"):
            await database.run(f"PRAGMA {pragma}")
        await database.run(f"PRAGMA application_id = {APPLICATION_ID}")
        await database.script(schema())
        await database.run("BEGIN")
        await database.run_all(tune_full_text(BULK_FULL_TEXT))
        writer = Writer(database)
        posts = 0
        async with aclosing(batches_of(snapshot.files, reader, {}, progress)) as batches:
            async for batch in batches:
                posts += sum(file.is_post for file in batch.files)
                await database.run_all(batch.insertions)
        await writer.settle(snapshot, reader)
        await writer.match(snapshot.sitemap, now)
        await database.run_all(tune_full_text(FULL_TEXT))
        await _note(writer, snapshot, reader, now)
        await database.run("COMMIT")
        await database.run("PRAGMA journal_mode = WAL")
    finally:
        await database.close()
    await store_checksum(path)
    return posts


async def update(
    path: Path, snapshot: Snapshot, reader: Reader, *, now: float, progress: Progress
) -> tuple[int, int, int] | None:
    """Bring an index up to date in one transaction. The caller holds the lock.

    Returns:
        How many posts were added, changed and removed; None where the index does not
        fit and must be rebuilt.

    Raises:
        sqlite3.Error: the index cannot be written.
    """
    database = await IndexDatabase.open(path, "rw")
    try:
        difference = await compare(database, snapshot, reader)
        if not difference.fits:
            return None
        await database.run("PRAGMA foreign_keys = ON")
        await database.run("PRAGMA synchronous = NORMAL")
        async with database.transaction():
            counts = await _apply(
                database, difference, snapshot, reader, now=now, progress=progress
            )
    finally:
        await database.close()
    await store_checksum(path)
    return counts


async def _apply(
    database: IndexDatabase,
    difference: Difference,
    snapshot: Snapshot,
    reader: Reader,
    *,
    now: float,
    progress: Progress,
) -> tuple[int, int, int]:
    writer = Writer(database)
    known = difference.known
    added = changed = 0
    removed = sum(known[path].is_post for path in difference.gone)
    await writer.remove({path: known[path] for path in difference.gone})
    has_changed = bool(difference.gone) or not difference.same_surroundings
    async with aclosing(batches_of(difference.changed, reader, known, progress)) as batches:
        async for batch in batches:
            fresh = [file for file in batch.files if file.document is not None]
            await writer.touch([file for file in batch.files if file.document is None])
            await writer.remove(
                {file.path: known[file.path] for file in fresh if file.path in known}
            )
            for file in fresh:
                was_post = file.path in known and known[file.path].is_post
                added += file.is_post and not was_post
                changed += file.is_post and was_post
                removed += was_post and not file.is_post
            has_changed = has_changed or bool(fresh)
            await database.run_all(batch.insertions)
    if has_changed:
        await writer.settle(snapshot, reader)
        await writer.match(snapshot.sitemap, now)
        await _note(writer, snapshot, reader, now)
    return added, changed, removed


async def _note(writer: Writer, snapshot: Snapshot, reader: Reader, now: float) -> None:
    await writer.note(
        fingerprint=fingerprint(reader),
        generator=reader.generator,
        dialect=reader.dialect.to_json(),
        site_url=reader.site_url,
        source=snapshot.name,
        sitemap=snapshot.sitemap.source if snapshot.sitemap else None,
        surroundings=surroundings_of(snapshot, reader),
        updated=int(now),
    )


def tune_full_text(options: Mapping[str, int]) -> Iterator[Statement]:
    """Statements that set options of the full-text tables."""
    for table in FULL_TEXT_TABLES:
        for option in options.items():
            yield f"INSERT INTO {table} ({table}, rank) VALUES (?, ?)", option  # noqa: S608


def _put_in_place(aside: Path, path: Path) -> None:
    """Rename a finished index over the old one, so that it is there also after a power cut."""
    with aside.open("r+b") as file:
        os.fsync(file.fileno())
    # These belong to the old file. Left there, SQLite would take them for the new one's.
    # All writers are shut out by the lock, and their last act was to empty the -wal.
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    aside.replace(path)
    if os.name == "posix":  # elsewhere folders cannot be opened
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class Writer:
    """Writes to an open database, within the caller's transaction."""

    def __init__(self, database: IndexDatabase) -> None:
        self._database = database

    async def match(self, sitemap: Sitemap | None, now: float) -> None:
        """Give each post the link that the site's list says is its own."""
        rows = await self._database.rows(
            "SELECT p.id, p.path, p.own_slug, p.title, p.rule_link, p.date, p.language, "
            "(SELECT json_group_array(t.name) FROM post_tags AS t WHERE t.post = p.id), "
            "p.own_link, p.draft = 0 AND p.hidden IS NULL AND (p.appears IS NULL OR "
            "p.appears <= ?), p.withheld, p.link, p.finding FROM posts AS p",
            (now,),
        )
        others = await self._database.rows("SELECT path FROM files WHERE NOT is_post")
        await self._change_links(await asyncio.to_thread(_linked, rows, others, sitemap))

    async def _change_links(self, posts: Sequence[Row]) -> None:
        """Give posts, by number, a link, what was found, and the name to find them by."""
        run, run_all = self._database.run, self._database.run_all
        if not posts:
            return
        await run("CREATE TEMP TABLE linked (id INTEGER PRIMARY KEY, link, finding, name)")
        await run_all(insertions("linked (id, link, finding, name)", posts))
        await run(
            "UPDATE posts SET link = linked.link, finding = linked.finding "
            "FROM linked WHERE linked.id = posts.id"
        )
        await run(
            "DELETE FROM names WHERE kind = ? AND post IN (SELECT id FROM linked)",
            (Kind.LINK.value,),
        )
        await run(
            "INSERT INTO names (name, kind, post) SELECT name, ?, id FROM linked WHERE name <> ''",
            (Kind.LINK.value,),
        )
        await run("DROP TABLE linked")

    async def touch(self, files: Sequence[ReadFile]) -> None:
        """Store new sizes and stamps of files whose content is the same."""
        for some in _portions(files):
            values = ",".join(["(?, ?, ?)"] * len(some))
            await self._database.run(
                "UPDATE files SET size = fresh.column2, stamp = fresh.column3 "  # noqa: S608
                f"FROM (VALUES {values}) AS fresh WHERE files.id = fresh.column1",
                [value for file in some for value in (file.number, file.size, file.stamp)],
            )

    async def remove(self, files: Mapping[str, Known]) -> None:
        """Delete files and their posts."""
        for some in _portions(list(files.items())):
            places = ",".join("?" * len(some))
            numbers, paths = [one.id for _, one in some], [path for path, _ in some]
            texts = await self._database.rows(
                "SELECT p.language, t.* FROM texts AS t JOIN posts AS p ON p.id = t.id "  # noqa: S608
                f"WHERE t.id IN ({places})",
                numbers,
            )
            deletions = full_text_insertions(
                [(language, tuple(row)) for language, *row in texts], delete=True
            )
            await self._database.run_all(deletions)
            conditions: list[tuple[str, str, Sequence[object]]] = [
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
        """Decide what needs all posts, and store what the source and the site report."""
        rows = await self._database.rows(
            "SELECT id, slug, hidden, page, path, own_slug, "
            "date IS NOT NULL AND NOT date_from_source, titled, language, draft "
            "FROM posts ORDER BY path"
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

    async def _change(self, posts: Sequence[Settled]) -> None:
        """Give posts what was settled, by number."""
        run, run_all = self._database.run, self._database.run_all
        await run("CREATE TEMP TABLE settled (id INTEGER PRIMARY KEY, slug, hidden, page)")
        await run_all(insertions("settled (id, slug, hidden, page)", posts))
        await run(
            "UPDATE posts SET slug = settled.slug, hidden = settled.hidden, page = settled.page "
            "FROM settled WHERE settled.id = posts.id"
        )
        await run(
            "DELETE FROM names WHERE kind = ? AND post IN (SELECT id FROM settled)",
            (Kind.SLUG.value,),
        )
        await run_all(
            insertions(
                "names (name, kind, post)",
                ((fold(each.slug), Kind.SLUG.value, each.number) for each in posts),
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


class Settled(NamedTuple):
    """What was decided about one post with all posts in view.

    Attributes:
        number: the post's, in the index.
        slug: the one by which it is known.
        hidden: why it is no post after all, or None.
        page: 1 for a page beside the posts, else 0.
    """

    number: int
    slug: str
    hidden: str | None
    page: int


def _settle(rows: Sequence[Row], reader: Reader) -> tuple[Settlement, list[Settled]]:
    """What the reader decides, and the posts for which it has changed."""
    settlement = reader.settle(
        [
            Outline(path, own_slug, bool(dated), bool(titled), language, bool(draft))
            for _, _, _, _, path, own_slug, dated, titled, language, draft in rows
        ]
    )
    hidden = {left_out.path: left_out.reason for left_out in settlement.left_out}
    changed = []
    for number, slug, reason, page, path, own_slug, *_ in rows:
        settled = Settled(
            number,
            settlement.slugs.get(path) or own_slug,
            hidden.get(path),
            int(path in settlement.pages),
        )
        if settled[1:] != (slug, reason, page):
            changed.append(settled)
    return settlement, changed


def _linked(rows: Sequence[Row], others: Sequence[Row], sitemap: Sitemap | None) -> list[Row]:
    """Number, link, finding and name of each post whose link or finding has changed.

    Args:
        rows: the posts.
        others: paths of files that are no posts.
        sitemap: what the site lists.
    """
    matches: Mapping[str, Match] = {}
    if sitemap and sitemap.links:
        posts = [_linked_post(row) for row in rows]
        posts += [LinkedPost(path=path, is_shown=False) for (path,) in others]
        matches = match(posts, sitemap.links, is_whole=sitemap.is_whole)
    changed = []
    for row in rows:
        number, path, rule_link, link, finding = row[0], row[1], row[4], row[-2], row[-1]
        matched = matches.get(path)
        new = tuple(matched) if matched else (rule_link, None)
        if new != (link, finding):
            changed.append((number, *new, fold_link(new[0] or rule_link or "")))
    return changed


def _linked_post(row: Row) -> LinkedPost:
    _, path, slug, title, link, date, language, tags, own, shown, withheld, *_ = row
    return LinkedPost(
        path=path,
        slug=slug,
        title=title,
        link=link,
        day=day_of(date) if date else None,
        language=language,
        tags=tuple(json.loads(tags)),
        is_own=bool(own),
        is_shown=bool(shown),
        is_withheld=bool(withheld),
    )


def _portions(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), MOST_ROWS):
        yield items[start : start + MOST_ROWS]
