"""Deliveries of which nobody can tell whether they were sent, until somebody says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.blog.errors import SlashpostError
from bot.state.database import Database


class Untraceable(SlashpostError):
    """Whether a message has arrived cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A delivery of which nobody can tell whether it was sent.

    Attributes:
        id: its ``delivery_id``.
        channel: where it goes; None for a reader's direct messages.
        title: of its first post.
        posts: how many posts it is about.
        problem: why it cannot be looked for.
    """

    id: str
    channel: int | None
    title: str
    posts: int
    problem: str


# In the place of a count of attempts, where somebody said that the message is not there.
SAID_TO_LACK = -1
_STOPPED = """
    SELECT d.id, coalesce(s.channel, 0), p.title,
        (SELECT count(*) FROM delivery_posts WHERE delivery = d.id), d.problem
    FROM deliveries AS d
    JOIN subscriptions AS s ON s.key = d.subscription
    JOIN delivery_posts AS dp ON dp.delivery = d.id JOIN known_posts AS p ON p.id = dp.post
    WHERE {whose} AND d.state = 'stopped' AND dp.number = (
        SELECT min(number) FROM delivery_posts WHERE delivery = d.id
    ) ORDER BY d.position
"""
# Whose deliveries somebody may decide about: a server's, or a reader's own. The number of the
# server or of the reader's user is the first value.
Whose = Literal["guild", "reader"]


class StoppedDeliveries:
    """Keeps them. Every method may raise StateUnavailable.

    Args:
        database: of the state.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        # Called when there is something to send.
        self.released: list[Callable[[], None]] = []

    async def of(self, whose: Whose, number: int) -> Sequence[Stopped]:
        """Those of a server's channels, or of a reader, oldest first."""
        rows = await self._database.rows(_STOPPED.format(whose=f"s.{whose} = $1"), number)
        return [
            Stopped(id=name, channel=channel or None, title=title, posts=posts, problem=problem)
            for name, channel, title, posts, problem in rows
        ]

    async def is_there(self, delivery: str, whose: Whose, number: int) -> bool:
        """Note that one of theirs has arrived; False where that was decided before."""
        return await self._settle("state = 'kept'", delivery, whose, number)

    async def send(self, delivery: str, whose: Whose, number: int) -> bool:
        """Let one of theirs be sent; False where that was decided before."""
        sending = f"state = 'waiting', attempts = {SAID_TO_LACK}, tried = NULL"
        changed = await self._settle(sending, delivery, whose, number)
        if changed:
            for call in self.released:
                call()
        return changed

    async def _settle(self, change: str, delivery: str, whose: Whose, number: int) -> bool:
        async with self._database.transaction() as transaction:
            changed = await transaction.rows(
                f"UPDATE deliveries SET {change}, problem = '', not_before = 0"  # noqa: S608
                " WHERE id = $1 AND state = 'stopped' AND subscription IN"
                f" (SELECT key FROM subscriptions WHERE {whose} = $2) RETURNING id",
                delivery,
                number,
            )
        return bool(changed)
