"""The posts as pages, rendered when somebody first asks."""

from __future__ import annotations

import asyncio
import sys
from collections import OrderedDict
from dataclasses import dataclass

from bot.blog.dialect import Dialect
from bot.blog.library import FindLink, Library
from bot.blog.post import Post
from bot.rendering import page, renderer

# Some 300 posts of 5,000 words, on a machine of 256 MB.
MAX_BYTES = 16_000_000
# What a page, a part or a section takes beside its text, rounded up.
OBJECT_BYTES = 250


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """What the pages of all posts depend on, as of one version of the index."""

    version: str
    dialect: Dialect
    url: str | None
    find: FindLink

    @classmethod
    async def of(cls, library: Library) -> RenderSettings:
        """Ask the library."""
        version = await library.version()
        status = await library.status()
        return cls(version, status.dialect, status.site_url, await library.find_link())

    def render(self, body: str, path: str, url: str | None) -> renderer.Rendered:
        """Render a post; takes up to a second, so never in the event loop."""
        return renderer.Renderer(self.dialect, self.url, self.find).render(body, path=path, url=url)


class Pages:
    """Renders posts and keeps the last ones in memory.

    Args:
        library: the posts.
        max_bytes: how much memory the kept ones may take; the last one stays however long.
    """

    def __init__(self, library: Library, *, max_bytes: int = MAX_BYTES) -> None:
        self._library = library
        self._max_bytes = max_bytes
        self._kept: OrderedDict[tuple[str, str], tuple[renderer.Rendered, int]] = OrderedDict()
        self._size = 0
        self._settings: RenderSettings | None = None
        # One at a time: several threads would only take turns, and the more there are, the
        # longer the event loop waits for its own.
        self._rendering = asyncio.Lock()

    async def of(self, post: Post) -> renderer.Rendered | None:
        """The pages of ``post``, or None where it has gone meanwhile."""
        version = await self._library.version()
        found = self._recall(post, version)
        if found is not None:
            return found
        async with self._rendering:
            if self._settings is None or self._settings.version != version:
                # What changed may be the site, or a post that others link to.
                self._settings = await RenderSettings.of(self._library)
                self._kept.clear()
                self._size = 0
            found = self._recall(post, version)  # somebody else may have asked for the same
            if found is None:
                found = await self._render(post, self._settings)
                if found is not None:
                    self._keep(post, found)
        return found

    async def _render(self, post: Post, settings: RenderSettings) -> renderer.Rendered | None:
        body = await self._library.body(post.path)
        if body is None:
            return None
        return await asyncio.to_thread(settings.render, body, post.path, post.url)

    def _recall(self, post: Post, version: str) -> renderer.Rendered | None:
        kept = self._kept.get((post.path, post.digest))
        if kept is None or self._settings is None or self._settings.version != version:
            return None
        self._kept.move_to_end((post.path, post.digest))
        return kept[0]

    def _keep(self, post: Post, rendered: renderer.Rendered) -> None:
        size = size_of(rendered)
        self._kept[post.path, post.digest] = (rendered, size)
        self._size += size
        while self._size > self._max_bytes and len(self._kept) > 1:
            _, (_, oldest) = self._kept.popitem(last=False)
            self._size -= oldest


def size_of(rendered: renderer.Rendered) -> int:
    """About how many bytes of memory a rendered post takes."""
    parts = [part for page in rendered.pages for part in page.parts]
    texts = sum(sys.getsizeof(part.markdown) for part in parts if isinstance(part, page.Text))
    objects = len(rendered.pages) + len(parts) + len(rendered.sections)
    return texts + objects * OBJECT_BYTES
