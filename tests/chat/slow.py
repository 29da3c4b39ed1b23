"""A library that takes its time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.blog.library import Hit
from bot.blog.post import Post
from bot.index.index import Index

# Of a bot that defers whatever takes any time, however fast the machine is.
PATIENCE = 0.0
SLOW_SECONDS = 0.1


class Slow(Index):
    """An index whose searches and posts take longer than the bot waits before it defers."""

    async def search(self, query: str, *, limit: int = 10, offset: int = 0) -> Sequence[Hit]:
        """Hits, after a while."""
        await asyncio.sleep(SLOW_SECONDS)
        return await super().search(query, limit=limit, offset=offset)

    async def get_by_key(self, key: str) -> Post | None:
        """A post, after a while."""
        await asyncio.sleep(SLOW_SECONDS)
        return await super().get_by_key(key)
