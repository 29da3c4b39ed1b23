"""A delivery: its posts, what its message shows and lacks, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.announce.ledger import KnownPost
from bot.announce.message import Sent, Story
from bot.announce.subscription import Subscription

# waiting: to be sent. sending: an attempt was begun. sent: the message is there, its thread
# or its publication may lack. done: all is as it should be. changed: the posts look different
# now. dropped: the posts were withdrawn before they were sent. refused: Discord takes
# neither its card nor a plain one. lost: somebody deleted the message. kept: the message was
# found, announces more than these posts, and stays as it is; or somebody said that it is there.
# stopped: whether the message is there cannot be told; somebody is to say so.
DeliveryState = Literal[
    "waiting", "sending", "sent", "done", "changed", "dropped", "refused", "lost", "kept", "stopped"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message for one subscription, sent or to be sent.

    Attributes:
        id: its ``delivery_id``.
        state: how far it has come, before the lease at hand.
        posts: what it is about, oldest first.
        attempts: how often sending was begun before.
        since: Unix seconds before which it cannot have been sent.
        age: seconds since the first attempt was begun, which may not have been made; None
            before it.
        sent: where the message is, once that is known.
        message_digest: of the message that Discord shows, or empty.
    """

    id: str
    state: DeliveryState
    posts: Sequence[KnownPost]
    attempts: int
    since: float
    age: float | None = None
    sent: Sent | None = None
    message_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a message shows now.

    Attributes:
        message_digest: of its text and components.
        shown_digests: of each of its posts, by the post's id; empty for one that is gone.
    """

    message_digest: str
    shown_digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """The posts of a delivery as they are now.

    Attributes:
        stories: of all of them.
        shown_digests: of each post as the stories show it, by the post's id.
    """

    stories: Sequence[Story]
    shown_digests: Mapping[str, str]

    @property
    def present(self) -> list[Story]:
        """The stories of posts that readers see."""
        return [story for story in self.stories if story.post is not None]

    def __str__(self) -> str:
        title = self.stories[0].title
        more = len(self.stories) - 1
        return f"{title!r} and {more} more" if more else repr(title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What the outbox holds.

    Attributes:
        waiting: deliveries that are not sent yet, those of paused subscriptions excluded.
        held: deliveries that wait for a paused subscription.
        changes: messages that are to be changed.
        sent: messages that are out.
        refused: deliveries that Discord does not take.
        stopped: deliveries of which nobody can tell whether they were sent.
        paused: subscriptions that get nothing for now.
        problem: what went wrong last with something that still waits; or empty.
        older_machines: names of those that run with older posts than another one, and announce
            nothing.
    """

    waiting: int = 0
    held: int = 0
    changes: int = 0
    sent: int = 0
    refused: int = 0
    stopped: int = 0
    paused: int = 0
    problem: str = ""
    older_machines: Sequence[str] = ()


def lacks(to: Subscription, sent: Sent) -> bool:
    """Whether more is wished than the message itself."""
    return lacks_thread(to, sent) or lacks_publication(to, sent)


def lacks_thread(to: Subscription, sent: Sent) -> bool:
    """Whether a thread is to be hung on a message."""
    return to.threads and to.place in {"text", "news"} and sent.thread is None


def lacks_publication(to: Subscription, sent: Sent) -> bool:
    """Whether a message is to be passed on to those who follow the channel."""
    return to.publish and to.place == "news" and not sent.published
