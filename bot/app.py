"""The composition root: builds everything from the settings and owns every lifetime."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bot.blog.errors import SlashpostError
from bot.index.index import Index
from bot.settings import Settings
from bot.sources.pictures import FolderPictures
from bot.sources.thread import in_own_thread
from bot.terminal import headline

if TYPE_CHECKING:  # the bot's half: a second to import, which no question at a terminal needs
    import aiohttp

    from bot.announce.channel import Channel
    from bot.announce.subscription import Subscription
    from bot.blog.pictures import Pictures
    from bot.blog.post import Post
    from bot.blog.reader import Reader
    from bot.blog.source import Snapshot
    from bot.blog.usage import Tell
    from bot.chat.client import Slashpost, Sync
    from bot.index.sync import SyncReport
    from bot.scan import Scanner
    from bot.state.state import State

log = logging.getLogger(__name__)

# A change shows within two seconds. Writing many files is one change once it pauses for
# 50 ms (watchfiles' own step), and every so often while it goes on.
MOST_MS_OF_CHANGES = 1000
# How often to look whether the folder itself was replaced, which no event reports.
LOOK_AGAIN_MS = 500
SECONDS_UNTIL_NEXT_TRY = 60
# How late a look may be that fell due while the machine slept.
SECONDS_BETWEEN_GLANCES = 5.0


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
        # Called after each look at the posts that worked, with the index up to date.
        self.after_look: list[Callable[[], Awaitable[None]]] = []
        self._scanner: Scanner | None = None
        self._refreshing = asyncio.Lock()

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

    async def sync(self, progress: Callable[[int, int], None] | None = None) -> SyncReport:
        """Bring the index up to date with the posts.

        Args:
            progress: called with files done and files to do.

        Raises:
            SettingError: the generator is unknown, or the pattern of links is wrong.
            SourceError: the folder is missing or empty, or nothing can be fetched.
            IndexUnavailable: the index cannot be written.
        """
        async with self._refreshing:
            snapshot, reader = await in_own_thread(self._look)
            report = await self.library.sync(snapshot, reader, progress=progress)
        self.library.trouble = ""
        return report

    async def begin(self) -> None:
        """Have an index to answer from: up to date with a folder, else of any earlier look.

        Raises:
            SlashpostError: as from ``sync``.
        """
        if self._folder is not None or not await self.recall():
            await self.sync()

    async def recall(self) -> bool:
        """Whether there is an index to answer from before the posts are looked at.

        A folder's may be out of date, which the next look mends. One of a repository or a
        feed must be of that very address: nobody knows how soon it can be reached.
        """
        if self._folder is not None:
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
            log.info(
                "Posts: %d added, %d changed, %d removed",
                report.added,
                report.changed,
                report.removed,
            )
        for listener in self.after_look:
            await listener()
        return True

    @property
    def _folder(self) -> Path | None:
        """The folder of posts, if that is where they are."""
        return self.settings.posts if isinstance(self.settings.posts, Path) else None

    @property
    def _pictures(self) -> Pictures | None:
        return FolderPictures(self._folder) if self._folder else None

    def _look(self) -> tuple[Snapshot, Reader]:
        if self._scanner is None:
            from bot.scan import Scanner

            self._scanner = Scanner(self.settings)
        return self._scanner.look()

    async def summary(self) -> str:
        """What was found, in one line."""
        return headline(await self.library.status())

    def client(
        self,
        sync: Sync | None = None,
        *,
        sharded: bool = False,
        state: State | None = None,
        tell: Tell = lambda _: None,
        http_trace: aiohttp.TraceConfig | None = None,
    ) -> Slashpost:
        """The bot, not yet logged in.

        Args:
            sync: tells Discord the commands; by default whenever they have changed.
            sharded: whether it keeps several connections to the gateway.
            state: who wants to hear of new posts; None where that would be forgotten.
            tell: hears of every interaction that was dealt with.
            http_trace: hears of every request to Discord.
        """
        from discord import VoiceClient

        from bot.chat.client import Slashpost
        from bot.chat.sharded import ShardedSlashpost
        from bot.transport.commands import sync_commands

        # Or discord.py warns that what it needs for voice, which we do not, is missing.
        VoiceClient.warn_nacl = VoiceClient.warn_dave = False
        client = (ShardedSlashpost if sharded else Slashpost)(
            self.library,
            sync=sync or sync_commands,
            pictures=self._pictures,
            subscriptions=state.subscriptions if state else None,
            backlog=state.backlog if state else None,
            tell=tell,
            http_trace=http_trace,
        )
        if state:
            client.channels = LateChannels(client)
        return client

    async def read(self, post: Post) -> Sequence[dict[str, Any]]:
        """A post's pages as Discord gets them, in the form of docs/json.md."""
        from bot.chat.printout import pages_of

        return await pages_of(post, self.library, self._pictures)

    async def play(self, *, say: Callable[[str], None], port: int, browser: bool) -> None:
        """Serve a simulated Discord from the library, once synced, until told to stop.

        Args:
            say: prints a line: what is served, then the address.
            port: the port on this computer; 0 takes a free one.
            browser: whether to open the address in the browser.
        """
        from bot.playground.playground import open_playground
        from bot.serve.announcements import announcing
        from bot.state.state import State

        say(await self.summary())
        async with contextlib.AsyncExitStack() as stack:
            state = await stack.enter_async_context(State.open(None))
            client = self.client(state=state)
            news = asyncio.Event()
            await stack.enter_async_context(
                announcing(self, client, state, tell=lambda _: news.set())
            )
            await stack.enter_async_context(self.watching())
            await until_stopped(
                open_playground(
                    client,
                    library=self.library,
                    folder=self._folder,
                    say=say,
                    news=news,
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
        """Keep the index up to date with the posts for as long as the context is open."""
        folder = self._folder
        work = self._poll() if folder is None else self._watch(folder)
        async with in_background(work, name="watch the posts"):
            yield

    @property
    def _outside(self) -> tuple[Path, ...]:
        """What the posts depend on outside their folder."""
        return self._scanner.configuration if self._scanner else ()

    async def _poll(self) -> None:
        """Look now and then every so often, by the clock on the wall.

        That one goes on while the machine sleeps, so that the look which fell due meanwhile
        comes soon after something else has woken it.
        """
        while True:
            await self.refresh()
            due = time.time() + 60 * self.settings.poll
            while time.time() < due:  # noqa: ASYNC110 - nobody tells of the wall clock
                await asyncio.sleep(SECONDS_BETWEEN_GLANCES)

    async def _watch(self, folder: Path) -> None:
        """Look after every change, for ever."""
        from watchfiles import awatch

        while True:
            watched = (folder, *self._outside)
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
                        await self.refresh()
                        caught_up = True
                    if replaced or watched[1:] != self._outside:
                        break
            except OSError as error:  # such as the system's limit of watches
                log.warning("Cannot watch %s: %s", folder, error)
                await asyncio.sleep(SECONDS_UNTIL_NEXT_TRY)

    def _concerns_posts(self, _change: object, path: str) -> bool:
        """Whether a changed file may be a post or configuration: not hidden, not the index."""
        if path.startswith(str(self.settings.db.resolve())):
            return False
        changed = Path(path)
        root = (self._folder or changed).resolve()
        if not changed.is_relative_to(root):
            return True
        folders = changed.relative_to(root).parts[:-1]
        return not any(name.startswith(".") or name == "node_modules" for name in folders)


class LateChannels:
    """Looks at channels; what that takes is imported when somebody asks for it.

    Commands may come before the posts were looked at, and so before anything is announced.

    Args:
        client: the bot.
    """

    def __init__(self, client: Slashpost) -> None:
        self._client = client

    async def look(self, channel: int, wish: Subscription | None = None) -> Channel:
        """A channel, as ``DiscordChannels`` sees it."""
        from bot.transport.channels import DiscordChannels

        return await DiscordChannels(self._client).look(channel, wish)


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


@contextlib.asynccontextmanager
async def in_background(
    work: Coroutine[Any, Any, None], *, name: str | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Let ``work`` go on beside the context; in its end, it is cancelled."""
    task = asyncio.create_task(work, name=name)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


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
