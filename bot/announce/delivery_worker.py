"""Sends what waits for one subscription, step by step."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Any, Literal, TypeVar

from bot.announce import retry
from bot.announce.delivery import Content, Delivery, Shown, lacks, lacks_publication, lacks_thread
from bot.announce.lease import Lease, LeaseLost
from bot.announce.message import (
    Announced,
    Message,
    MessageGone,
    MessageRefused,
    MessengerError,
    NoAccess,
    Sent,
    Story,
    TokenRejected,
    TryLater,
)
from bot.announce.post_mark import adoptions, has_all, is_all_of, message_digest
from bot.announce.services import Moment, Services
from bot.announce.stopped import SAID_TO_LACK, Untraceable
from bot.announce.subscription import Pause
from bot.blog.errors import IndexUnavailable, StateUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

# The part of a lease that requests may use; the rest is for recording their results.
FOR_REQUESTS = 2 / 3
# Shown by a message that was found: differs from every digest, that of a post that is gone too.
UNKNOWN = "?"


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
                await self._step(delivery, await self._services.content(delivery))
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
                result = await request
        except TimeoutError as error:
            raise TryLater(f"Discord did not answer within {left:.0f} s") from error
        self._services.trouble = ""
        return result

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
        try:
            if await self._adopt(delivery, content):
                return
        except Untraceable as error:
            await self._stop(delivery, content, error)
            return
        if delivery.state == "stopped" and not await self._outbox.resume(self._lease, delivery):
            return  # somebody has just decided what becomes of it
        if not content.present:
            await self._close(delivery, "dropped")
            return
        to = self._to
        if self._services.unsent.pop(delivery.id, None) is not None:
            self._services.tries[delivery.id] = Moment.now()
        try:
            sent, message = await self._either(
                delivery,
                content.present,
                lambda message: self._services.messenger.send(delivery.id, to, message),
            )
        except MessageRefused as error:
            await self._refused(delivery, content, error)
            return
        self._services.accepted = time.monotonic()
        shown = Shown(message_digest=message_digest(message), shown_digests=content.shown_digests)
        await self._outbox.record(
            self._lease,
            delivery,
            sent,
            shown=shown,
            lacks=lacks(to, sent),
            all_known=self._services.unknown.get(to.key) == [],
        )
        self._services.tries.pop(delivery.id, None)
        log.info("Announced %s in %s", content, to.key)
        self._services.tell("sent")

    async def _stop(self, delivery: Delivery, content: Content, error: Untraceable) -> None:
        """Leave a delivery to people; others of its channel go on."""
        looks = self._services.looks[delivery.id] - retry.MOST_LOOKS
        again = None
        if looks < retry.MOST_LOOKS_AFTER_STOP:
            again = retry.backoff(max(0, looks), retry.LOOK_AGAIN, retry.LONGEST_PAUSE)
        if delivery.state != "stopped":
            log.error("%s: whether it has %s is not known: %s", self._to.key, content, error.reason)
        unsent = self._services.unsent.pop(delivery.id, None) is not None
        await self._outbox.stop(self._lease, delivery, again, error.reason, is_unsent=unsent)
        self._services.tell("stopped")

    async def _refused(self, delivery: Delivery, content: Content, error: MessageRefused) -> None:
        """Give a delivery up only if Discord refuses it again while it takes another message.

        Until then it keeps its place; after a while it lets others of its channel pass, which
        show whether it is the message's fault or Discord's.
        """
        now = time.monotonic()
        since = self._services.refusals.setdefault(delivery.id, now)
        if self._services.accepted > since:
            log.error("Discord refuses %s in %s: %s", content, self._to.key, error.reason)
            del self._services.refusals[delivery.id]
            await self._close(delivery, "refused", error.reason)
        elif now - since < retry.LET_OTHERS_PASS:
            raise TryLater(f"Discord refuses it: {error.reason}", retry.REFUSED_AGAIN) from error
        else:
            reason = TryLater(f"Discord refuses it: {error.reason}", retry.LET_OTHERS_PASS)
            await self._postpone(delivery, reason)

    async def _adopt(self, delivery: Delivery, content: Content) -> bool:
        """Look for messages that announce these posts already, and note where they are.

        That is so when a response was lost, and when the state was restored from a copy.

        Returns:
            Whether there were any. What is left of the delivery, if anything is, comes next.

        Raises:
            Untraceable: nobody can tell.
        """
        key, services = self._to.key, self._services
        if delivery.attempts == SAID_TO_LACK:
            services.unsent[delivery.id] = 1
            return False
        # Nobody has begun to send it, if nobody else has taken it up since.
        is_unsent = delivery.attempts == services.unsent.pop(delivery.id, 0)
        if is_unsent:
            services.unsent[delivery.id] = delivery.attempts + 1
        unknown = services.unknown.get(key)
        if not is_unsent or unknown is None:
            unknown = await self._look(delivery, is_unsent=is_unsent)
        exact = next((each for each in unknown if is_all_of(each, delivery)), None)
        if exact is not None:
            # What it shows is not known: it will be made to show the posts as they are.
            unseen = dict.fromkeys(content.shown_digests, UNKNOWN)
            shown = Shown(message_digest="", shown_digests=unseen)
            lack = lacks(self._to, exact.sent)
            await self._outbox.record(self._lease, delivery, exact.sent, shown=shown, lacks=lack)
            taken = {exact.sent}
        elif found := adoptions(delivery.posts, unknown):
            for adoption in found:
                if not adoption.is_whole:
                    await self._complete_kept(delivery, adoption.sent, content)
            await self._outbox.adopt(self._lease, delivery, found)
            taken = {adoption.sent for adoption in found if adoption.is_whole}
        else:
            return False
        if key in services.unknown:
            services.unknown[key] = [e for e in services.unknown[key] if e.sent not in taken]
        log.info("Found %s in %s", content, key)
        services.tell("found")
        return True

    async def _look(self, delivery: Delivery, *, is_unsent: bool) -> list[Announced]:
        """The announcements in the channel that the state does not know, newest first.

        Where they cannot be listed, as many as can be found in other ways: enough if the
        message is among them, or cannot be, or Discord would answer a second one with the first.
        One that was never tried may be there, too: the state may be an older copy.

        Raises:
            TryLater: nobody can tell yet.
            Untraceable: nobody can tell, after several looks.
        """
        key, looks = self._to.key, self._services.looks
        is_hopeless = delivery.state == "stopped" or bool(looks[key])
        try:
            unknown = await self._read_history(delivery)
        except TryLater as error:
            is_new = is_unsent and delivery.attempts < retry.MOST_READS and not is_hopeless
            if error.seconds is not None or is_new:
                raise
            problem = error
        else:
            looks.pop(key, None)
            self._services.unknown[key] = unknown
            return unknown
        # Discord answers this, or it is not the list that is at fault.
        unknown, is_complete = await self._search(delivery, is_unsent=is_unsent)
        log.warning("%s: its messages cannot be listed: %s", key, problem.reason)
        if is_complete:
            self._services.unknown[key] = unknown
        if is_complete or has_all(unknown, delivery):
            return unknown
        if not is_unsent and self._services.has_nonce(delivery, self._to):
            return unknown
        looks[delivery.id] += 1
        if looks[delivery.id] < retry.MOST_LOOKS and not is_hopeless:
            raise problem
        looks[key] += 1  # others of this channel fare no better
        raise Untraceable(problem.reason)

    async def _search(self, delivery: Delivery, *, is_unsent: bool) -> tuple[list[Announced], bool]:
        """As ``_read_history``, without the list; and whether that is all there is."""
        await self._renew(retry.FIND_SECONDS / FOR_REQUESTS)
        known = await self._outbox.messages(self._lease)
        known_until = await self._outbox.known_until(self._lease)
        tried = None if is_unsent or delivery.age is None else time.time() - delivery.age
        search = self._services.messenger.search(
            self._to, delivery.since, known, known_until=known_until, tried=tried
        )
        found, is_complete = await self._request(search)
        return [each for each in found if each.sent.message not in known], is_complete

    async def _read_history(self, delivery: Delivery) -> list[Announced]:
        """The announcements in the channel that the state does not know, newest first."""
        await self._renew(retry.FIND_SECONDS / FOR_REQUESTS)
        known = await self._outbox.messages(self._lease)
        history = await self._request(self._history(delivery.since))
        unknown = [each for each in history if each.sent.message not in known]
        await self._outbox.searched(self._lease, self._services.lease_seconds, complete=not unknown)
        return unknown

    async def _history(self, since: float) -> list[Announced]:
        async with aclosing(self._services.messenger.history(self._to, since)) as history:
            return [announced async for announced in history]

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
        shown = Shown(message_digest=message_digest(message), shown_digests=content.shown_digests)
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
        # One that was found may have been left without its thread or its publication.
        lack = not delivery.message_digest and lacks(self._to, sent)
        await self._outbox.record(
            self._lease, delivery, sent, shown=shown, lacks=lack, problem=problem
        )

    async def _complete(self, delivery: Delivery, sent: Sent, content: Content) -> None:
        """Hang a thread on a message or, where it has that or may not have it, publish it."""
        to, messenger, problem = self._to, self._services.messenger, ""
        try:
            if lacks_thread(to, sent):
                message = self._services.composer.compose(delivery.id, content.stories, to)
                try:
                    thread = await self._request(messenger.start_thread(sent, message))
                except (NoAccess, MessageGone, MessageRefused) as error:
                    problem = await self._given_up(content, error)
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
            problem = await self._given_up(content, error)
        await self._outbox.record(self._lease, delivery, sent, problem=problem)

    async def _complete_kept(self, delivery: Delivery, sent: Sent, content: Content) -> None:
        """As ``_complete``, for a message that is then kept as it is: nobody comes back to it."""
        messenger = self._services.messenger
        try:
            if lacks_thread(self._to, sent):
                message = self._services.composer.compose(delivery.id, content.stories, self._to)
                await self._request(messenger.start_thread(sent, message))
            if lacks_publication(self._to, sent):
                await self._request(messenger.publish(sent))
        except TryLater:
            raise
        except MessengerError as error:
            await self._given_up(content, error)

    async def _given_up(self, content: Content, error: MessengerError) -> str:
        """Why; the message itself is out, and what it lacks is not worth holding up others.

        Raises:
            NoAccess: the bot is not in the server.
        """
        if isinstance(error, NoAccess):
            await self._check_server(error)
        log.warning("%s: the announcement of %s: %s", self._to.key, content, error.reason)
        return error.reason

    async def _close(
        self, delivery: Delivery, state: Literal["dropped", "refused", "lost"], problem: str = ""
    ) -> None:
        await self._outbox.close(self._lease, delivery, state, problem)
        self._services.tell(state)

    async def _postpone(self, delivery: Delivery, error: NoAccess | TryLater) -> None:
        if isinstance(error, NoAccess):
            await self._check_server(error)
            seconds = retry.CHANGE_AGAIN_WHEN_CLOSED
        else:
            seconds = error.seconds or retry.CHANGE_AGAIN
        log.info("%s: later (%s)", self._to.key, error.reason)
        await self._outbox.postpone(self._lease, delivery, seconds, error.reason)
        self._services.tell("delayed")

    async def _put_off(self, error: TryLater) -> None:
        seconds = error.seconds
        if seconds is None:
            seconds = retry.backoff(self._lease.attempts, retry.FIRST_WAIT, retry.LONGEST_WAIT)
        log.info("%s: again in %.0f s (%s)", self._to.key, seconds, error.reason)
        if isinstance(error, TokenRejected):
            self._services.trouble = error.reason
        with suppress(LeaseLost):
            await self._outbox.put_off(self._lease, seconds, error.reason)
        self._services.tell("delayed")

    async def _check_server(self, error: NoAccess) -> None:
        """Raise NoAccess if an error hides that the bot is not in the server."""
        if error.pause == "left":
            raise error
        if error.pause == "access":
            with suppress(TryLater):
                await self._services.messenger.must_be_in_server(self._to)

    async def _pause(self, error: NoAccess) -> None:
        try:
            await self._check_server(error)
        except NoAccess as left:
            error = left
        log.warning("%s is paused: %s", self._to.key, error.reason)
        pause = Pause(reason=error.pause, detail=error.reason, since=int(time.time()))
        seconds = retry.backoff(self._lease.attempts, retry.FIRST_PAUSE, retry.LONGEST_PAUSE)
        with suppress(LeaseLost):
            await self._outbox.pause(self._lease, pause, seconds)
        self._services.tell("paused")
