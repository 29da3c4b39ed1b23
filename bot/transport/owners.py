"""Who owns the application: those who may see what is not published yet."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

import discord

from bot.blog.errors import StateUnavailable
from bot.blog.identity import Memory
from bot.transport.api import DISCORD_ERRORS, describe

log = logging.getLogger(__name__)

# Somebody who left the team sees drafts this much longer at most, while Discord answers.
SECONDS = 600.0
# An autocompletion must be answered within three seconds.
PATIENCE_SECONDS = 1.5


class Owners:
    """The owner of the bot's application, or the members of the team that owns it.

    Discord is asked when somebody needs to know and the last answer is older than ``SECONDS``.
    While it does not answer, the last answer counts, which the state keeps.

    Args:
        client: the bot.
        memory: keeps who the bot is; None where nothing lasts.
        token: of the bot.
        clock: seconds, on any clock.
    """

    def __init__(
        self,
        client: discord.Client,
        memory: Memory | None,
        token: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._memory = memory
        self._token = token
        self._clock = clock
        self._ids: frozenset[int] | None = None
        self._asked: float | None = None

    async def include(self, user: int) -> bool:
        """Whether the user with that id is one of them; not, where nobody can tell."""
        now = self._clock()
        if self._asked is None or now - self._asked >= SECONDS:
            await self._ask(now)
        return user in (self._ids or ())

    async def _ask(self, now: float) -> None:
        try:
            if self._client.application is None:
                raise TimeoutError("not logged in yet")  # noqa: TRY301 - as while Discord is slow
            async with asyncio.timeout(PATIENCE_SECONDS):
                application = await self._client.application_info()
        except (*DISCORD_ERRORS, TimeoutError) as error:
            log.warning("Discord does not say who owns the application: %s", describe(error))
            if self._ids is None:
                self._ids = await self._recall()
            return
        self._ids, self._asked = owner_ids(application), now
        await self._remember(self._ids)

    async def _recall(self) -> frozenset[int]:
        try:
            identity = await self._memory.identity(self._token) if self._memory else None
        except StateUnavailable:
            return frozenset()
        return frozenset(identity.owners) if identity else frozenset()

    async def _remember(self, ids: frozenset[int]) -> None:
        try:
            identity = await self._memory.identity(self._token) if self._memory else None
            if self._memory and identity and frozenset(identity.owners) != ids:
                owners = tuple(sorted(ids))
                await self._memory.remember(self._token, replace(identity, owners=owners))
        except StateUnavailable as error:
            log.warning("Could not keep who owns the application: %s", error)


def owner_ids(application: discord.AppInfo) -> frozenset[int]:
    """Ids of the users who own an application: of a team, those who accepted the invitation."""
    if application.team is None:
        return frozenset({application.owner.id})
    accepted = discord.TeamMembershipState.accepted
    members = application.team.members
    return frozenset(each.id for each in members if each.membership_state is accepted)
