"""Announcements, put together: the posts on one side, Discord on the other, the state between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.announce.announcer import Announcer
from bot.announce.delivery_worker import Outcome
from bot.chat.announcements import Cards
from bot.transport.channels import DiscordChannels
from bot.transport.messenger import DiscordMessenger
from bot.transport.rate_limiter import RateLimiter

if TYPE_CHECKING:
    from bot.app import App
    from bot.chat.client import Slashpost
    from bot.state.state import State


@asynccontextmanager
async def announcing(
    app: App, client: Slashpost, state: State, *, tell: Callable[[Outcome], None] = lambda _: None
) -> AsyncIterator[Announcer]:
    """Announce new posts after every look at them, for as long as the context is open.

    Args:
        app: the posts. Nothing is announced before it has looked at them again.
        client: the bot, whose commands keep the same pace from now on. It may log in later.
        state: who wants to hear of posts, and what is known and sent.
        tell: hears of what became of each delivery.
    """
    pace = RateLimiter()
    client.channels = DiscordChannels(client, pace=pace)
    announcer = Announcer(
        app.library,
        ledger=state.ledger,
        outbox=state.outbox,
        subscriptions=state.subscriptions,
        mail=DiscordMessenger(client, pace=pace),
        composer=Cards(),
        limit=app.settings.announce_limit,
        tell=tell,
    )
    app.after_look.append(announcer.notice)
    try:
        async with announcer.running():
            yield announcer
    finally:
        app.after_look.remove(announcer.notice)
