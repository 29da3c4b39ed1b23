"""Deliveries to be sent, in the database."""

from __future__ import annotations

from collections.abc import Sequence

from bot.announce.delivery import Backlog, Delivery, DeliveryState, Shown
from bot.announce.lease import (
    REACHABLE,
    Lease,
    end_lease,
    hold_lease,
    note_failure,
    note_success,
)
from bot.announce.ledger import POST, OlderPosts, newer_machine, older_machines, to_post
from bot.announce.message import Sent, delivery_id
from bot.announce.post_mark import Adoption
from bot.announce.subscription import SUBSCRIPTION, Pause, to_subscription
from bot.state.database import Database, Row, Transaction

# With the delivery as ``d``. One that waits for a page holds up those behind it in its channel.
_TO_DO = "d.state IN ('waiting', 'sending', 'sent', 'changed', 'stopped')"
_WAITS_FOR_PAGE = """
    d.state IN ('waiting', 'sending') AND EXISTS (
        SELECT 1 FROM page_waits AS w
        JOIN delivery_posts AS p ON p.post = w.post JOIN deliveries AS e ON e.id = p.delivery
        WHERE w.due IS NOT NULL AND e.subscription = d.subscription
            AND e.state IN ('waiting', 'sending') AND e.position <= d.position
    )
"""
_TO_DO_NOW = f"{_TO_DO} AND NOT ({_WAITS_FOR_PAGE})"
# A lease that ends later was given by a clock that was wrong, and is over.
LONGEST_LEASE = 600.0
_READY = f"""
    SELECT {SUBSCRIPTION}, fence, attempts FROM subscriptions
    WHERE {REACHABLE} AND (turn_until <= $1 OR turn_until > $1 + {LONGEST_LEASE})
        AND ready <= $1 AND EXISTS (
        SELECT 1 FROM deliveries AS d
        WHERE d.subscription = subscriptions.key AND {_TO_DO_NOW} AND d.not_before <= $1
    ) LIMIT 1
"""  # noqa: S608
_NEXT = f"""
    SELECT id, state, attempts, since, letter, channel, message, thread, published, tried
    FROM deliveries AS d WHERE subscription = $1 AND {_TO_DO_NOW} AND not_before <= $2
    ORDER BY CASE WHEN state IN ('changed', 'stopped') THEN 1 ELSE 0 END, position LIMIT 1
"""  # noqa: S608
_POSTS = ", ".join(f"p.{column}" for column in POST.split(", "))
_WAIT = f"""
    SELECT min(CASE
        WHEN ready >= turn_until AND ready >= first THEN ready
        WHEN turn_until >= first THEN turn_until
        ELSE first END)
    FROM (
        SELECT s.ready, s.turn_until, (
            SELECT min(d.not_before) FROM deliveries AS d
            WHERE d.subscription = s.key AND {_TO_DO_NOW}
        ) AS first
        FROM subscriptions AS s WHERE {REACHABLE}
    ) AS lines WHERE first IS NOT NULL
"""  # noqa: S608
# Which number of a backlog counts the deliveries of a state.
_KINDS = dict.fromkeys(("sent", "done", "kept"), "sent") | {
    "changed": "changes",
    "refused": "refused",
    "stopped": "stopped",
}
# Not_before of what is left to people: in the year 33658.
NEVER = 1e12
_KNOW_ALL = """
    UPDATE subscriptions SET known_until = coalesce((
        SELECT max(message) FROM deliveries WHERE subscription = $1 AND state <> 'kept'
    ), known_until) WHERE key = $1
"""


