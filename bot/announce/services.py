"""What the workers that send announcements share."""

from __future__ import annotations

import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.announce import retry
from bot.announce.catalogue import Catalogue, shown_digest
from bot.announce.delivery import Content, Delivery
from bot.announce.message import Announced, Composer, Messenger, Story, TryLater
from bot.announce.outbox import Outbox
from bot.announce.post_mark import Mark
from bot.announce.subscription import Subscription

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

    async def content(self, delivery: Delivery) -> Content:
        """The stories of a delivery, as far as the index shows what the ledger knows.

        Raises:
            TryLater: the posts have changed since they were compared.
            IndexUnavailable: they cannot be read.
        """
        stories = []
        for known in delivery.posts:
            post = None if known.is_gone else await self.catalogue.get(known.path)
            if not known.is_gone and (post is None or shown_digest(post) != known.shown_digest):
                raise TryLater(f"{known.path} has changed since the last check of the posts")
            mark = str(Mark.of(known, len(delivery.posts)))
            stories.append(Story(title=known.title, mark=mark, post=post))
        return Content(stories, {known.id: known.shown_digest for known in delivery.posts})

    def has_nonce(self, delivery: Delivery, to: Subscription) -> bool:
        """Whether Discord still answers a second message with the first one."""
        first = self.tries.get(delivery.id)
        age = delivery.age if first is None else first.age
        return to.place != "forum" and age is not None and 0 <= age < retry.NONCE_SECONDS
