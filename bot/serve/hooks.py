"""What the hooks do: sync the posts, and wait until they are announced."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from aiohttp import web

from bot.app import App
from bot.blog import question
from bot.blog.address import RepositoryAddress
from bot.blog.errors import IndexUnavailable
from bot.web.hooks import STAY, Actions, Hooks
from bot.web.keep_awake import KeepAwake

if TYPE_CHECKING:
    from bot.announce.announcer import Announcer


class HookActions:
    """Syncs the posts when a hook is called, and keeps the machine awake meanwhile.

    Args:
        app: the posts, and the secrets that callers must have.
        routes: get the hooks. A call may have woken the machine, so they are there before
            the rest of the bot is.
    """

    def __init__(self, app: App, routes: web.Application) -> None:
        self._app = app
        self._is_working = asyncio.Event()
        self._announcer: Announcer | None = None
        self._asker: question.Asker | None = None
        self._stay_secret = secrets.token_hex()
        posts = app.settings.posts
        actions = Actions(
            refresh=self._refresh,
            drained=self._drained,
            posts=self._posts,
            branch=posts.branch if isinstance(posts, RepositoryAddress) else None,
        )
        hooks = Hooks(
            actions,
            push_secret=app.settings.push_secret,
            wake_secret=app.settings.wake_secret,
            stay_secret=self._stay_secret,
        )
        hooks.add_to(routes)

    @asynccontextmanager
    async def working(
        self, announcer: Announcer | None, asker: question.Asker | None = None
    ) -> AsyncIterator[None]:
        """Serve hooks, those called before included.

        Over HTTP, where a host may suspend a machine that nobody asks anything, the bot asks
        itself while it has announcements to send, or an answer is under way.

        Args:
            announcer: announces new posts; None where nothing is announced.
            asker: answers questions; None where no model is named.
        """
        self._announcer, self._asker = announcer, asker
        self._is_working.set()
        settings = self._app.settings
        async with AsyncExitStack() as stack:
            has_work = announcer is not None or asker is not None
            if has_work and settings.mode == "http" and settings.public_url:
                url = settings.public_url + STAY
                keep_awake = KeepAwake(url, self._stay_secret, self._drained)
                self._app.after_sync.append(keep_awake.notify)
                stack.callback(self._app.after_sync.remove, keep_awake.notify)
                if asker is not None:
                    asker.on_question.append(keep_awake.notify)
                    stack.callback(asker.on_question.remove, keep_awake.notify)
                await stack.enter_async_context(keep_awake.running())
            yield

    async def _refresh(self) -> bool:
        await self._is_working.wait()  # or nothing would be announced of what the sync finds
        return await self._app.refresh()

    async def _drained(self, seconds: float) -> int:
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_working.wait()
        waiting = await self._announcer.idle(until - clock()) if self._announcer else 0
        return waiting + (await self._asker.idle(until - clock()) if self._asker else 0)

    async def _posts(self) -> int:
        try:
            return await self._app.library.count()
        except IndexUnavailable:
            return 0
