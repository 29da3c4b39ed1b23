"""What the workers that send announcements share."""

from __future__ import annotations

import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.announce.catalogue import Catalogue
from bot.announce.message import Announced, Composer, Messenger
from bot.announce.outbox import Outbox

DeliveryOutcome = str  # sent, found, changed, dropped, refused, lost, stopped, paused or delayed


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time by two clocks: either may stand still or be set back, hardly both."""

    monotonic: float
    wall: float

    @classmethod
    def now(cls) -> Moment:
        """This one."""
        return cls(time.monotonic(), time.time())

    @property
    def age(self) -> float:
        """Seconds since then."""
        return max(time.monotonic() - self.monotonic, time.time() - self.wall)


@dataclass(kw_only=True)
class Services:
    """What all workers share.

    Attributes:
        catalogue: the posts.
        outbox: where deliveries are kept.
        messenger: sends messages.
        composer: writes them.
        lease_seconds: how long a lease lasts unless it is renewed.
        tell: hears of what became of a delivery.
        unknown: by the key of each subscription whose history was read, the announcements
            there that the state does not know.
        accepted: when Discord last took a message, by the monotonic clock.
        owner: names this machine by its host, and this process.
        generation: of the posts, as from ``Ledger.revise``.
        outdated: which machine has newer posts, and what to do; or empty.
        refusals: when a delivery was first refused, by its id.
        unsent: of deliveries that this process took up and did not try to send, by id, how
            often sending was begun.
        tries: when this process first sent a delivery that nobody had sent before, by id.
        looks: how often a delivery's message was looked for in vain, by id.
        trouble: what hinders all announcements for now; or empty.
    """

    catalogue: Catalogue
    outbox: Outbox
    messenger: Messenger
    composer: Composer
    lease_seconds: float
    tell: Callable[[DeliveryOutcome], None]
    unknown: dict[str, list[Announced]] = field(default_factory=dict)
    accepted: float = 0.0
    refusals: dict[str, float] = field(default_factory=dict)
    unsent: dict[str, int] = field(default_factory=dict)
    tries: dict[str, Moment] = field(default_factory=dict)
    looks: Counter[str] = field(default_factory=Counter)
    trouble: str = ""
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{uuid.uuid4().hex}")
    generation: int = 0
    outdated: str = ""