class Outbox:
    """Keeps deliveries in order. Every method may raise StateUnavailable.

    Each method is one transaction. Those that take a lease first write to the subscription's
    row under that lease; where another worker holds one, they raise LeaseLost and change
    nothing.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, owner: str, generation: int, seconds: float) -> Lease | None:
        """A lease on a subscription that has something to send or change now; or None.

        Args:
            owner: names the claiming machine and process.
            generation: of the posts that it has, as from ``Ledger.revise``.
            seconds: how long the lease lasts unless it is renewed.

        Raises:
            OlderPosts: another machine has newer posts.
        """
        async with self._database.transaction() as transaction:
            now = await transaction.now()
            if generation:
                await transaction.rows("UPDATE machines SET seen = $2 WHERE owner = $1", owner, now)
                beyond = "SELECT 1 FROM ledger WHERE generation > $1"
                if await transaction.rows(beyond, generation):
                    newer = await newer_machine(transaction, owner, generation + 1, now)
                    raise OlderPosts(newer or "")
            for *wish, fence, attempts in await transaction.claim(_READY, now):
                subscription = to_subscription(tuple(wish))
                await transaction.rows(
                    "UPDATE subscriptions SET owner = $2, turn_until = $3, fence = fence + 1"
                    " WHERE key = $1",
                    subscription.key,
                    owner,
                    now + seconds,
                )
                return Lease(
                    subscription=subscription, owner=owner, fence=fence + 1, attempts=attempts
                )
        return None

    async def begin(self, lease: Lease, seconds: float) -> Delivery | None:
        """The next delivery of the subscription; None, with the lease ended, if there is none.

        What is to be sent comes in order, before what is to be changed. An attempt at
        sending is counted before it is made. The lease lasts ``seconds`` from now.
        """
        async with self._database.transaction() as transaction:
            now = await transaction.now()
            await hold_lease(transaction, lease, until=now + seconds)
            rows = await transaction.rows(_NEXT, lease.subscription.key, now)
            if not rows:
                await end_lease(transaction, lease)
                return None
            name, state, *_ = rows[0]
            if state in {"waiting", "sending"}:
                await transaction.rows(
                    "UPDATE deliveries SET state = 'sending', tried = coalesce(tried, $2),"
                    " attempts = CASE WHEN attempts < 0 THEN 1 ELSE attempts + 1 END"
                    " WHERE id = $1",
                    name,
                    now,
                )
            posts = await transaction.rows(
                f"SELECT {_POSTS} FROM delivery_posts AS d JOIN known_posts AS p"  # noqa: S608
                " ON p.id = d.post WHERE d.delivery = $1 ORDER BY d.number",
                name,
            )
        return _to_delivery(rows[0], posts, now)

    async def renew(self, lease: Lease, seconds: float) -> None:
        """Extend the lease to that long from now."""
        async with self._database.transaction() as transaction:
            await hold_lease(transaction, lease, until=await transaction.now() + seconds)

    async def record(
        self,
        lease: Lease,
        delivery: Delivery,
        sent: Sent,
        *,
        shown: Shown | None = None,
        lacks: bool = False,
        all_known: bool = False,
        problem: str = "",
    ) -> None:
        """Note where a message is. A pause because the channel was closed ends.

        Args:
            lease: the right to do so.
            delivery: as ``begin`` gave it.
            sent: where the message is.
            shown: what it shows, if that is news.
            lacks: whether its thread or publication is still to come.
            all_known: whether all announcements in the channel are known now.
            problem: what could not be done, if that is to be left so.
        """
        async with self._database.transaction() as transaction:
            await note_success(transaction, lease)
            await transaction.rows(
                "UPDATE deliveries SET state = 'sent', channel = $2, message = $3, thread = $4,"
                " published = $5, problem = $6, not_before = 0 WHERE id = $1",
                delivery.id,
                sent.channel,
                sent.message,
                sent.thread,
                int(sent.published),
                problem,
            )
            if all_known:
                await transaction.rows(_KNOW_ALL, lease.subscription.key)
            if shown is not None:
                await _note_shown(transaction, delivery, shown)
            if not lacks:
                # A statement of its own: on Postgres it sees what a look at the posts did
                # while the one above waited for it.
                await transaction.rows(
                    "UPDATE deliveries SET state = CASE WHEN EXISTS ("
                    "SELECT 1 FROM delivery_posts AS d JOIN known_posts AS p ON p.id = d.post"
                    " WHERE d.delivery = $1 AND d.shown <> p.face"
                    ") THEN 'changed' ELSE 'done' END WHERE id = $1",
                    delivery.id,
                )

    async def messages(self, lease: Lease) -> frozenset[int]:
        """Ids of the messages all of whose posts are known."""
        rows = await self._database.rows(
            "SELECT message FROM deliveries WHERE subscription = $1 AND message IS NOT NULL"
            " AND state <> 'kept'",
            lease.subscription.key,
        )
        return frozenset(message for (message,) in rows)

    async def known_until(self, lease: Lease) -> int:
        """The id of a message that the state knows with all those before it; or 0."""
        rows = await self._database.rows(
            "SELECT known_until FROM subscriptions WHERE key = $1", lease.subscription.key
        )
        return rows[0][0] if rows else 0

    async def searched(self, lease: Lease, seconds: float, *, complete: bool) -> None:
        """Note that the channel's history was read; extend the lease to ``seconds`` from now.

        Args:
            lease: the right to do so.
            seconds: how long the lease lasts from now.
            complete: whether all announcements there are known, so that nobody need read it again.
        """
        async with self._database.transaction() as transaction:
            now = await transaction.now()
            await hold_lease(transaction, lease, until=now + seconds)
            if complete:
                await transaction.rows(
                    "UPDATE subscriptions SET searched = $2 WHERE key = $1",
                    lease.subscription.key,
                    now,
                )
                await transaction.rows(_KNOW_ALL, lease.subscription.key)

    async def adopt(self, lease: Lease, delivery: Delivery, adoptions: Sequence[Adoption]) -> None:
        """Note that messages announce some posts of a delivery already; the rest remains.

        A message of just these posts will be made to show them as they are.
        """
        async with self._database.transaction() as transaction:
            await note_success(transaction, lease)
            for adoption in adoptions:
                name = delivery_id(delivery.id, [str(adoption.sent.message)])
                await transaction.rows(
                    "INSERT INTO deliveries (id, subscription, position, state, attempts, since,"
                    " not_before, channel, message, thread, published, letter, problem)"
                    " SELECT $2, subscription, position, $3, attempts, since, 0, $4, $5, $6, $7,"
                    " '', '' FROM deliveries WHERE id = $1 ON CONFLICT (id) DO NOTHING",
                    delivery.id,
                    name,
                    "changed" if adoption.is_whole else "kept",
                    adoption.sent.channel,
                    adoption.sent.message,
                    adoption.sent.thread,
                    int(adoption.sent.published),
                )
                await transaction.many(
                    "UPDATE delivery_posts SET delivery = $1 WHERE subscription = $2 AND post = $3",
                    [(name, lease.subscription.key, post) for post in adoption.posts],
                )
            await transaction.rows(
                "DELETE FROM deliveries WHERE id = $1"
                " AND NOT EXISTS (SELECT 1 FROM delivery_posts WHERE delivery = $1)",
                delivery.id,
            )

    async def close(
        self, lease: Lease, delivery: Delivery, state: DeliveryState, problem: str = ""
    ) -> None:
        """Note that it was dropped, refused or lost."""
        async with self._database.transaction() as transaction:
            await note_success(transaction, lease)
            await transaction.rows(
                "UPDATE deliveries SET state = $2, problem = $3, not_before = 0 WHERE id = $1",
                delivery.id,
                state,
                problem,
            )

    async def postpone(
        self, lease: Lease, delivery: Delivery, seconds: float, problem: str
    ) -> None:
        """Leave the rest of a delivery for later; others of its subscription go on."""
        async with self._database.transaction() as transaction:
            await hold_lease(transaction, lease)
            await transaction.rows(
                "UPDATE deliveries SET not_before = $2, problem = $3 WHERE id = $1",
                delivery.id,
                await transaction.now() + seconds,
                problem,
            )

    async def stop(
        self,
        lease: Lease,
        delivery: Delivery,
        seconds: float | None,
        problem: str,
        *,
        is_unsent: bool = False,
    ) -> None:
        """Leave it to people whether a delivery is there; others of its subscription go on.

        Args:
            lease: the right to do so.
            delivery: as ``begin`` gave it.
            seconds: after which it is looked for again; None for never.
            problem: why it was not found.
            is_unsent: whether no attempt was made after those that ``begin`` counted.
        """
        async with self._database.transaction() as transaction:
            await hold_lease(transaction, lease)
            await transaction.rows(
                "UPDATE deliveries SET state = 'stopped', not_before = $2, problem = $3,"
                " attempts = CASE WHEN CAST($4 AS BIGINT) = 1 THEN 0 ELSE attempts END,"
                " tried = CASE WHEN CAST($4 AS BIGINT) = 1 THEN NULL ELSE tried END"
                " WHERE id = $1 AND state IN ('sending', 'stopped')",
                delivery.id,
                NEVER if seconds is None else await transaction.now() + seconds,
                problem,
                int(is_unsent),
            )

    async def resume(self, lease: Lease, delivery: Delivery) -> bool:
        """Let a stopped delivery be sent, which is not there; False where people have decided."""
        async with self._database.transaction() as transaction:
            await hold_lease(transaction, lease)
            resumed = await transaction.rows(
                "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, problem = '',"
                " tried = coalesce(tried, $2) WHERE id = $1 AND state = 'stopped' RETURNING id",
                delivery.id,
                await transaction.now(),
            )
        return bool(resumed)

    async def put_off(self, lease: Lease, seconds: float, problem: str) -> None:
        """End the lease; the next one is given after that many seconds."""
        async with self._database.transaction() as transaction:
            await note_failure(transaction, lease, seconds, problem)

    async def pause(self, lease: Lease, pause: Pause, seconds: float) -> None:
        """End the lease and pause the subscription; it is tried again after so many seconds."""
        async with self._database.transaction() as transaction:
            await note_failure(transaction, lease, seconds, pause.detail)
            # What it was paused for already has not become news.
            await transaction.rows(
                "UPDATE subscriptions SET"  # noqa: S608
                " pause_since = CASE WHEN pause_reason = $2 THEN pause_since ELSE $4 END,"
                " pause_told = CASE WHEN pause_reason = $2 THEN pause_told ELSE 0 END,"
                f" pause_reason = $2, pause_detail = $3 WHERE key = $1 AND {REACHABLE}",
                lease.subscription.key,
                pause.reason,
                pause.detail,
                pause.since,
            )

    async def release(self, lease: Lease) -> None:
        """End the lease."""
        async with self._database.transaction() as transaction:
            await end_lease(transaction, lease)

    async def retry_paused(self) -> None:
        """Let subscriptions that could not be reached be tried at once."""
        async with self._database.transaction() as transaction:
            await transaction.rows(
                f"UPDATE subscriptions SET ready = 0 WHERE pause_reason IS NOT NULL"  # noqa: S608
                f" AND {REACHABLE}"
            )

    async def release_all(self) -> None:
        """End all leases; a worker that still has one is turned away."""
        async with self._database.transaction() as transaction:
            await transaction.rows(
                "UPDATE subscriptions SET owner = NULL, turn_until = 0 WHERE owner IS NOT NULL"
            )

    async def forget_times(self) -> None:
        """Let everything be tried now, since the clock by which it was put off went back."""
        async with self._database.transaction() as transaction:
            await transaction.rows("UPDATE subscriptions SET turn_until = 0, ready = 0")
            await transaction.rows("UPDATE deliveries SET not_before = 0")
            await transaction.rows("UPDATE page_waits SET due = 0 WHERE due IS NOT NULL")

    async def wait(self) -> float | None:
        """Seconds until something can be sent or changed; None where nothing is to be."""
        async with self._database.transaction() as transaction:
            ((first,),) = await transaction.rows(_WAIT)
            return None if first is None else max(0.0, first - await transaction.now())

    async def backlog(self) -> Backlog:
        """How much there is to do, and what is in the way."""
        rows = await self._database.rows(
            "SELECT d.state, CASE WHEN s.pause_reason IS NULL THEN 0 ELSE 1 END, count(*)"
            " FROM deliveries AS d JOIN subscriptions AS s ON s.key = d.subscription"
            " GROUP BY 1, 2"
        )
        ((paused,),) = await self._database.rows(
            "SELECT count(*) FROM subscriptions WHERE pause_reason IS NOT NULL"
        )
        problems = await self._database.rows(
            "SELECT problem FROM subscriptions WHERE problem <> '' ORDER BY ready DESC LIMIT 1"
        )
        older = await older_machines(self._database) if self._database.is_shared else ()
        return _to_backlog(rows, paused, problems[0][0] if problems else "", older)


async def _note_shown(transaction: Transaction, delivery: Delivery, shown: Shown) -> None:
    await transaction.rows(
        "UPDATE deliveries SET letter = $2 WHERE id = $1", delivery.id, shown.message_digest
    )
    await transaction.many(
        "UPDATE delivery_posts SET shown = $3 WHERE delivery = $1 AND post = $2",
        [(delivery.id, post, digest) for post, digest in shown.shown_digests.items()],
    )


def _to_delivery(row: Row, posts: list[Row], now: float) -> Delivery:
    name, state, attempts, since, message_digest, channel, message, thread, published, tried = row
    return Delivery(
        id=name,
        state=state,
        posts=[to_post(post) for post in posts],
        attempts=attempts,
        since=since,
        age=None if tried is None else now - tried,
        message_digest=message_digest,
        sent=None
        if message is None
        else Sent(channel=channel, message=message, thread=thread, published=bool(published)),
    )


def _to_backlog(
    rows: list[Row], paused: int, problem: str, older_machines: Sequence[str]
) -> Backlog:
    counts: dict[str, int] = {}
    for state, held, count in rows:
        unsent = state in {"waiting", "sending"}
        kind = ("held" if held else "waiting") if unsent else _KINDS.get(state)
        if kind is not None:
            counts[kind] = counts.get(kind, 0) + count
    counts["sent"] = counts.get("sent", 0) + counts.get("changes", 0)
    return Backlog(paused=paused, problem=problem, older_machines=older_machines, **counts)
