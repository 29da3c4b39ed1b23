"""The URL to which Discord sends interactions, kept with the application at Discord.

While one is set, nothing of them reaches the gateway.
https://docs.discord.com/developers/interactions/overview#configuring-an-interactions-endpoint-url
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain, repeat

import discord
from discord.http import HTTPClient, Route

from bot.blog.errors import DiscordRefused
from bot.transport.api import TRANSIENT_ERRORS, describe, is_transient

log = logging.getLogger(__name__)

PATH = "/interactions"
ME = "/applications/@me"


def pauses() -> Iterator[float]:
    """Seconds between tries: a new address takes a moment to be known everywhere."""
    return chain((1, 2, 5, 10, 30, 60), repeat(300))


async def registered(http: HTTPClient) -> str | None:
    """The URL that Discord has, or None where interactions go to the gateway."""
    application = await http.request(Route("GET", ME))
    url: str | None = application.get("interactions_endpoint_url")
    return url or None


async def register(http: HTTPClient, url: str | None) -> None:
    """Set the URL, which Discord calls at once to see whether it checks signatures.

    discord.py's own edit leaves this key out: its list of keys has a space behind it.

    Raises:
        discord.HTTPException: the URL did not answer as it should, among other reasons.
    """
    await http.request(Route("PATCH", ME), json={"interactions_endpoint_url": url})


async def register_until_accepted(http: HTTPClient, url: str) -> None:
    """See to it that Discord has this URL, however often that must be tried.

    Raises:
        discord.LoginFailure: Discord rejects the token.
    """
    for seconds in pauses():
        try:
            before = await registered(http)
            if before != url:
                await register(http, url)
                log.info("Discord sends interactions to %s now; before: %s", url, before)
        except (discord.HTTPException, *TRANSIENT_ERRORS) as error:
            if isinstance(error, discord.HTTPException) and error.status == HTTPStatus.UNAUTHORIZED:
                raise discord.LoginFailure from error
            log.warning("%s; next try in %.0f s", _reason(error, url), seconds)
        else:
            return
        await asyncio.sleep(seconds)


def _reason(error: Exception, url: str) -> str:
    if is_transient(error):
        return f"Cannot reach Discord ({describe(error)})"
    details = " ".join(str(error).split())
    return f"Discord does not accept {url}: can it be reached from the internet? ({details})"


async def claim_gateway(http: HTTPClient, url: str | None, *, take_over: bool) -> None:
    """Make sure that interactions reach the gateway.

    Args:
        http: logged in.
        url: the endpoint that is registered, which hinders that.
        take_over: whether to remove it.

    Raises:
        DiscordRefused: one is registered, and not to be removed.
    """
    if url is None:
        return
    if not take_over:
        raise DiscordRefused(
            f"Discord sends this bot's interactions to {url}, where another process answers them",
            "To answer them here instead, use --take-over; or use the token of another bot.",
        )
    await register(http, None)
    log.warning("Took interactions over from %s; it takes them back when it starts again", url)
