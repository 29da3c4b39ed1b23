"""A blog's posts, from the settings: the index, what fills it, and what keeps it up to date.

Nothing here knows Discord, so that a question at a terminal does not wait 0.2 s for discord.py.
What the first answer does not need either is imported when it is due, as noted there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.blog.background import Retry, supervised
from bot.blog.errors import IndexUnavailable, SlashpostError, SourceError
from bot.blog.reader import Reader
from bot.blog.source import Pictures, Snapshot
from bot.index.index import Index
from bot.settings import Settings
from bot.sources.pictures import FolderPictures
from bot.sources.worker_thread import in_own_thread
from bot.terminal import headline

if TYPE_CHECKING:  # imported late, see above
    from bot.index.updater import SyncReport
    from bot.scan import Scanner

log = logging.getLogger(__name__)

# How late a scan may be that fell due while the machine slept.
SECONDS_BETWEEN_CLOCK_CHECKS = 5.0
# From one question to the site what it lists to the next; and how soon after a change of the
# posts, since a site is built in minutes.
SECONDS_BETWEEN_QUESTIONS, SECONDS_TO_BUILD = 3600.0, 300.0
# From one try to make a lost index anew to the next; it doubles each time.
SECONDS_BETWEEN_REMAKES, MOST_SECONDS_BETWEEN_REMAKES = 1.0, 60.0


class App:
    """A blog's posts and everything that answers from them.

    Use it as an async context manager, and ``sync`` before asking the library.

    Args:
        settings: what to serve, and how.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # What an image brings cannot be written: where it does not fit, another is needed.
        fallback_path = settings.state.with_name("index.db")
        self.library = Index(settings.db, fallback_path=fallback_path, site_url=settings.site_url)
        # Called after each sync that worked, with the index up to date.
        self.after_sync: list[Callable[[], Awaitable[None]]] = []
        # What the site lists, as in Sitemap, by the last look.
        self.listed: tuple[str, ...] = ()
        self._scanner: Scanner | None = None
        self._refreshing = asyncio.Lock()
        self._changed = 0.0  # when the posts were last seen to have changed
        self._asked = 0.0  # when the site was last to be asked

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.library.close()
        if self._scanner is not None:
            self._scanner.close()

    async def sync(
        self,
        progress: Callable[[int, int], None] | None = None,
        *,
        ask_site: bool = False,
    ) -> SyncReport:
        """Bring the index up to date with the posts.

        Args:
            progress: called with files done and files to do.
            ask_site: whether to ask the site what it lists, which may take 20 seconds.

        Raises:
            SettingError: the generator is unknown, or the pattern of links is wrong.
            SourceError: the folder is missing or empty, or nothing can be fetched.
            IndexUnavailable: the index cannot be written.
        """
        async with self._refreshing:
            trouble = ""
            try:
                snapshot, reader = await in_own_thread(
                    partial(self._scan, ask_site=True) if ask_site else self._scan
                )
            except SourceError as error:
                found = await self._look_at_fetched()
                if found is None:
                    raise
                snapshot, reader = found
                trouble = str(error)
                log.warning("Answering from what was fetched last: %s", error)
            report = await self.library.sync(snapshot, reader, progress=progress)
        self.library.trouble = trouble
        self.listed = snapshot.sitemap.links if snapshot.sitemap else ()
        return report

    async def begin(self) -> None:
        """Have an index to answer from: up to date with a folder, else of any earlier scan.

        A folder that is not there, such as a volume that is not mounted yet, leaves the index
        of before; watching then waits for it.

        Raises:
            SlashpostError: as from ``sync``.
        """
        if self.folder is None and await self.recall():
            return
        try:
            await self.sync()
        except SourceError as error:
            if not await self._has_index():
                raise
            log.warning("Kept the last index: %s", error)
            self.library.trouble = str(error)

    async def _look_at_fetched(self) -> tuple[Snapshot, Reader] | None:
        """What was fetched last, where that is kept and there is no index to answer from."""
        if self._scanner is None or await self._has_index():
            return None
        return await in_own_thread(self._scanner.look_at_fetched)

    async def _has_index(self) -> bool:
        try:
            return await self.recall() and await self.library.count() > 0
        except IndexUnavailable:
            return False

    async def recall(self) -> bool:
        """Whether there is an index to answer from before the posts are looked at.

        A folder's may be out of date, which the next look mends. One of a repository or a
        feed must be of that very address: nobody knows how soon it can be reached.
        """
        if self.folder is not None:
            return self.settings.db.exists()
        return await self.library.recall(str(self.settings.posts))

    async def refresh(self) -> bool:
        """Look at the posts again. What goes wrong leaves the last index in place, and is logged.

        Returns:
            Whether the index is up to date.
        """
        try:
            report = await self.sync()
        except SlashpostError as error:
            log.warning("Kept the last index: %s", error)
            self.library.trouble = str(error)
            return False
        except Exception as error:
            log.exception("Kept the last index")
            self.library.trouble = type(error).__name__
            return False
        if report.added or report.changed or report.removed:
            self._changed = time.time()
            log.info(
                "Posts: %d added, %d changed, %d removed",
                report.added,
                report.changed,
                report.removed,
            )
        for listener in self.after_sync:
            await listener()
        return True

    @property
    def folder(self) -> Path | None:
        """The folder of posts, if that is where they are."""
        return self.settings.posts if isinstance(self.settings.posts, Path) else None

    @property
    def pictures(self) -> Pictures | None:
        """The pictures beside the posts, if those are in a folder."""
        return FolderPictures(self.folder) if self.folder else None

    def _scan(self, *, ask_site: bool = False) -> tuple[Snapshot, Reader]:
        if self._scanner is None:
            from bot.scan import Scanner  # noqa: PLC0415 - 40 ms: an index can answer before

            self._scanner = Scanner(self.settings)
        return self._scanner.look(ask_site=ask_site)

    async def summary(self) -> str:
        """What was found, in one line."""
        return headline(await self.library.status())

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Keep the index up to date with the posts for as long as the context is open."""
        async with (
            supervised(self._watch, name="watch the posts"),
            supervised(self._remake_lost_index, name="remake a lost index"),
            supervised(self._keep_asking_site, name="ask the site for its links"),
        ):
            yield

    async def _remake_lost_index(self) -> None:
        """Make the index anew when its file is gone or damaged, and try until that works."""
        pause = SECONDS_BETWEEN_REMAKES
        while True:
            await self.library.wait_until_lost()
            log.warning("The index is missing or damaged: making it anew")
            if await self.refresh():
                pause = SECONDS_BETWEEN_REMAKES
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, MOST_SECONDS_BETWEEN_REMAKES)

    async def _keep_asking_site(self) -> None:
        """Ask the site what it lists now and then, by the clock on the wall, as ``_poll`` does."""
        while True:
            if self._is_site_due():
                self._asked = time.time()
                if await in_own_thread(self._ask_site):
                    await self.refresh()
                    log.info("Links: %s", (await self.library.status()).links)
            await asyncio.sleep(SECONDS_BETWEEN_CLOCK_CHECKS)

    def _is_site_due(self) -> bool:
        asked: float | None = self._scanner.asked_site if self._scanner else None
        if asked is None:
            return False
        asked = max(asked, self._asked)  # a host that asks to be left alone was not asked then
        due = asked + SECONDS_BETWEEN_QUESTIONS
        if self._changed > asked:
            due = min(due, self._changed + SECONDS_TO_BUILD)
        return time.time() >= due

    def _ask_site(self) -> bool:
        assert self._scanner is not None, "or the site is not known"
        return self._scanner.ask_site()

    async def _watch(self) -> None:
        from bot.watch import Watcher  # noqa: PLC0415 - 20 ms: watching begins after an answer

        if self.folder is None:
            await self._poll(Retry())
            return
        await Watcher(
            self.folder,
            ignored=self.settings.db,
            outside=lambda: self._scanner.configuration if self._scanner else (),
            refresh=self.refresh,
        ).run()

    async def _poll(self, retry: Retry) -> None:
        """Scan now and then every so often, by the clock on the wall.

        That one goes on while the machine sleeps, so that the scan which fell due meanwhile
        comes soon after something else has woken it.
        """
        while True:
            retry.note(worked=await self.refresh())
            wait = 60.0 * self.settings.poll
            due = time.time() + (wait if retry.seconds is None else min(wait, retry.seconds))
            while time.time() < due:  # noqa: ASYNC110 - nobody tells of the wall clock
                await asyncio.sleep(SECONDS_BETWEEN_CLOCK_CHECKS)
