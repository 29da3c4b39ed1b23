"""What commands run in: the app or the state, opened and closed; the log; a progress bar."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.app import App
from bot.blog.errors import StateUnavailable
from bot.blog.library import Library
from bot.serve.state import State
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.index.updater import SyncReport

T = TypeVar("T")


def with_app(settings: Settings, use: Callable[[App], Awaitable[T]]) -> T:
    """Build the app, let ``use`` have it, and take it down again."""

    async def open_and_use() -> T:
        async with App(settings) as app:
            return await use(app)

    return asyncio.run(open_and_use())


def ask(settings: Settings, question: Callable[[Library], Awaitable[T]]) -> T:
    """The library's answer, after bringing it up to date."""

    async def sync_and_ask(app: App) -> T:
        await app.sync()
        return await question(app.library)

    return with_app(settings, sync_and_ask)


async def sync_with_bar(app: App) -> SyncReport:
    """Bring the index up to date, which takes seconds for thousands of new posts.

    The site is asked what it lists.
    """
    progress = Progress("Reading posts")
    try:
        return await app.sync(progress, ask_site=True)
    finally:
        progress.finish()


def with_state(
    settings: Settings, use: Callable[[State], Awaitable[T]], *, make: bool = False
) -> T:
    """Open the state, let ``use`` have it, and close it again.

    Raises:
        StateUnavailable: it cannot be opened; or it is a file that does not exist, unless
            that is to be made.
    """
    if not make and settings.database_url is None and not settings.state.exists():
        raise StateUnavailable(
            f"{settings.state}: there is no state yet",
            "It begins with `slashpost run`; --state or SLASHPOST_STATE says where it is.",
        )

    async def open_and_use() -> T:
        async with State.open(settings.state_home) as state:
            return await use(state)

    return asyncio.run(open_and_use())


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage while much is imported, and never look through that again.

    Nearly all of it stays until the end. Looking for garbage in it takes a sixth of the
    time to import it, and later holds the event loop up now and then.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class Progress:
    """A bar on a terminal that fills while something is done; nothing elsewhere.

    Args:
        label: what is done.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Show how many of how many are done; the bar appears with the first call."""
        if self._bar is None and sys.stderr.isatty():
            self._bar = click.progressbar(length=total, label=self._label, file=sys.stderr)
        if self._bar is not None:
            self._bar.update(done - self._bar.pos)

    def finish(self) -> None:
        """Leave the line of the bar, if there is one."""
        if self._bar is not None:
            self._bar.render_finish()
