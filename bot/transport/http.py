"""The bot behind an HTTP endpoint: Discord wakes it when somebody uses it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any

import discord

from bot.blog.errors import StateUnavailable
from bot.blog.identity import Identity, Memory
from bot.transport.api import DISCORD_ERRORS, invite_url, refusal
from bot.transport.endpoint import PATH, register_until_accepted
from bot.transport.interactions import Interactions
from bot.transport.lifecycle import log_in, until_reached
from bot.transport.owners import owner_ids

log = logging.getLogger(__name__)

# Another process may have taken interactions over. How often to look, at most: only after
# this time, and only when somebody uses the bot, since a machine sleeps in between.
LOOK_AGAIN_SECONDS = 600.0
# Whoever waits for the first answer does not wait for a database that hangs.
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
        """Become who the bot was the last time, so that it answers before Discord is asked."""
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
        """Take over what the login told: from now on, interactions can be answered."""
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
