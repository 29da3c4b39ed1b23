"""Announcements, put together: the posts on one side, Discord on the other, the state between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.announce.announcer import Announcer
from bot.announce.services import DeliveryOutcome
from bot.app import App
from bot.chat.client import Slashpost
from bot.chat.views.announcement import Announcements
from bot.serve.state import State
from bot.sources.link_check import HttpPageProbe
from bot.transport.channels import DiscordChannels
from bot.transport.messenger import DiscordMessenger
from bot.transport.rate_limiter import RateLimiter


@asynccontextmanager
async def announcing(
    app: App,
    client: Slashpost,
    state: State,
    *,
    tell: Callable[[DeliveryOutcome], None] = lambda _: None,
    waits_for_pages: bool = True,
) -> AsyncIterator[Announcer]:
    """Announce new posts after every sync, for as long as the context is open.

    Args:
        app: the posts. Nothing is announced before its next sync.
        client: the bot, whose commands share the rate limit from now on. It may log in later.
        state: who wants to hear of posts, and what is known and sent.
        tell: hears of what became of each delivery.
        waits_for_pages: whether a post's public page must be there first, as the settings say.
    """
    rate_limiter = RateLimiter()
    client.context.channels = DiscordChannels(client, rate_limiter=rate_limiter)
    announcer = Announcer(
        app.library,
        ledger=state.ledger,
        outbox=state.outbox,
        subscriptions=state.subscriptions,
        page_waits=state.page_waits,
        messenger=DiscordMessenger(client, rate_limiter=rate_limiter),
        composer=Announcements(),
        limit=app.settings.announce_limit,
        page_probe=HttpPageProbe() if waits_for_pages and app.settings.announce_wait else None,
        page_wait=60.0 * app.settings.announce_wait,
        tell=tell,
    )
    app.after_sync.append(announcer.notice)
    state.stopped.released.append(announcer.wake)
    try:
        async with announcer.running():
            yield announcer
    finally:
        app.after_sync.remove(announcer.notice)
        state.stopped.released.remove(announcer.wake)
