"""Caches in memory: posts rendered as pages, and answers that many readers ask for."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from bot.blog.dialect import Dialect
from bot.blog.library import FindLink, Library
from bot.blog.post import Post
from bot.chat.views.layout import Layout, Ready
from bot.rendering import page, renderer

# Some 300 posts of 5,000 words, on a machine of 256 MB.
MAX_BYTES = 16_000_000
# What a page, a part or a section takes beside its text, rounded up.
OBJECT_BYTES = 250

# Some 25 kB each.
MAX_ANSWERS = 128
# A post of the future shows this late at most.
ANSWER_SECONDS = 60
# For this long nobody asks whether the posts have changed: that takes a sixth of an answer's
# time, and edits show within two seconds anyway.
UNASKED_SECONDS = 0.02


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


class AnswerCache:
    """Keeps the payloads of answers for as long as the library would give the same.

    Making a list of posts takes five times as long as sending one that is made.

    Args:
        library: what the answers are made from.
        clock: Unix seconds.
    """

    def __init__(self, library: Library, *, clock: Callable[[], float] = time.time) -> None:
        self._library = library
        self._clock = clock
        self._moment: Hashable = None
        self._asked = -UNASKED_SECONDS
        self._kept: OrderedDict[Hashable, Ready] = OrderedDict()

    async def get(self, question: Hashable, make: Callable[[], Awaitable[Layout]]) -> Layout:
        """The answer to a question, made by ``make`` unless it was asked before.

        Args:
            question: all that the answer depends on besides the library, such as the
                reader's language.
            make: makes a layout that nobody changes or sends files with.
        """
        moment = await self._now()
        if question in self._kept:
            self._kept.move_to_end(question)
            return self._kept[question]
        layout = await make()
        components = layout.to_components()  # type: ignore[no-untyped-call] # discord.py's own
        made = Ready(components, concerns_all=layout.concerns_all)
        if moment == self._moment:  # else the library has changed while it was made
            self._kept[question] = made
            if len(self._kept) > MAX_ANSWERS:
                self._kept.popitem(last=False)
        return made

    async def _now(self) -> Hashable:
        """A value that changes whenever answers may; drops those made before."""
        now = self._clock()
        if not 0 <= now - self._asked < UNASKED_SECONDS:
            self._asked = now  # one asks for all who come meanwhile
            moment = await self._library.version(), now // ANSWER_SECONDS
            if moment != self._moment:
                self._moment = moment
                self._kept.clear()
        return self._moment
