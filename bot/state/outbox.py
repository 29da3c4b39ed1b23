"""Deliveries on their way, kept in the state."""

from __future__ import annotations

from bot.announce.delivery import Sent
from bot.announce.outbox import Backlog, Delivery, DeliveryState, Lease, LeaseLost, Shown
from bot.announce.subscription import Pause
from bot.state.database import Database, Row, Transaction
from bot.state.known import POST, to_post
from bot.state.rows import SUBSCRIPTION, to_subscription

_TO_DO = "state IN ('waiting', 'sending', 'sent', 'changed')"
_REACHABLE = "(pause_reason IS NULL OR pause_reason <> 'admin')"
# Whoever could not be reached may be tried again; whoever is paused on purpose may not.
_READY = f"""
    SELECT {SUBSCRIPTION}, fence, attempts FROM subscriptions
    WHERE {_REACHABLE} AND turn_until <= $1 AND ready <= $1 AND EXISTS (
        SELECT 1 FROM deliveries
        WHERE subscription = subscriptions.key AND {_TO_DO} AND not_before <= $1
    ) LIMIT 1
"""  # noqa: S608
_NEXT = f"""
    SELECT id, state, attempts, since, letter, channel, message, thread, published
    FROM deliveries WHERE subscription = $1 AND {_TO_DO} AND not_before <= $2
    ORDER BY CASE state WHEN 'changed' THEN 1 ELSE 0 END, position LIMIT 1
"""  # noqa: S608
_POSTS = ", ".join(f"p.{column}" for column in POST.split(", "))
_WAIT = f"""
    SELECT min(CASE
        WHEN ready >= turn_until AND ready >= first THEN ready
        WHEN turn_until >= first THEN turn_until
        ELSE first END)
    FROM (
        SELECT s.ready, s.turn_until, (
            SELECT min(d.not_before) FROM deliveries AS d WHERE d.subscription = s.key AND {_TO_DO}
        ) AS first
        FROM subscriptions AS s WHERE {_REACHABLE}
    ) AS lines WHERE first IS NOT NULL
"""  # noqa: S608
# Which number of a backlog counts the deliveries of a state.
_KINDS = {"sent": "sent", "done": "sent", "changed": "changes", "refused": "refused"}


