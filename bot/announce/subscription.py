"""Who wants to hear of new posts, and how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.blog.tag import tag_key

# What Discord calls text, announcement and forum channels and threads, and a reader's
# direct messages.
Place = Literal["text", "news", "forum", "thread", "reader"]
# Paused by an administrator; access to the channel is gone; the reader takes no direct
# messages; the bot is no longer in the server.
PauseReason = Literal["admin", "access", "closed", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Why a subscription gets nothing for now. What it wants stays as it is.

    Attributes:
        reason: what happened.
        detail: what exactly, for people, such as the permission that is missing; or empty.
        since: Unix seconds.
        told: whether the reader has heard of it.
    """

    reason: PauseReason
    detail: str = ""
    since: int
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A channel that announcements go to, or a reader who follows the blog.

    Attributes:
        place: what kind of channel it is.
        guild: id of the server, or None for a reader.
        channel: id of the channel; None for a reader.
        reader: id of the reader's user; None for a channel.
        tags: only posts with one of these, as written; empty for all posts.
        without: no posts with any of these.
        role: id of the role to mention: the only mention there ever is.
        silent: whether no one's device makes a sound.
        publish: whether messages in an announcement channel go on to those who follow it.
        threads: whether each message in a text channel gets a thread.
        locale: language of the words around the posts, as Discord names it.
        since: Unix seconds when it began. It hears of what comes later.
        pause: why it gets nothing, or None.
    """

    place: Place
    guild: int | None = None
    channel: int | None = None
    reader: int | None = None
    tags: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    role: int | None = None
    silent: bool = False
    publish: bool = False
    threads: bool = False
    locale: str = "en-US"
    since: int = 0
    pause: Pause | None = None

    @property
    def key(self) -> str:
        """What tells it from others: there is one for each channel and each reader."""
        return f"c{self.channel}" if self.reader is None else f"u{self.reader}"

    def wants(self, tags: Iterable[str]) -> bool:
        """Whether a post with these tags is for it."""
        keys = {tag_key(tag) for tag in tags}
        if keys & {tag_key(tag) for tag in self.without}:
            return False
        return not self.tags or bool(keys & {tag_key(tag) for tag in self.tags})


class Subscriptions(Protocol):
    """Keeps them. Every method may raise StateUnavailable."""

    async def get(self, key: str) -> Subscription | None:
        """The one with that key."""

    async def in_guild(self, guild: int) -> Sequence[Subscription]:
        """Those of a server's channels, oldest first."""

    async def all(self) -> Sequence[Subscription]:
        """All of them, oldest first."""

    async def keep(self, subscription: Subscription) -> None:
        """Add it, or change the one with its key. What was sent or waits is not touched."""

    async def remove(self, key: str) -> bool:
        """Forget it and all that waits for it or was sent to it; whether there was one."""

    async def pause(self, key: str, pause: Pause) -> None:
        """Send nothing there until ``resume``; what comes meanwhile waits."""

    async def resume(self, key: str) -> None:
        """Send again, what waits first."""

    async def untold(self) -> frozenset[int]:
        """Ids of the readers who have not heard yet that theirs is paused."""

    async def forget_left(self, before: int) -> int:
        """Forget those of servers left before that Unix second; how many there were."""
