"""Deliveries of which nobody can tell whether they were sent, until somebody says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.state.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A delivery of which nobody can tell whether it was sent.

    Attributes:
        id: its ``delivery_id``.
        channel: where it goes.
        title: of its first post.
        posts: how many posts it is about.
        problem: why it cannot be looked for.
    """

    id: str
    channel: int
    title: str
    posts: int
    problem: str


_IN_GUILD = """
    SELECT d.id, s.channel, p.title,
        (SELECT count(*) FROM delivery_posts WHERE delivery = d.id), d.problem
    FROM deliveries AS d
    JOIN subscriptions AS s ON s.key = d.subscription
    JOIN delivery_posts AS dp ON dp.delivery = d.id JOIN known_posts AS p ON p.id = dp.post
    WHERE s.guild = $1 AND d.state = 'stopped' AND dp.number = (
        SELECT min(number) FROM delivery_posts WHERE delivery = d.id
    ) ORDER BY d.position
"""
_OF_GUILD = "subscription IN (SELECT key FROM subscriptions WHERE guild = $2)"


class StoppedDeliveries:
    """Keeps them. Every method may raise StateUnavailable.

    Args:
        database: of the state.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        # Called when there is something to send.
        self.released: list[Callable[[], None]] = []

    async def in_guild(self, guild: int) -> Sequence[Stopped]:
        """Those of a server's channels, oldest first."""
        rows = await self._database.rows(_IN_GUILD, guild)
        return [
            Stopped(id=name, channel=channel, title=title, posts=posts, problem=problem)
            for name, channel, title, posts, problem in rows
        ]

    async def is_there(self, delivery: str, guild: int) -> bool:
        """Note that one of that server has arrived; False where that was decided before."""
        async with self._database.transaction() as transaction:
            changed = await transaction.rows(
                "UPDATE deliveries SET state = 'kept', problem = '', not_before = 0"  # noqa: S608
                f" WHERE id = $1 AND state = 'stopped' AND {_OF_GUILD} RETURNING id",
                delivery,
                guild,
            )
        return bool(changed)

    async def send(self, delivery: str, guild: int) -> bool:
        """Let one of that server be sent; False where that was decided before."""
        async with self._database.transaction() as transaction:
            changed = await transaction.rows(
                "UPDATE deliveries SET state = 'waiting', attempts = 0, tried = NULL,"  # noqa: S608
                " problem = '', not_before = 0"
                f" WHERE id = $1 AND state = 'stopped' AND {_OF_GUILD} RETURNING id",
                delivery,
                guild,
            )
        if changed:
            for call in self.released:
                call()
        return bool(changed)
