"""Who the bot is at Discord."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What Discord has said about the application of a token.

    Attributes:
        application_id: names the application.
        public_key: verifies what Discord signs for it, 64 hexadecimal digits.
        user: the bot's user, as Discord describes it.
        endpoint_url: where Discord last agreed to send interactions; None for the gateway.
        owners: ids of the users who own the application, or belong to the team that does.
    """

    application_id: int
    public_key: str
    user: dict[str, Any]
    endpoint_url: str | None = None
    owners: tuple[int, ...] = ()


class Memory(Protocol):
    """Remembers, beyond the end of the process, who the bot is at Discord.

    Both methods may raise StateUnavailable.
    """

    async def identity(self, token: str) -> Identity | None:
        """Who the bot with this token was the last time, or None where that is not known."""

    async def remember(self, token: str, identity: Identity) -> None:
        """Keep who the bot with this token is, and forget those with others."""
