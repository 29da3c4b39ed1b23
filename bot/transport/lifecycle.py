"""Logging in, waiting for a Discord that cannot be reached, and finishing what was begun."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import discord
from discord.backoff import ExponentialBackoff

from bot.transport.api import describe, is_transient

log = logging.getLogger(__name__)

T = TypeVar("T")

# What discord.py raises for an answer that is none of Discord's, such as a proxy's page; and a
# 403, with which Cloudflare and proxies turn somebody away. A bad token is a 401.
UNREADABLE = (TypeError, KeyError, ValueError, AttributeError, IndexError, discord.Forbidden)

# What discord.py calls its tasks for commands, for buttons and menus, and for events.
TASKS = ("CommandTree-invoker", "discord-ui-", "discord.py: on_interaction")


async def log_in(client: discord.Client, token: str) -> None:
    """Learn who the bot is, and run its ``setup_hook``.

    Raises:
        discord.LoginFailure: Discord rejects the token.
    """
    try:
        with _endpoint_unmentioned():
            await client.login(token)
    except BaseException:
        # Each login opens a session with a connector, and would leave this one behind.
        await client.http.close()
        client.http.connector = discord.utils.MISSING
        raise


async def until_reached(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask Discord again and again, ever more slowly, while it cannot be reached."""
    backoff: ExponentialBackoff[bool] = ExponentialBackoff()
    while True:
        try:
            return await ask()
        except Exception as error:
            if not is_transient(error) and not isinstance(error, UNREADABLE):
                raise
            seconds = backoff.delay()
            log.warning("Cannot reach Discord (%s); next try in %.1f s", explain(error), seconds)
            await asyncio.sleep(seconds)


async def finish_running(seconds: float) -> None:
    """Wait for answers that are being made, but no longer than that."""
    running = [task for task in asyncio.all_tasks() if task.get_name().startswith(TASKS)]
    if running:
        await asyncio.wait(running, timeout=seconds)


def explain(error: Exception) -> str:
    """One line about why Discord was not reached."""
    if isinstance(error, UNREADABLE) and not isinstance(error, discord.DiscordException):
        return f"its answer cannot be read: {type(error).__name__}"
    return describe(error)


@contextlib.contextmanager
def _endpoint_unmentioned() -> Iterator[None]:
    """Drop discord.py's warning about an endpoint: it is wanted, or it is refused."""

    def concerns_others(record: logging.LogRecord) -> bool:
        return "interaction endpoint URL" not in record.getMessage()

    logger = logging.getLogger("discord.client")
    logger.addFilter(concerns_others)
    try:
        yield
    finally:
        logger.removeFilter(concerns_others)
