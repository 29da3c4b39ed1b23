"""The composition root: builds everything from the settings and owns every lifetime."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bot.blog.errors import SlashpostError
from bot.blog.post import Post
from bot.blog.reader import Reader
from bot.blog.source import Snapshot
from bot.blog.usage import Tell
from bot.index.index import Index
from bot.index.sync import SyncReport
from bot.settings import Settings
from bot.sources.pictures import FolderPictures
from bot.terminal import headline

if TYPE_CHECKING:  # the bot's half: a second to import, which no question at a terminal needs
    import aiohttp

    from bot.chat.client import Slashpost, Sync
    from bot.survey import Survey

log = logging.getLogger(__name__)

# A change shows within two seconds. Writing many files is one change once it pauses for
# 50 ms (watchfiles' own step), and every so often while it goes on.
MOST_MS_OF_CHANGES = 1000
# How often to look whether the folder itself was replaced, which no event reports.
LOOK_AGAIN_MS = 500
SECONDS_UNTIL_NEXT_TRY = 60


class App:
    """A blog's posts and everything that answers from them.

    Use it as an async context manager, and ``sync`` before asking the library.

    Args:
        settings: what to serve, and how.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # What an image brings cannot be written: where it does not fit, another is needed.
        spare = settings.state.with_name("index.db")
        self.library = Index(settings.db, spare=spare, site_url=settings.site_url)
        self._survey: Survey | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.library.close()

    async def sync(self, progress: Callable[[int, int], None] | None = None) -> SyncReport:
        """Bring the index up to date with the folder.

        Args:
            progress: called with files done and files to do.

        Raises:
            SettingError: the generator is unknown, or the pattern of links is wrong.
            SourceError: the folder is missing or empty.
            IndexUnavailable: the index cannot be written.
        """
        snapshot, reader = await asyncio.to_thread(self._look)
        return await self.library.sync(snapshot, reader, progress=progress)

    def _look(self) -> tuple[Snapshot, Reader]:
        if self._survey is None:
            from bot.survey import Survey

            self._survey = Survey(self.settings)
        return self._survey.look()

    async def summary(self) -> str:
        """What was found in the folder, in one line."""
        return headline(await self.library.status())

    def client(
        self,
        sync: Sync | None = None,
        *,
        sharded: bool = False,
        tell: Tell = lambda _: None,
        http_trace: aiohttp.TraceConfig | None = None,
    ) -> Slashpost:
        """The bot, not yet logged in.

        Args:
            sync: tells Discord the commands; by default whenever they have changed.
            sharded: whether it keeps several connections to the gateway.
            tell: hears of every interaction that was dealt with.
            http_trace: hears of every request to Discord.
        """
        from discord import VoiceClient

        from bot.chat.client import Slashpost
        from bot.chat.sharded import ShardedSlashpost
        from bot.transport.commands import sync_commands

        # Or discord.py warns that what it needs for voice, which we do not, is missing.
        VoiceClient.warn_nacl = VoiceClient.warn_dave = False
        return (ShardedSlashpost if sharded else Slashpost)(
            self.library,
            sync=sync or sync_commands,
            pictures=FolderPictures(self.settings.posts),
            tell=tell,
            http_trace=http_trace,
        )

    async def read(self, post: Post) -> Sequence[dict[str, Any]]:
        """A post's pages as Discord gets them, in the form of docs/json.md."""
        from bot.chat.printout import pages_of

        return await pages_of(post, self.library, FolderPictures(self.settings.posts))

    async def play(self, *, say: Callable[[str], None], port: int, browser: bool) -> None:
        """Serve a simulated Discord from the library, once synced, until told to stop.

        Args:
            say: prints a line: what is served, then the address.
            port: the port on this computer; 0 takes a free one.
            browser: whether to open the address in the browser.
        """
        from bot.playground.playground import open_playground

        say(await self.summary())
        async with self.watching():
            await until_stopped(
                open_playground(
                    self.client(),
                    library=self.library,
                    folder=self.settings.posts,
                    say=say,
                    port=port,
                    browser=browser,
                )
            )

    async def invitation(self) -> str:
        """The link that adds the bot to a server.

        Raises:
            SettingError: there is no token, which tells which bot it is.
            DiscordRefused: Discord rejects it.
        """
        from bot.transport.api import application_id, use_api_base
        from bot.transport.invite import invite_url

        token = self.settings.require_token()
        use_api_base(self.settings.api_base)
        return invite_url(await application_id(token))

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Keep the index up to date with the folder for as long as the context is open."""
        task = asyncio.create_task(self._watch(), name="watch the posts")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def _outside(self) -> tuple[Path, ...]:
        """What the posts depend on outside their folder."""
        return self._survey.configuration if self._survey else ()

    async def _watch(self) -> None:
        """Sync after every change, for ever. What goes wrong leaves the last index in place."""
        from watchfiles import awatch

        while True:
            watched = (self.settings.posts, *self._outside)
            before = identities(watched)
            if before[0] is None:  # moved away, perhaps to be replaced
                await asyncio.sleep(LOOK_AGAIN_MS / 1000)
                continue
            caught_up = False
            try:
                async for changes in awatch(
                    *(path.resolve() for path in watched if path.exists()),
                    watch_filter=self._concerns_posts,
                    debounce=MOST_MS_OF_CHANGES,
                    rust_timeout=LOOK_AGAIN_MS,
                    yield_on_timeout=True,
                ):
                    replaced = identities(watched) != before
                    # The first time for what changed before the system reported changes.
                    if changes or replaced or not caught_up:
                        await self._sync_or_log()
                        caught_up = True
                    if replaced or watched[1:] != self._outside:
                        break
            except OSError as error:  # such as the system's limit of watches
                log.warning("Cannot watch %s: %s", self.settings.posts, error)
                await asyncio.sleep(SECONDS_UNTIL_NEXT_TRY)

    def _concerns_posts(self, _change: object, path: str) -> bool:
        """Whether a changed file may be a post or configuration: not hidden, not the index."""
        if path.startswith(str(self.settings.db.resolve())):
            return False
        root = self.settings.posts.resolve()
        changed = Path(path)
        if not changed.is_relative_to(root):
            return True
        folders = changed.relative_to(root).parts[:-1]
        return not any(name.startswith(".") or name == "node_modules" for name in folders)

    async def _sync_or_log(self) -> None:
        try:
            report = await self.sync()
        except SlashpostError as error:
            log.warning("Kept the last index: %s", error)
        except Exception:
            log.exception("Kept the last index")
        else:
            if report.added or report.changed or report.removed:
                log.info(
                    "Posts: %d added, %d changed, %d removed",
                    report.added,
                    report.changed,
                    report.removed,
                )


def identities(paths: tuple[Path, ...]) -> list[tuple[int, int] | None]:
    """What tells whether a path still leads to the same file or folder."""
    found: list[tuple[int, int] | None] = []
    for path in paths:
        try:
            stat = path.stat()
        except OSError:
            found.append(None)
        else:
            found.append((stat.st_dev, stat.st_ino))
    return found


async def until_stopped(serving: Coroutine[Any, Any, None]) -> None:
    """Run ``serving`` until it ends, or until SIGINT or SIGTERM arrives."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(serving)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt
            loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not stopped:
            raise
