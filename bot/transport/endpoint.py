"""The bot behind a URL to which Discord posts interactions.

The URL is kept with the application at Discord. While it is set, no interaction reaches the
gateway.
https://docs.discord.com/developers/interactions/overview#configuring-an-interactions-endpoint-url
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from itertools import chain, repeat
from typing import Any

import discord
from discord.http import HTTPClient, Route

from bot.blog.errors import DiscordRefused, StateUnavailable
from bot.blog.identity import Identity, Memory
from bot.transport.api import (
    DISCORD_ERRORS,
    TRANSIENT_ERRORS,
    describe,
    invite_url,
    is_transient,
    log_in,
    refusal,
    until_reached,
)
from bot.transport.interactions import Interactions
from bot.transport.owners import owner_ids

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
    """Register this URL, and try again until Discord accepts it.

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


# Another process may have taken interactions over. How often to look, at most: only after
# this time, and only when somebody uses the bot, since a machine sleeps in between.
LOOK_AGAIN_SECONDS = 600.0
# So that a database that does not answer delays the first reader by no more than this.
SECONDS_TO_RECALL = 2.0


class HttpService:
    """Configures the application at Discord so that it sends interactions here.

    Args:
        client: the bot, entered as an async context manager but not logged in.
        token: its token.
        interactions: receive what Discord sends; they already can while this runs.
        public_url: where Discord reaches this process; None where nobody said.
        memory: knows who the bot is before Discord can be asked.

    Attributes:
        lacking: what is still missing before readers are answered; None when nothing is.
    """

    def __init__(
        self,
        client: discord.Client,
        token: str,
        *,
        interactions: Interactions,
        public_url: str | None,
        memory: Memory,
    ) -> None:
        self.lacking: str | None = "Discord has not been reached yet"
        self._client = client
        self._token = token
        self._interactions = interactions
        self._endpoint = public_url and public_url + PATH
        self._memory = memory

    async def recall(self) -> None:
        """Take the bot's identity from the state, so that it answers before Discord is asked."""
        try:
            async with asyncio.timeout(SECONDS_TO_RECALL):
                identity = await self._memory.identity(self._token)
        except (StateUnavailable, TimeoutError) as error:
            why = str(error) or "what remembers it does not answer"
            log.warning("Discord must be asked who the bot is: %s", why)
            return
        if identity is None:
            return
        connection = self._client._connection  # noqa: SLF001 - where login() puts it
        user: Any = identity.user
        connection.user = discord.ClientUser(state=connection, data=user)
        connection.application_id = identity.application_id
        self._interactions.trust(identity.public_key)

    async def run(self) -> None:
        """Log in, register the endpoint, and keep it registered until cancelled.

        While Discord cannot be reached, this keeps trying and says so in the log.

        Raises:
            DiscordRefused: Discord rejects the token or the application's settings.
        """
        try:
            await until_reached(lambda: log_in(self._client, self._token))
            identity = await self._introduce()
            if self._endpoint is None:
                self.lacking = None
                log.warning(
                    "No public URL is known: set SLASHPOST_PUBLIC_URL, or enter https://…%s"
                    " by hand as Interactions Endpoint URL of your application",
                    PATH,
                )
                await asyncio.Event().wait()
            else:
                await self._keep_registered(identity, self._endpoint)
        except DISCORD_ERRORS as error:
            raise refusal(error) from error

    async def _introduce(self) -> Identity:
        """Read the bot's identity from the login, after which interactions can be answered."""
        application, user = self._client.application, self._client.user
        assert application is not None, "login() asks for it"
        assert user is not None, "login() asks for it"
        self._interactions.trust(application.verify_key)
        identity = Identity(
            application_id=application.id,
            public_key=application.verify_key,
            user={
                "id": str(user.id),
                "username": user.name,
                "discriminator": user.discriminator,
                "global_name": user.global_name,
                "avatar": user.avatar and user.avatar.key,
                "bot": True,
            },
            endpoint_url=application.interactions_endpoint_url,
            owners=tuple(sorted(owner_ids(application))),
        )
        log.info("Add the bot to a server: %s", invite_url(application.id))
        await self._remember(identity)
        return identity

    async def _remember(self, identity: Identity) -> None:
        try:
            await self._memory.remember(self._token, identity)
        except StateUnavailable as error:
            log.warning("The next start must ask Discord who the bot is: %s", error)

    async def _keep_registered(self, identity: Identity, url: str) -> None:
        self.lacking = f"Discord does not send interactions to {url} yet"
        while True:
            await register_until_accepted(self._client.http, url)
            self.lacking = None
            await self._remember(replace(identity, endpoint_url=url))
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            self._interactions.heard.clear()
            await self._interactions.heard.wait()
