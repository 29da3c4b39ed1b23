"""The lease on a subscription, and its row in the database."""

from __future__ import annotations

from dataclasses import dataclass

from bot.announce.subscription import Subscription
from bot.blog.errors import SlashpostError
from bot.state.database import Transaction

# Whoever could not be reached may be tried again; whoever is paused on purpose may not.
REACHABLE = "(pause_reason IS NULL OR pause_reason <> 'admin')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to send to one subscription, for a time.

    Attributes:
        subscription: to whom.
        owner: who has it.
        fence: grows with every lease of the subscription; writes with an older one fail.
        attempts: how many leases in a row ended without success.
    """

    subscription: Subscription
    owner: str
    fence: int
    attempts: int


class LeaseLost(SlashpostError):
    """The lease has ended: another worker holds one, or the subscription is gone."""


async def hold_lease(transaction: Transaction, lease: Lease, *, until: float | None = None) -> None:
    """Check the lease, and extend it.

    Raises:
        LeaseLost: it has ended.
    """
    held = await transaction.rows(
        "UPDATE subscriptions SET turn_until = coalesce($4, turn_until)"
        " WHERE key = $1 AND owner = $2 AND fence = $3 RETURNING key",
        lease.subscription.key,
        lease.owner,
        lease.fence,
        until,
    )
    if not held:
        raise LeaseLost(f"The lease on {lease.subscription.key} has ended")


async def note_success(transaction: Transaction, lease: Lease) -> None:
    """Reset the count of failures, and end a pause for a closed channel."""
    await hold_lease(transaction, lease)
    await transaction.rows(
        "UPDATE subscriptions SET attempts = 0, problem = '' WHERE key = $1",
        lease.subscription.key,
    )
    await transaction.rows(
        "UPDATE subscriptions SET pause_reason = NULL, pause_detail = NULL,"  # noqa: S608
        " pause_since = NULL, pause_told = NULL"
        f" WHERE key = $1 AND pause_reason IS NOT NULL AND {REACHABLE}",
        lease.subscription.key,
    )


async def note_failure(
    transaction: Transaction, lease: Lease, seconds: float, problem: str
) -> None:
    """End a lease without success."""
    await hold_lease(transaction, lease)
    await transaction.rows(
        "UPDATE subscriptions SET owner = NULL, turn_until = 0, ready = $2, problem = $3,"
        " attempts = attempts + 1 WHERE key = $1",
        lease.subscription.key,
        await transaction.now() + seconds,
        problem,
    )


async def end_lease(transaction: Transaction, lease: Lease) -> None:
    """End a lease, and leave the subscription's failures as they are."""
    await hold_lease(transaction, lease)
    await transaction.rows(
        "UPDATE subscriptions SET owner = NULL, turn_until = 0 WHERE key = $1",
        lease.subscription.key,
    )
