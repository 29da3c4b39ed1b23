"""Discord's API: where it is, logging in, and what its refusals mean for whoever runs the bot."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeVar

import aiohttp
import discord
from discord.backoff import ExponentialBackoff
from discord.http import HTTPClient, Route

from bot.blog.errors import DiscordRefused

# What passes by itself: no network, an outage, Cloudflare's own rate limit.
TRANSIENT_ERRORS = (
    OSError,
    aiohttp.ClientError,
    discord.DiscordServerError,
    discord.GatewayNotFound,
)
DISCORD_ERRORS = (discord.DiscordException, *TRANSIENT_ERRORS)
RATE_LIMITED = 429
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
AUTHENTICATION_FAILED = 4004
# The only fields of a message that are there although they are null:
# https://docs.discord.com/developers/resources/message#message-object
NULLABLE = {"edited_timestamp"}


def without_nulls(interaction: Mapping[str, Any]) -> dict[str, Any]:
    """An interaction without optional fields that are null, which discord.py takes for objects.

    Discord leaves them out as a rule, and has sent ``thread: null`` in the message of a click.
    """
    kept = {name: value for name, value in interaction.items() if value is not None}
    for name in ("message", "data"):
        if isinstance(inner := kept.get(name), Mapping):
            kept[name] = {
                key: inner[key] for key in inner if inner[key] is not None or key in NULLABLE
            }
    return kept


def use_api_base(url: str) -> None:
    """Send every request to ``url`` instead of Discord, such as a REST proxy or a test server.

    discord.py keeps the address on a class, so this holds for the whole process.
    """
    Route.BASE = url.rstrip("/")


async def invitation(token: str) -> str:
    """The link that adds the bot with that token to a server.

    Raises:
        DiscordRefused: Discord rejects the token, or cannot be reached.
    """
    http = HTTPClient(loop=discord.utils.MISSING)
    try:
        await http.static_login(token)
        application = await http.application_info()
    except DISCORD_ERRORS as error:
        raise refusal(error) from error
    finally:
        await http.close()
    return invite_url(int(application["id"]))


def invite_url(application_id: int) -> str:
    """The page on which somebody adds the bot to a server of theirs.

    It asks for no permissions: answers to commands need none.
    https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow
    """
    return discord.utils.oauth_url(
        application_id,
        permissions=discord.Permissions.none(),
        scopes=("bot", "applications.commands"),
    )


def refusal(error: Exception) -> DiscordRefused:
    """What an exception of discord.py means, in words that say what to do."""
    if isinstance(error, discord.LoginFailure) or (
        isinstance(error, discord.ConnectionClosed) and error.code == AUTHENTICATION_FAILED
    ):
        return DiscordRefused(
            "DISCORD_TOKEN: Discord rejects this token",
            "Copy the token anew from the Bot page of your application at "
            "https://discord.com/developers/applications.",
        )
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return DiscordRefused(
            "Discord does not grant the intents that the bot asks for",
            "Allow them on the Bot page of your application at "
            "https://discord.com/developers/applications.",
        )
    if is_transient(error):
        return DiscordRefused(
            f"Discord cannot be reached ({describe(error)})",
            "Check the network, and https://discordstatus.com.",
        )
    return DiscordRefused(
        f"Discord refuses the application ({describe(error)})",
        "Look at its settings at https://discord.com/developers/applications.",
    )


def is_transient(error: BaseException) -> bool:
    """Whether trying again later may help."""
    if isinstance(error, discord.HTTPException) and error.status == RATE_LIMITED:
        return True
    return isinstance(error, TRANSIENT_ERRORS)


def describe(error: BaseException) -> str:
    """One line about an error, which may carry a page of HTML."""
    first, *_ = str(error).splitlines() or [""]
    return first.strip() or type(error).__name__


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
        # Each login opens a session with a connector; close the one of the failed login.
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
