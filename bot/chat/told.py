"""Telling readers that they cannot be reached, when they are seen the next time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from discord import Interaction

from bot.announce.subscription import Subscriptions
from bot.chat.interaction import words_of
from bot.chat.views.notice import Notice

# How often to ask whom to tell: commands come more often than direct messages are closed.
SECONDS = 60


class Untold:
    """Those who take no direct messages and have not heard what that means for them.

    Args:
        subscriptions: knows them.
        clock: seconds, on any clock.
    """

    def __init__(
        self, subscriptions: Subscriptions, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._subscriptions = subscriptions
        self._clock = clock
        self._readers: frozenset[int] = frozenset()
        self._asked: float | None = None

    async def tell(self, interaction: Interaction) -> None:
        """Tell whoever used a command, once, privately, after its answer."""
        now = self._clock()
        if self._asked is None or now - self._asked >= SECONDS:
            self._asked = now
            self._readers = await self._subscriptions.unnotified_readers()
        if interaction.user.id not in self._readers or not interaction.response.is_done():
            return
        from bot.chat.views.following import closed_messages, key_of  # noqa: PLC0415 - seldom

        self._readers -= {interaction.user.id}
        key = key_of(interaction)
        followed = await self._subscriptions.get(key)
        if followed is None or followed.pause is None or followed.pause.told:
            return
        view = Notice(f"⚠️ {closed_messages(words_of(interaction))}")
        view.stop()
        await interaction.followup.send(view=view, ephemeral=True)
        await self._subscriptions.pause(key, replace(followed.pause, told=True))