class KeptOutbox:
    """Implements ``blog.Outbox``.

    Each method is one transaction that first makes sure, by writing to the subscription's
    row, that the turn is still whose it was.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, owner: str, generation: int, seconds: float) -> Lease | None:
        """The turn of a subscription for which something is to be done now, if there is one."""
        async with self._database.transaction() as work:
            if generation and await work.rows(
                "SELECT 1 FROM ledger WHERE generation > $1", generation
            ):
                return None
            now = await work.now()
            for *wish, fence, attempts in await work.claim(_READY, now):
                subscription = to_subscription(tuple(wish))
                await work.rows(
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

    async def begin(self, turn: Lease, seconds: float) -> Delivery | None:
        """What comes next for it; None, with the turn ended, if nothing does."""
        async with self._database.transaction() as work:
            now = await work.now()
            await _hold(work, turn, until=now + seconds)
            rows = await work.rows(_NEXT, turn.subscription.key, now)
            if not rows:
                await _end(work, turn)
                return None
            name, state, *_ = rows[0]
            if state in {"waiting", "sending"}:
                await work.rows(
                    "UPDATE deliveries SET state = 'sending', attempts = attempts + 1"
                    " WHERE id = $1",
                    name,
                )
            posts = await work.rows(
                f"SELECT {_POSTS} FROM delivery_posts AS d JOIN known_posts AS p"  # noqa: S608
                " ON p.id = d.post WHERE d.delivery = $1 ORDER BY d.number",
                name,
            )
        return _to_delivery(rows[0], posts)

    async def renew(self, turn: Lease, seconds: float) -> None:
        """Let the turn last that long from now."""
        async with self._database.transaction() as work:
            await _hold(work, turn, until=await work.now() + seconds)

    async def record(
        self,
        turn: Lease,
        delivery: Delivery,
        sent: Sent,
        *,
        shown: Shown | None = None,
        lacks: bool = False,
        problem: str = "",
    ) -> None:
        """Note where a message is. The subscription was reached: a pause for that ends."""
        async with self._database.transaction() as work:
            await _succeed(work, turn)
            await work.rows(
                "UPDATE deliveries SET state = 'sent', channel = $2, message = $3, thread = $4,"
                " published = $5, problem = $6, not_before = 0 WHERE id = $1",
                delivery.id,
                sent.channel,
                sent.message,
                sent.thread,
                int(sent.published),
                problem,
            )
            if shown is not None:
                await _note_shown(work, delivery, shown)
            if not lacks:
                # A statement of its own: on Postgres it sees what a look at the posts did
                # while the one above waited for it.
                await work.rows(
                    "UPDATE deliveries SET state = CASE WHEN EXISTS ("
                    "SELECT 1 FROM delivery_posts AS d JOIN known_posts AS p ON p.id = d.post"
                    " WHERE d.delivery = $1 AND d.shown <> p.face"
                    ") THEN 'changed' ELSE 'done' END WHERE id = $1",
                    delivery.id,
                )

    async def close(
        self, turn: Lease, delivery: Delivery, state: DeliveryState, problem: str = ""
    ) -> None:
        """Note that it was dropped, refused or lost."""
        async with self._database.transaction() as work:
            await _succeed(work, turn)
            await work.rows(
                "UPDATE deliveries SET state = $2, problem = $3, not_before = 0 WHERE id = $1",
                delivery.id,
                state,
                problem,
            )

    async def postpone(self, turn: Lease, delivery: Delivery, seconds: float, problem: str) -> None:
        """Leave the rest of a delivery for later; others of its subscription need not wait."""
        async with self._database.transaction() as work:
            await _hold(work, turn)
            await work.rows(
                "UPDATE deliveries SET not_before = $2, problem = $3 WHERE id = $1",
                delivery.id,
                await work.now() + seconds,
                problem,
            )

    async def put_off(self, turn: Lease, seconds: float, problem: str) -> None:
        """End the turn; the next one comes after that many seconds."""
        async with self._database.transaction() as work:
            await _fail(work, turn, seconds, problem)

    async def pause(self, turn: Lease, pause: Pause, seconds: float) -> None:
        """End the turn, and pause the subscription; it is tried again after so many seconds."""
        async with self._database.transaction() as work:
            await _fail(work, turn, seconds, pause.detail)
            # What it was paused for already has not become news.
            await work.rows(
                "UPDATE subscriptions SET"  # noqa: S608
                " pause_since = CASE WHEN pause_reason = $2 THEN pause_since ELSE $4 END,"
                " pause_told = CASE WHEN pause_reason = $2 THEN pause_told ELSE 0 END,"
                f" pause_reason = $2, pause_detail = $3 WHERE key = $1 AND {_REACHABLE}",
                turn.subscription.key,
                pause.reason,
                pause.detail,
                pause.since,
            )

    async def release(self, turn: Lease) -> None:
        """End the turn."""
        async with self._database.transaction() as work:
            await _end(work, turn)

    async def retry_paused(self) -> None:
        """Let subscriptions that could not be reached be tried at once."""
        async with self._database.transaction() as work:
            await work.rows(
                f"UPDATE subscriptions SET ready = 0 WHERE pause_reason IS NOT NULL"  # noqa: S608
                f" AND {_REACHABLE}"
            )

    async def wait(self) -> float | None:
        """Seconds until something may be done; None where nothing is to be done."""
        async with self._database.transaction() as work:
            ((first,),) = await work.rows(_WAIT)
            return None if first is None else max(0.0, first - await work.now())

    async def backlog(self) -> Backlog:
        """What there is to do."""
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
        return _to_backlog(rows, paused, problems[0][0] if problems else "")


async def _hold(work: Transaction, turn: Lease, *, until: float | None = None) -> None:
    """Make sure of a turn, and make it last until then.

    Raises:
        LeaseLost: it is another's.
    """
    held = await work.rows(
        "UPDATE subscriptions SET turn_until = coalesce($4, turn_until)"
        " WHERE key = $1 AND owner = $2 AND fence = $3 RETURNING key",
        turn.subscription.key,
        turn.owner,
        turn.fence,
        until,
    )
    if not held:
        raise LeaseLost(f"The turn of {turn.subscription.key} is another's")


async def _succeed(work: Transaction, turn: Lease) -> None:
    """Note that the subscription was reached."""
    await _hold(work, turn)
    await work.rows(
        "UPDATE subscriptions SET attempts = 0, problem = '' WHERE key = $1",
        turn.subscription.key,
    )
    await work.rows(
        "UPDATE subscriptions SET pause_reason = NULL, pause_detail = NULL,"  # noqa: S608
        " pause_since = NULL, pause_told = NULL"
        f" WHERE key = $1 AND pause_reason IS NOT NULL AND {_REACHABLE}",
        turn.subscription.key,
    )


async def _fail(work: Transaction, turn: Lease, seconds: float, problem: str) -> None:
    """End a turn without success."""
    await _hold(work, turn)
    await work.rows(
        "UPDATE subscriptions SET owner = NULL, turn_until = 0, ready = $2, problem = $3,"
        " attempts = attempts + 1 WHERE key = $1",
        turn.subscription.key,
        await work.now() + seconds,
        problem,
    )


async def _end(work: Transaction, turn: Lease) -> None:
    await _hold(work, turn)
    await work.rows(
        "UPDATE subscriptions SET owner = NULL, turn_until = 0 WHERE key = $1",
        turn.subscription.key,
    )


async def _note_shown(work: Transaction, delivery: Delivery, shown: Shown) -> None:
    await work.rows("UPDATE deliveries SET letter = $2 WHERE id = $1", delivery.id, shown.letter)
    await work.many(
        "UPDATE delivery_posts SET shown = $3 WHERE delivery = $1 AND post = $2",
        [(delivery.id, post, face) for post, face in shown.faces.items()],
    )


def _to_delivery(row: Row, posts: list[Row]) -> Delivery:
    name, state, attempts, since, letter, channel, message, thread, published = row
    return Delivery(
        id=name,
        state=state,
        posts=[to_post(post) for post in posts],
        attempts=attempts,
        since=since,
        letter=letter,
        sent=None
        if message is None
        else Sent(channel=channel, message=message, thread=thread, published=bool(published)),
    )


def _to_backlog(rows: list[Row], paused: int, problem: str) -> Backlog:
    counts: dict[str, int] = {}
    for state, held, count in rows:
        unsent = state in {"waiting", "sending"}
        kind = ("held" if held else "waiting") if unsent else _KINDS.get(state)
        if kind is not None:
            counts[kind] = counts.get(kind, 0) + count
    counts["sent"] = counts.get("sent", 0) + counts.get("changes", 0)
    return Backlog(paused=paused, problem=problem, **counts)
