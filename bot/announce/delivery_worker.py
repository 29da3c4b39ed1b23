"""Sends what waits for one subscription, step by step."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Literal, TypeVar

from bot.announce.catalogue import Catalogue, shown_digest
from bot.announce.delivery import (
    Composer,
    Message,
    MessageGone,
    MessageRefused,
    Messenger,
    MessengerError,
    NoAccess,
    Sent,
    Story,
    TryLater,
)
from bot.announce.outbox import Delivery, Lease, LeaseLost, Outbox, Shown
from bot.announce.subscription import Pause, Subscription
from bot.blog.errors import IndexUnavailable, StateUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

# Between tries where Discord does not say how long to wait: doubled each time.
FIRST_WAIT, LONGEST_WAIT = 1.0, 15 * 60.0
# Between tries where a channel is closed: access comes back when people have seen to it.
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 24 * 3600.0
# For a change, a thread or a publication that could not be made.
CHANGE_AGAIN = 60.0
CHANGE_AGAIN_WHEN_CLOSED = 6 * 3600.0
# A search goes through thousands of messages, with Discord's limits on the way.
FIND_SECONDS = 120.0
# The part of a lease that requests may use; the rest is for recording their results.
FOR_REQUESTS = 2 / 3
# Shown by a message that was found: differs from every digest, that of a post that is gone too.
UNKNOWN = "?"

Outcome = str  # sent, found, changed, dropped, refused, lost, paused or delayed


@dataclass(frozen=True, kw_only=True)
class Services:
    """What all workers share.

    Attributes:
        catalogue: the posts.
        outbox: where deliveries are kept.
        messenger: sends messages.
        composer: writes them.
        lease_seconds: how long a lease lasts unless it is renewed.
        tell: hears of what became of a delivery.
        new_deliveries: ids of those that nobody can have sent yet, so that no search is needed.
    """

    catalogue: Catalogue
    outbox: Outbox
    messenger: Messenger
    composer: Composer
    lease_seconds: float
    tell: Callable[[Outcome], None]
    new_deliveries: set[str] = field(default_factory=set)


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


class DeliveryWorker:
    """Uses one lease to deliver all that waits for a subscription, or as much as it can.

    Args:
        services: shared with other workers.
        lease: the right to send.
    """

    def __init__(self, services: Services, lease: Lease) -> None:
        self._services = services
        self._outbox = services.outbox
        self._lease = lease
        self._to = lease.subscription
        # By a clock that goes on while the process is stopped.
        self._until = 0.0

    async def run(self) -> None:
        """Go on until nothing waits, or something is in the way.

        Raises:
            StateUnavailable: what was done may not have been recorded. The lease then
                expires, and the next worker looks for the message.
        """
        try:
            while delivery := await self._begin():
                await self._step(delivery, await self._content(delivery))
        except LeaseLost as error:
            log.info("%s", error)
        except NoAccess as error:
            await self._pause(error)
        except TryLater as error:
            await self._put_off(error)
        except IndexUnavailable as error:
            await self._put_off(TryLater(error.reason))
        except StateUnavailable:
            raise
        except asyncio.CancelledError:  # the process stops: the next one may begin at once
            with suppress(LeaseLost):
                await self._outbox.release(self._lease)
            raise
        except Exception as error:
            log.exception("%s: what waits for it waits on", self._to.key)
            await self._put_off(TryLater(type(error).__name__))

    async def _begin(self) -> Delivery | None:
        asked = time.monotonic()
        delivery = await self._outbox.begin(self._lease, self._services.lease_seconds)
        self._until = asked + self._services.lease_seconds * FOR_REQUESTS
        return delivery

    async def _renew(self, seconds: float) -> None:
        asked = time.monotonic()
        await self._outbox.renew(self._lease, seconds)
        self._until = asked + seconds * FOR_REQUESTS

    async def _request(self, request: Coroutine[Any, Any, T]) -> T:
        """The result of a request that fits into the lease.

        Raises:
            TryLater: the lease is about to end. The request may have been made.
        """
        left = self._until - time.monotonic()
        if left <= 0:  # such as in a process that was stopped for a while
            request.close()
            raise TryLater("it took too long to get ready")
        try:
            async with asyncio.timeout(left):
                return await request
        except TimeoutError as error:
            raise TryLater(f"Discord did not answer within {left:.0f} s") from error

    async def _content(self, delivery: Delivery) -> Content:
        """The stories of a delivery, as far as the index shows what the ledger knows."""
        stories = []
        for known in delivery.posts:
            post = None if known.is_gone else await self._services.catalogue.get(known.path)
            if not known.is_gone and (post is None or shown_digest(post) != known.shown_digest):
                raise TryLater(f"{known.path} has changed since the last check of the posts")
            stories.append(Story(title=known.title, post=post))
        return Content(stories, {known.id: known.shown_digest for known in delivery.posts})

    async def _step(self, delivery: Delivery, content: Content) -> None:
        """Take one step; ``begin`` then gives the next one."""
        to, sent = self._to, delivery.sent
        if sent is None:
            await self._send(delivery, content)
        elif delivery.state == "changed":
            await self._change(delivery, sent, content)
        elif lacks_thread(to, sent) or lacks_publication(to, sent):
            await self._complete(delivery, sent, content)
        else:  # it was wished when the message was sent, and is no more
            await self._outbox.record(self._lease, delivery, sent)

    async def _send(self, delivery: Delivery, content: Content) -> None:
        """Send a message, unless it is there already."""
        new_deliveries = delivery.id in self._services.new_deliveries and not delivery.attempts
        self._services.new_deliveries.discard(delivery.id)
        if not new_deliveries and await self._find(delivery, content):
            return
        if not content.present:
            await self._close(delivery, "dropped")
            return
        to = self._to
        try:
            sent, message = await self._either(
                delivery,
                content.present,
                lambda message: self._services.messenger.send(delivery.id, to, message),
            )
        except MessageRefused as error:
            log.error("Discord refuses %s in %s: %s", content, to.key, error.reason)  # noqa: TRY400 - Discord said so, no line of ours
            await self._close(delivery, "refused", error.reason)
            return
        shown = Shown(message_digest=digest(message), shown_digests=content.shown_digests)
        await self._outbox.record(self._lease, delivery, sent, shown=shown, lacks=lacks(to, sent))
        log.info("Announced %s in %s", content, to.key)
        self._services.tell("sent")

    async def _find(self, delivery: Delivery, content: Content) -> bool:
        """Look for a message that may have arrived, and note where it is."""
        to = self._to
        await self._renew(FIND_SECONDS / FOR_REQUESTS)
        sent = await self._request(self._services.messenger.find(delivery.id, to, delivery.since))
        if sent is None:
            await self._renew(self._services.lease_seconds)
            return False
        # What it shows is not known: it will be made to show the posts as they are.
        shown = Shown(
            message_digest="", shown_digests=dict.fromkeys(content.shown_digests, UNKNOWN)
        )
        await self._outbox.record(self._lease, delivery, sent, shown=shown, lacks=lacks(to, sent))
        log.info("Found %s in %s", content, to.key)
        self._services.tell("found")
        return True

    async def _either(
        self,
        delivery: Delivery,
        stories: Sequence[Story],
        use: Callable[[Message], Coroutine[Any, Any, T]],
    ) -> tuple[T, Message]:
        """Use the message as it should be or, if Discord refuses that, a plain one.

        Returns:
            The result, and the message as it should be.
        """
        message = self._services.composer.compose(delivery.id, stories, self._to)
        try:
            return await self._request(use(message)), message
        except MessageRefused as error:
            log.warning("Discord refuses a card in %s: %s", self._to.key, error.reason)
        plain = self._services.composer.plain(delivery.id, stories, self._to)
        return await self._request(use(plain)), message

    async def _change(self, delivery: Delivery, sent: Sent, content: Content) -> None:
        """Make a message show its posts as they are now, if it does not."""
        message = self._services.composer.compose(delivery.id, content.stories, self._to)
        shown = Shown(message_digest=digest(message), shown_digests=content.shown_digests)
        problem = ""
        if shown.message_digest != delivery.message_digest:
            try:
                await self._either(
                    delivery,
                    content.stories,
                    lambda message: self._services.messenger.edit(sent, message),
                )
                self._services.tell("changed")
            except MessageGone:
                log.info("%s: somebody deleted the announcement of %s", self._to.key, content)
                await self._close(delivery, "lost")
                return
            except MessageRefused as error:
                problem = error.reason
            except (NoAccess, TryLater) as error:
                await self._postpone(delivery, error)
                return
        await self._outbox.record(self._lease, delivery, sent, shown=shown, problem=problem)

    async def _complete(self, delivery: Delivery, sent: Sent, content: Content) -> None:
        """Hang a thread on a message or, where it has that or may not have it, publish it."""
        to, messenger, problem = self._to, self._services.messenger, ""
        try:
            if lacks_thread(to, sent):
                message = self._services.composer.compose(delivery.id, content.stories, to)
                try:
                    thread = await self._request(
                        self._services.messenger.start_thread(sent, message)
                    )
                except (NoAccess, MessageGone, MessageRefused) as error:
                    problem = self._given_up(content, error)
                else:
                    sent = replace(sent, thread=thread)
                    await self._outbox.record(self._lease, delivery, sent, lacks=lacks(to, sent))
                    return
            if lacks_publication(to, sent):
                await self._request(messenger.publish(sent))
                sent = replace(sent, published=True)
        except TryLater as error:
            await self._postpone(delivery, error)
            return
        except MessengerError as error:
            problem = self._given_up(content, error)
        await self._outbox.record(self._lease, delivery, sent, problem=problem)

    def _given_up(self, content: Content, error: MessengerError) -> str:
        """Why; the message itself is out, and what it lacks is not worth holding up others."""
        log.warning("%s: the announcement of %s: %s", self._to.key, content, error.reason)
        return error.reason

    async def _close(
        self, delivery: Delivery, state: Literal["dropped", "refused", "lost"], problem: str = ""
    ) -> None:
        await self._outbox.close(self._lease, delivery, state, problem)
        self._services.tell(state)

    async def _postpone(self, delivery: Delivery, error: NoAccess | TryLater) -> None:
        if isinstance(error, NoAccess):
            seconds = CHANGE_AGAIN_WHEN_CLOSED
        else:
            seconds = error.seconds or CHANGE_AGAIN
        log.info("%s: later (%s)", self._to.key, error.reason)
        await self._outbox.postpone(self._lease, delivery, seconds, error.reason)
        self._services.tell("delayed")

    async def _put_off(self, error: TryLater) -> None:
        seconds = error.seconds
        if seconds is None:
            seconds = backoff(self._lease.attempts, FIRST_WAIT, LONGEST_WAIT)
        log.info("%s: again in %.0f s (%s)", self._to.key, seconds, error.reason)
        with suppress(LeaseLost):
            await self._outbox.put_off(self._lease, seconds, error.reason)
        self._services.tell("delayed")

    async def _pause(self, error: NoAccess) -> None:
        log.warning("%s is paused: %s", self._to.key, error.reason)
        pause = Pause(reason=error.pause, detail=error.reason, since=int(time.time()))
        seconds = backoff(self._lease.attempts, FIRST_PAUSE, LONGEST_PAUSE)
        with suppress(LeaseLost):
            await self._outbox.pause(self._lease, pause, seconds)
        self._services.tell("paused")


def backoff(attempts: int, first: float, longest: float) -> float:
    """Seconds to wait after so many attempts before this one: doubled each time, with jitter."""
    return min(longest, first * 2.0 ** min(attempts, 30)) * random.uniform(0.5, 1)  # noqa: S311


def lacks(to: Subscription, sent: Sent) -> bool:
    """Whether more is wished than the message itself."""
    return lacks_thread(to, sent) or lacks_publication(to, sent)


def lacks_thread(to: Subscription, sent: Sent) -> bool:
    """Whether a thread is to be hung on a message."""
    return to.threads and to.place in {"text", "news"} and sent.thread is None


def lacks_publication(to: Subscription, sent: Sent) -> bool:
    """Whether a message is to be passed on to those who follow the channel."""
    return to.publish and to.place == "news" and not sent.published


def digest(message: Message) -> str:
    """What changes with what a message shows: 16 hexadecimal digits."""
    shown = json.dumps([message.title, list(message.components)], sort_keys=True)
    return blake2b(shown.encode(), digest_size=8).hexdigest()
