"""Who wants to hear of new posts, how, and in which channel."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.blog.post import tag_key
from bot.state.database import LEDGER, Database, Row, upsert

# What Discord calls text, announcement and forum channels and threads, and a reader's
# direct messages.
Place = Literal["text", "news", "forum", "thread", "reader"]
# Paused by an administrator; access to the channel is gone; the reader takes no direct
# messages; the reader's account is gone; the bot is no longer in the server.
PauseReason = Literal["admin", "access", "closed", "gone", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Why a subscription gets nothing for now. What it wants stays as it is.

    Attributes:
        reason: what happened.
        detail: what exactly, for people, such as the permission that is missing; or empty.
        since: Unix seconds.
        told: whether the reader was notified.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What Discord says of a channel, before something is sent there.

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


SUBSCRIPTION = (
    "key, place, guild, channel, reader, tags, not_tags, role, silent, publish, threads,"
    " locale, since, pause_reason, pause_detail, pause_since, pause_told"
)


def subscription_row(subscription: Subscription) -> Row:
    """The values of ``SUBSCRIPTION``."""
    pause = subscription.pause
    return (
        subscription.key,
        subscription.place,
        subscription.guild,
        subscription.channel,
        subscription.reader,
        json.dumps(subscription.tags),
        json.dumps(subscription.without),
        subscription.role,
        int(subscription.silent),
        int(subscription.publish),
        int(subscription.threads),
        subscription.locale,
        subscription.since,
        pause and pause.reason,
        pause and pause.detail,
        pause and pause.since,
        pause and int(pause.told),
    )


def to_subscription(row: Row) -> Subscription:
    """The subscription of a row of ``SUBSCRIPTION``."""
    _, place, guild, channel, reader, tags, without, role, silent, publish, threads, *rest = row
    locale, since, reason, detail, paused_since, told = rest
    return Subscription(
        place=place,
        guild=guild,
        channel=channel,
        reader=reader,
        tags=tuple(json.loads(tags)),
        without=tuple(json.loads(without)),
        role=role,
        silent=bool(silent),
        publish=bool(publish),
        threads=bool(threads),
        locale=locale,
        since=since,
        pause=reason and Pause(reason=reason, detail=detail, since=paused_since, told=bool(told)),
    )


_KEEP = upsert("subscriptions", SUBSCRIPTION)
_RESUME = (
    "UPDATE subscriptions SET pause_reason = NULL, pause_detail = NULL, pause_since = NULL,"
    " pause_told = NULL, ready = 0, attempts = 0, problem = ''"
)

# What a subscription wants; ``role`` may be null, which equals nothing.
_WANTED = ("tags", "not_tags", "silent", "publish", "threads", "locale", "role")
_SWAP = (
    "UPDATE subscriptions SET "  # noqa: S608
    + ", ".join(f"{name} = ${number}" for number, name in enumerate(_WANTED, start=2))
    + " WHERE key = $1 AND "
    + " AND ".join(f"{name} = ${number}" for number, name in enumerate(_WANTED[:-1], start=9))
    + " AND COALESCE(role, 0) = COALESCE(CAST($15 AS BIGINT), 0) RETURNING key"
)


def _wants(subscription: Subscription) -> Row:
    """The values of ``_WANTED``."""
    return (
        json.dumps(subscription.tags),
        json.dumps(subscription.without),
        int(subscription.silent),
        int(subscription.publish),
        int(subscription.threads),
        subscription.locale,
        subscription.role,
    )


class Subscriptions:
    """Keeps subscriptions. Every method may raise StateUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> Subscription | None:
        """The one with that key."""
        rows = await self._database.rows(
            f"SELECT {SUBSCRIPTION} FROM subscriptions WHERE key = $1",  # noqa: S608
            key,
        )
        return to_subscription(rows[0]) if rows else None

    async def in_guild(self, guild: int) -> Sequence[Subscription]:
        """Those of a server's channels, oldest first."""
        rows = await self._database.rows(
            f"SELECT {SUBSCRIPTION} FROM subscriptions WHERE guild = $1"  # noqa: S608
            " ORDER BY since, key",
            guild,
        )
        return [to_subscription(row) for row in rows]

    async def all(self) -> Sequence[Subscription]:
        """All of them, oldest first."""
        rows = await self._database.rows(
            f"SELECT {SUBSCRIPTION} FROM subscriptions ORDER BY since, key"  # noqa: S608
        )
        return [to_subscription(row) for row in rows]

    async def unnotified_readers(self) -> frozenset[int]:
        """Readers whose direct messages are closed, and who have not heard of it."""
        rows = await self._database.rows(
            "SELECT reader FROM subscriptions WHERE pause_reason = 'closed' AND pause_told = 0"
            " AND reader IS NOT NULL"
        )
        return frozenset(reader for (reader,) in rows)

    async def keep(self, subscription: Subscription) -> None:
        """Add it, or change the one with its key. What was sent or waits is not touched."""
        async with self._database.transaction() as transaction:
            await transaction.rows(_KEEP, *subscription_row(subscription))

    async def change(
        self, key: str, edit: Callable[[Subscription], Subscription]
    ) -> Subscription | None:
        """Change what it wants, as ``edit`` says, without undoing what others change meanwhile.

        Args:
            key: of the subscription.
            edit: may be called several times, each with what is kept by then. What it changes of
                the pause is not kept.

        Returns:
            The subscription as it is now, or None where there is none.
        """
        while True:
            before = await self.get(key)
            if before is None:
                return None
            after = edit(before)
            if after == before or await self._swap(before, after):
                return after

    async def _swap(self, before: Subscription, after: Subscription) -> bool:
        """Write what a subscription wants, unless it wants something else by now."""
        async with self._database.transaction() as transaction:
            changed = await transaction.rows(_SWAP, after.key, *_wants(after), *_wants(before))
        return bool(changed)

    async def remove(self, key: str) -> bool:
        """Forget it and all that waits for it or was sent to it; whether there was one."""
        return bool(await self._remove("key = $1", key))

    async def pause(self, key: str, pause: Pause) -> None:
        """Send nothing there until ``resume``; what comes meanwhile waits."""
        async with self._database.transaction() as transaction:
            await transaction.rows(
                "UPDATE subscriptions SET pause_reason = $2, pause_detail = $3, pause_since = $4,"
                " pause_told = $5 WHERE key = $1",
                key,
                pause.reason,
                pause.detail,
                pause.since,
                int(pause.told),
            )

    async def resume(self, key: str) -> None:
        """Send again, what waits first."""
        async with self._database.transaction() as transaction:
            await transaction.rows(
                f"{_RESUME} WHERE key = $1",
                key,
            )

    async def left(self, guild: int, since: int) -> None:
        """Note that the bot is no longer in a server. What administrators paused stays so."""
        async with self._database.transaction() as transaction:
            await transaction.rows(
                "UPDATE subscriptions SET pause_reason = 'left', pause_detail = '',"
                " pause_since = $2, pause_told = 0 WHERE guild = $1"
                " AND (pause_reason IS NULL OR pause_reason NOT IN ('admin', 'left'))",
                guild,
                since,
            )

    async def returned(self, guild: int) -> None:
        """Note that the bot is in a server again: what waits for it is sent."""
        async with self._database.transaction() as transaction:
            await transaction.rows(
                f"{_RESUME} WHERE guild = $1 AND pause_reason = 'left'",
                guild,
            )

    async def guilds(self) -> frozenset[int]:
        """Ids of the servers in which posts are announced."""
        rows = await self._database.rows(
            "SELECT DISTINCT guild FROM subscriptions WHERE guild IS NOT NULL"
        )
        return frozenset(guild for (guild,) in rows)

    async def forget_unreachable(self, *, left_before: int, closed_before: int) -> int:
        """Forget those that nothing has reached for long; how many there were.

        Args:
            left_before: Unix seconds; servers that the bot left before are forgotten.
            closed_before: Unix seconds; readers whose direct messages have been closed since
                before are, and those whose account is gone.
        """
        return await self._remove(
            "pause_reason = 'left' AND pause_since < $1"
            " OR pause_reason = 'closed' AND pause_since < $2 OR pause_reason = 'gone'",
            left_before,
            closed_before,
        )

    async def _remove(self, condition: str, *values: object) -> int:
        async with self._database.transaction() as transaction:
            # Or a scan in progress would leave deliveries to a subscription that is gone.
            await transaction.alone(LEDGER)
            # The subscription first, as workers do, or the two would deadlock.
            removed = await transaction.rows(
                f"DELETE FROM subscriptions WHERE {condition} RETURNING key",  # noqa: S608
                *values,
            )
            await transaction.many("DELETE FROM delivery_posts WHERE subscription = $1", removed)
            await transaction.many("DELETE FROM deliveries WHERE subscription = $1", removed)
        return len(removed)
