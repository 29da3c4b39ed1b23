"""Answers for announcing: all posts in few words."""

from __future__ import annotations

import asyncio
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.blog.post import on_site
from bot.index.database import Row
from bot.index.library import IndexLibrary
from bot.index.questions import NEXT_DUE, VISIBLE
from bot.index.record import DIGEST_BYTES
from bot.index.words import clean

if TYPE_CHECKING:  # announcing begins after the first answers
    from bot.announce.catalogue import VisiblePost

_ENTRIES = f"""
    SELECT p.path, p.slug, p.title, p.instant, p.link, f.digest
    FROM posts AS p JOIN files AS f ON f.id = p.id WHERE {VISIBLE}
"""  # noqa: S608
_TAGS = f"""
    SELECT p.path, t.name FROM post_tags AS pt
    JOIN tags AS t ON t.key = pt.key JOIN posts AS p ON p.id = pt.post
    WHERE {VISIBLE} ORDER BY p.path, pt.position
"""  # noqa: S608


class IndexCatalogue(IndexLibrary):
    """``blog.Catalogue`` over an index file; ``Index`` says of which generation it is."""

    generation = 0

    async def visible_posts(self) -> Sequence[VisiblePost]:
        """All posts that readers see now, in no order."""
        now = self._with_now({})
        async with self._live.use() as database, database.snapshot():
            entries = await database.rows(_ENTRIES, now)
            tags = await database.rows(_TAGS, now)
            site_url = await self._site(database)
        return await asyncio.to_thread(_to_entries, entries, tags, site_url)

    async def next_due(self) -> int | None:
        """Unix seconds of the first date after now of a post that only waits for it; or None."""
        async with self._live.use() as database:
            found: int | None = await database.value(NEXT_DUE, self._with_now({}))
        return found

    async def texts(self, paths: Sequence[str]) -> Mapping[str, str]:
        """What these posts say, by path, without those that readers do not see."""
        parameters: dict[str, object] = {
            f"path{number}": clean(path) for number, path in enumerate(paths)
        }
        places = ", ".join(f":{name}" for name in parameters)
        async with self._live.use() as database:
            rows = await database.rows(
                "SELECT p.path, b.body FROM bodies AS b JOIN posts AS p ON p.id = b.post"  # noqa: S608
                f" WHERE p.path IN ({places}) AND {VISIBLE}",
                self._with_now(parameters),
            )
        return await asyncio.to_thread(_to_texts, rows)


def _to_entries(
    rows: Sequence[Row], tags: Sequence[Row], site_url: str | None
) -> list[VisiblePost]:
    from bot.announce.catalogue import VisiblePost

    names: dict[str, list[str]] = defaultdict(list)
    for path, name in tags:
        names[path].append(name)
    return [
        VisiblePost(
            path=path,
            slug=slug,
            title=title,
            tags=tuple(names.get(path, ())),
            instant=instant,
            digest=digest[:DIGEST_BYTES].hex(),
            link=link if site_url is None else on_site(link, site_url),
        )
        for path, slug, title, instant, link, digest in rows
    ]


def _to_texts(rows: Sequence[Row]) -> dict[str, str]:
    return {path: zlib.decompress(body).decode() for path, body in rows}
