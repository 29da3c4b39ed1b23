"""``slashpost try``: the bot in a simulated Discord, in the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.app import App
from bot.playground.playground import open_playground
from bot.serve.announcements import announcing
from bot.serve.asker import build_asker
from bot.serve.client import build_client
from bot.serve.run import until_stopped
from bot.serve.state import State


async def at_this_computer(_: int) -> bool:
    """Treat every visitor as the owner: the preview runs beside the posts' files."""
    return True


async def preview(app: App, *, say: Callable[[str], None], port: int, browser: bool) -> None:
    """Serve a simulated Discord until told to stop.

    Args:
        app: the posts, synced.
        say: prints a line: what is served, then the address.
        port: the port on this computer; 0 takes a free one.
        browser: whether to open the address in the browser.
    """
    say(await app.summary())
    async with State.open(None) as state:
        asker = build_asker(app.settings, app.library, state, scripted=True)
        client = build_client(app, state=state, asker=asker)
        client.context.is_owner = at_this_computer
        news = asyncio.Event()
        # What is tried at this computer has not been published.
        announcer = announcing(app, client, state, tell=lambda _: news.set(), waits_for_pages=False)
        async with announcer, app.watching():
            await until_stopped(
                open_playground(
                    client,
                    library=app.library,
                    folder=app.folder,
                    say=say,
                    news=news,
                    port=port,
                    browser=browser,
                )
            )
