"""Who wants to hear of new posts, kept in the state."""

from __future__ import annotations

from collections.abc import Sequence

from bot.announce.subscription import Pause, Subscription
from bot.state.database import LEDGER, Database
from bot.state.rows import SUBSCRIPTION, subscription_row, to_subscription, upsert

_KEEP = upsert("subscriptions", SUBSCRIPTION)


class KeptSubscriptions:
    """Implements ``blog.Subscriptions``."""

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

    async def untold(self) -> frozenset[int]:
        """Readers whose direct messages are closed, and who have not heard of it."""
        rows = await self._database.rows(
            "SELECT reader FROM subscriptions WHERE pause_reason = 'closed' AND pause_told = 0"
            " AND reader IS NOT NULL"
        )
        return frozenset(reader for (reader,) in rows)

    async def keep(self, subscription: Subscription) -> None:
        """Add it, or change the one with its key. What was sent or waits is not touched."""
        async with self._database.transaction() as work:
            await work.rows(_KEEP, *subscription_row(subscription))

    async def remove(self, key: str) -> bool:
        """Forget it and all that waits for it or was sent to it; whether there was one."""
        return bool(await self._remove("key = $1", key))

    async def pause(self, key: str, pause: Pause) -> None:
        """Send nothing there until ``resume``; what comes meanwhile waits."""
        async with self._database.transaction() as work:
            await work.rows(
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
        async with self._database.transaction() as work:
            await work.rows(
                "UPDATE subscriptions SET pause_reason = NULL, pause_detail = NULL,"
                " pause_since = NULL, pause_told = NULL, ready = 0, attempts = 0, problem = ''"
                " WHERE key = $1",
                key,
            )

    async def forget_left(self, before: int) -> int:
        """Forget those of servers left before that Unix second; how many there were."""
        return await self._remove("pause_reason = 'left' AND pause_since < $1", before)

    async def _remove(self, condition: str, value: object) -> int:
        async with self._database.transaction() as work:
            # Or a look at the posts that goes on would leave deliveries for whoever comes next.
            await work.alone(LEDGER)
            # The subscription first, as whoever has its turn does: or each would wait for the
            # other.
            removed = await work.rows(
                f"DELETE FROM subscriptions WHERE {condition} RETURNING key",  # noqa: S608
                value,
            )
            await work.many("DELETE FROM delivery_posts WHERE subscription = $1", removed)
            await work.many("DELETE FROM deliveries WHERE subscription = $1", removed)
        return len(removed)
