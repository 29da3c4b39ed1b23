"""A message on its way to a subscription, and who writes and sends it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Protocol

from bot.announce.subscription import PauseReason, Subscription
from bot.blog.errors import SlashpostError
from bot.blog.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message, ready for Discord.

    Attributes:
        components: as they are sent, Components V2; a button's custom id holds the
            delivery's id.
        title: names a thread, at most 100 characters.
        tags: of the post, to match a forum's tags by name.
        role: id of the role that may be mentioned, and no one else; or None.
        silent: whether no one's device makes a sound.
    """

    components: Sequence[dict[str, Any]]
    title: str
    tags: tuple[str, ...] = ()
    role: int | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One post of a message.

    Attributes:
        title: as it was last known.
        mark: a part for its button's custom id, by which the post is found again.
        post: the post as it is now; None where it was withdrawn.
    """

    title: str
    mark: str = ""
    post: Post | None


class Composer(Protocol):
    """Writes messages. One story makes a card, several a digest."""

    def compose(self, delivery: str, stories: Sequence[Story], to: Subscription) -> Message:
        """The message with that delivery's id about these posts, oldest first."""

    def plain(self, delivery: str, stories: Sequence[Story], to: Subscription) -> Message:
        """The same with nothing that Discord might refuse: no picture, short text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Where a message is.

    Attributes:
        channel: id of the channel or thread that it is in.
        message: its id; in a forum that of the thread, too.
        thread: id of the thread that hangs on it, or None.
        published: whether it was passed on to those who follow the channel.
    """

    channel: int
    message: int
    thread: int | None = None
    published: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """An announcement that was found at Discord.

    Attributes:
        sent: where it is.
        buttons: the parts of each button's custom id, among them the delivery's id and what
            ``Composer`` wrote there of a post.
    """

    sent: Sent
    buttons: tuple[tuple[str, ...], ...]

    def is_of(self, delivery: str) -> bool:
        """Whether it was sent for the delivery with that id."""
        return any(delivery in parts for parts in self.buttons)


class Messenger(Protocol):
    """Sends messages to Discord. Every method may raise MessengerError."""

    async def send(self, delivery: str, to: Subscription, message: Message) -> Sent:
        """Send a message, with the delivery's id as enforced nonce where there are nonces.

        One attempt where Discord has none (a forum): after a lost response, see ``history`` first.
        """

    def history(self, to: Subscription, since: float) -> AsyncGenerator[Announced, None]:
        """The bot's own announcements there, sent since that Unix second."""

    async def search(
        self,
        to: Subscription,
        since: float,
        known: Collection[int],
        *,
        known_until: int,
        tried: float | None,
    ) -> tuple[Sequence[Announced], bool]:
        """Those of them that can be found without ``history``.

        Args:
            to: where.
            since: Unix seconds.
            known: ids of messages that are known to be there.
            known_until: the id of one of them; all before it are known, too. 0 for none.
            tried: Unix seconds of the first attempt that may have arrived; None where the
                message may only have been sent long ago, as by a state that is forgotten.

        Returns:
            Them, and whether all that may be the message are among them.

        Raises:
            TryLater: Discord does not answer anything else, either.
        """

    async def must_be_in_server(self, to: Subscription) -> None:
        """Raise NoAccess for a server that the bot has left; do nothing for a reader."""

    async def edit(self, sent: Sent, message: Message) -> None:
        """Change a message in place; a role is not mentioned again."""

    async def start_thread(self, sent: Sent, message: Message) -> int:
        """Hang a thread on a message, if it has none; its id."""

    async def publish(self, sent: Sent) -> None:
        """Pass a message on to those who follow its channel; nothing if that was done."""


class MessengerError(SlashpostError):
    """A message was not sent."""


class NoAccess(MessengerError):
    """The channel is gone or closed to the bot: 403, 404, or a reader's closed messages.

    Attributes:
        pause: what that services for the subscription.
    """

    def __init__(self, reason: str, pause: PauseReason = "access") -> None:
        super().__init__(reason)
        self.pause = pause


class MessageGone(MessengerError):
    """Somebody deleted the message that was to be changed."""


class MessageRefused(MessengerError):
    """Discord does not take what it says; the same message is refused again."""


class TryLater(MessengerError):
    """Discord did not answer, or has too much to do. The message may have arrived.

    Attributes:
        seconds: how long Discord says to wait, or None.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class TokenRejected(TryLater):
    """Discord answers 401: nothing can be sent anywhere for now."""


def delivery_id(subscription: str, posts: Sequence[str]) -> str:
    """The id of the delivery of these posts to that subscription.

    20 hexadecimal digits: within the 25 characters of Discord's nonce
    (https://docs.discord.com/developers/resources/message#create-message), and 80 bits
    among some millions.
    """
    said = "\n".join((subscription, *sorted(posts)))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
