"""A channel that announcements may go to, as Discord describes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.announce.subscription import Place, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What matters of a channel before something is sent there.

    Attributes:
        id: Discord's.
        name: without the ``#``.
        place: what kind it is; None for one that takes no announcements, such as a stage.
        guild: id of its server.
        missing: names, as Discord's settings show them in English, of the permissions that
            the bot would need there and lacks.
        tags: names of a forum's tags.
        needs_tag: whether a forum takes no post without one.
        timed_out: whether moderators have silenced the bot in that server for now; it lacks
            most permissions for that time.
        role_gone: whether the server has no such role as ``wish`` asks to mention.
    """

    id: int
    name: str
    place: Place | None
    guild: int
    missing: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    needs_tag: bool = False
    timed_out: bool = False
    role_gone: bool = False


class Channels(Protocol):
    """Looks at channels, over REST: over HTTP there is no cache that would know them."""

    async def look(
        self, channel: int, wish: Subscription | None = None, *, given: int | None = None
    ) -> Channel:
        """A channel, and what the bot lacks there for what ``wish`` asks.

        Args:
            channel: its id.
            wish: what is to be announced.
            given: the bot's permissions there, as Discord's bits, where it has just told them.

        Raises:
            NoAccess: the bot does not see it, or it is gone.
            TryLater: Discord did not answer.
        """
