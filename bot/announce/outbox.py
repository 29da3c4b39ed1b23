"""Deliveries on their way, and whose turn it is to carry them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.announce.delivery import Sent
from bot.announce.ledger import KnownPost
from bot.announce.subscription import Pause, Subscription
from bot.blog.errors import SlashpostError

# waiting: to be sent. sending: an attempt was begun. sent: the message is there, its thread
# or its publication may lack. done: all is as it should be. changed: the posts look different
# now. dropped: the posts were withdrawn before they were sent. refused: Discord takes
# neither its card nor a plain one. lost: somebody deleted the message.
DeliveryState = Literal[
    "waiting", "sending", "sent", "done", "changed", "dropped", "refused", "lost"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message for one subscription, sent or to be sent.

    Attributes:
        id: its ``delivery_id``.
        state: how far it has come, before the turn at hand.
        posts: what it is about, oldest first.
        attempts: how often sending was begun before.
        since: Unix seconds before which it cannot have been sent.
        sent: where the message is, once that is known.
        letter: digest of the letter that Discord shows, or empty.
    """

    id: str
    state: DeliveryState
    posts: Sequence[KnownPost]
    attempts: int
    since: float
    sent: Sent | None = None
    letter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to send to one subscription, for a time.

    Attributes:
        subscription: to whom.
        owner: who has it.
        fence: grows with every turn of the subscription; writes with an older one fail.
        attempts: how many turns in a row ended without success.
    """

    subscription: Subscription
    owner: str
    fence: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What the outbox holds.

    Attributes:
        waiting: deliveries that are not sent yet, those of paused subscriptions excluded.
        held: deliveries that wait for a paused subscription.
        changes: messages that are to be changed.
        sent: messages that are out.
        refused: deliveries that Discord does not take.
        paused: subscriptions that get nothing for now.
        problem: what went wrong last with something that still waits; or empty.
    """

    waiting: int = 0
    held: int = 0
    changes: int = 0
    sent: int = 0
    refused: int = 0
    paused: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a message shows now.

    Attributes:
        letter: digest of the letter.
        faces: of each of its posts, by the post's id; empty for one that is gone.
    """

    letter: str
    faces: Mapping[str, str]


class LeaseLost(SlashpostError):
    """The turn ended meanwhile: somebody else has it, or the subscription is gone."""


class Outbox(Protocol):
    """Keeps deliveries in order. Every method may raise StateUnavailable.

    Those that take a turn raise LeaseLost, and change nothing, once it is another's.
    """

    async def claim(self, owner: str, generation: int, seconds: float) -> Lease | None:
        """The turn of a subscription for which something is to be done now, if there is one.

        Args:
            owner: names the claiming machine and process.
            generation: of the posts that it has; with older ones than the ledger's, it gets
                no turn.
            seconds: how long the turn lasts unless it is renewed.
        """

    async def begin(self, turn: Lease, seconds: float) -> Delivery | None:
        """What comes next for it; None, with the turn ended, if nothing does.

        What is to be sent comes in order, before what is to be changed. An attempt at
        sending is counted before it is made. The turn lasts ``seconds`` from now.
        """

    async def renew(self, turn: Lease, seconds: float) -> None:
        """Let the turn last that long from now."""

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
        """Note where a message is. The subscription was reached: a pause for that ends.

        Args:
            turn: the right to do so.
            delivery: as ``begin`` gave it.
            sent: where the message is.
            shown: what it shows, if that is news.
            lacks: whether its thread or publication is still to come.
            problem: what could not be done, if that is to be left so.
        """

    async def close(
        self, turn: Lease, delivery: Delivery, state: DeliveryState, problem: str = ""
    ) -> None:
        """Note that it was dropped, refused or lost."""

    async def postpone(self, turn: Lease, delivery: Delivery, seconds: float, problem: str) -> None:
        """Leave the rest of a delivery for later; others of its subscription need not wait."""

    async def put_off(self, turn: Lease, seconds: float, problem: str) -> None:
        """End the turn; the next one comes after that many seconds."""

    async def pause(self, turn: Lease, pause: Pause, seconds: float) -> None:
        """End the turn, and pause the subscription; it is tried again after so many seconds."""

    async def release(self, turn: Lease) -> None:
        """End the turn."""

    async def retry_paused(self) -> None:
        """Let subscriptions that could not be reached be tried at once."""

    async def wait(self) -> float | None:
        """Seconds until something may be done; None where nothing is to be done."""

    async def backlog(self) -> Backlog:
        """What there is to do."""
