"""Where Discord's API is, and what its refusals mean for the person who runs the bot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
import discord
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
