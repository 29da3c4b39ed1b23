"""How announcing goes, for those who ask the bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is on its way.

    Attributes:
        waiting: how many messages have not arrived yet.
        problem: what went wrong last and still does, in one line; or empty.
    """

    waiting: int = 0
    problem: str = ""


class Announcements(Protocol):
    """Whoever sends them."""

    async def outlook(self) -> Outlook:
        """How it goes now. May raise StateUnavailable."""
