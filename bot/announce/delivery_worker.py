"""Takes what waits for one subscription to Discord, step by step."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from bot.announce.catalogue import Catalogue, face
from bot.announce.content import Content, digest, lacks, lacks_publication, lacks_thread
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
from bot.announce.subscription import Pause
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
# How much of a turn may be used for requests: the rest is for writing down what came of them.
FOR_REQUESTS = 2 / 3

Outcome = str  # sent, found, changed, dropped, refused, lost, paused or delayed


@dataclass(frozen=True, kw_only=True)
class Services:
    """What all errands share.

    Attributes:
        catalogue: the posts.
        outbox: where deliveries are kept.
        mail: takes letters to Discord.
        composer: writes them.
        lease: seconds for which a turn lasts unless it is renewed.
        tell: hears of what became of a delivery.
        never_sent: ids of deliveries that nobody can have sent, so that none need be looked for.
    """

    catalogue: Catalogue
    outbox: Outbox
    mail: Messenger
    composer: Composer
    lease: float
    tell: Callable[[Outcome], None]
    never_sent: set[str] = field(default_factory=set)


class DeliveryWorker:
    """One turn: delivers all that waits for a subscription, or as much as can be.

    Args:
        means: what it takes.
        turn: the right to send.
    """

    def __init__(self, means: Services, turn: Lease) -> None:
        self._means = means
        self._outbox = means.outbox
        self._turn = turn
        self._to = turn.subscription
        # By a clock that goes on while the process is stopped.
        self._until = 0.0

    async def run(self) -> None:
        """Go on until nothing waits, or something is in the way.

        Raises:
            StateUnavailable: what was done may not have been written down. Then the turn
                runs out, and the next one finds out.
        """
        try:
            while delivery := await self._begin():
                await self._step(delivery, await self._told(delivery))
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
        except asyncio.CancelledError:  # the process stops: let the next one begin at once
            with suppress(LeaseLost):
                await self._outbox.release(self._turn)
            raise
        except Exception as error:
            log.exception("%s: what waits for it waits on", self._to.key)
            await self._put_off(TryLater(type(error).__name__))

    async def _begin(self) -> Delivery | None:
        asked = time.monotonic()
        delivery = await self._outbox.begin(self._turn, self._means.lease)
        self._until = asked + self._means.lease * FOR_REQUESTS
        return delivery

    async def _renew(self, seconds: float) -> None:
        asked = time.monotonic()
        await self._outbox.renew(self._turn, seconds)
        self._until = asked + seconds * FOR_REQUESTS

    async def _request(self, request: Coroutine[Any, Any, T]) -> T:
        """The result of a request, unless it would come after the turn.

        Raises:
            TryLater: the turn is about to end. The request may have been made.
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

    async def _told(self, delivery: Delivery) -> Content:
        """The stories of a delivery, as far as the index shows what the ledger knows."""
        stories = []
        for known in delivery.posts:
            post = None if known.is_gone else await self._means.catalogue.get(known.path)
            if not known.is_gone and (post is None or face(post) != known.face):
                raise TryLater(f"{known.path} has changed since the last look at the posts")
            stories.append(Story(title=known.title, post=post))
        return Content(stories, {known.id: known.face for known in delivery.posts})

    async def _step(self, delivery: Delivery, told: Content) -> None:
        """Make one step, after which ``begin`` says what the next one is."""
        to, sent = self._to, delivery.sent
        if sent is None:
            await self._send(delivery, told)
        elif delivery.state == "changed":
            await self._change(delivery, sent, told)
        elif lacks_thread(to, sent) or lacks_publication(to, sent):
            await self._complete(delivery, sent, told)
        else:  # it was wished when the message was sent, and is no more
            await self._outbox.record(self._turn, delivery, sent)

    async def _send(self, delivery: Delivery, told: Content) -> None:
        """Send a letter, unless it is there already."""
        never_sent = delivery.id in self._means.never_sent and not delivery.attempts
        self._means.never_sent.discard(delivery.id)
        if not never_sent and await self._find(delivery, told):
            return
        if not told.present:
            await self._close(delivery, "dropped")
            return
        to = self._to
        try:
            sent, letter = await self._either(
                delivery,
                told.present,
                lambda letter: self._means.mail.send(delivery.id, to, letter),
            )
        except MessageRefused as error:
            log.error("Discord refuses %s in %s: %s", told, to.key, error.reason)  # noqa: TRY400 - Discord said so, no line of ours
            await self._close(delivery, "refused", error.reason)
            return
        shown = Shown(letter=digest(letter), faces=told.faces)
        await self._outbox.record(self._turn, delivery, sent, shown=shown, lacks=lacks(to, sent))
        log.info("Announced %s in %s", told, to.key)
        self._means.tell("sent")

    async def _find(self, delivery: Delivery, told: Content) -> bool:
        """Look for a message that may have arrived, and note where it is."""
        to = self._to
        await self._renew(FIND_SECONDS / FOR_REQUESTS)
        sent = await self._request(self._means.mail.find(delivery.id, to, delivery.since))
        if sent is None:
            await self._renew(self._means.lease)
            return False
        # What it shows is not known: it will be made to show the posts as they are.
        await self._outbox.record(self._turn, delivery, sent, lacks=lacks(to, sent))
        log.info("Found %s in %s", told, to.key)
        self._means.tell("found")
        return True

    async def _either(
        self,
        delivery: Delivery,
        stories: Sequence[Story],
        use: Callable[[Message], Coroutine[Any, Any, T]],
    ) -> tuple[T, Message]:
        """Use the letter as it should be or, if Discord refuses that, a plain one.

        Returns:
            The result, and the letter as it should be.
        """
        letter = self._means.composer.compose(delivery.id, stories, self._to)
        try:
            return await self._request(use(letter)), letter
        except MessageRefused as error:
            log.warning("Discord refuses a card in %s: %s", self._to.key, error.reason)
        plain = self._means.composer.plain(delivery.id, stories, self._to)
        return await self._request(use(plain)), letter

    async def _change(self, delivery: Delivery, sent: Sent, told: Content) -> None:
        """Make a message show its posts as they are now, if it does not."""
        letter = self._means.composer.compose(delivery.id, told.stories, self._to)
        shown = Shown(letter=digest(letter), faces=told.faces)
        problem = ""
        if shown.letter != delivery.letter:
            try:
                await self._either(
                    delivery, told.stories, lambda letter: self._means.mail.edit(sent, letter)
                )
                self._means.tell("changed")
            except MessageGone:
                log.info("%s: somebody deleted the announcement of %s", self._to.key, told)
                await self._close(delivery, "lost")
                return
            except MessageRefused as error:
                problem = error.reason
            except (NoAccess, TryLater) as error:
                await self._postpone(delivery, error)
                return
        await self._outbox.record(self._turn, delivery, sent, shown=shown, problem=problem)

    async def _complete(self, delivery: Delivery, sent: Sent, told: Content) -> None:
        """Hang a thread on a message or, where it has that, publish it."""
        to = self._to
        try:
            if lacks_thread(to, sent):
                letter = self._means.composer.compose(delivery.id, told.stories, to)
                thread = await self._request(self._means.mail.start_thread(sent, letter))
                sent = replace(sent, thread=thread)
            else:
                await self._request(self._means.mail.publish(sent))
                sent = replace(sent, published=True)
        except TryLater as error:
            await self._postpone(delivery, error)
        except MessengerError as error:
            # The message itself is out; what hangs on it is not worth holding up others.
            log.warning("%s: the announcement of %s: %s", to.key, told, error.reason)
            await self._outbox.record(self._turn, delivery, sent, problem=error.reason)
        else:
            await self._outbox.record(self._turn, delivery, sent, lacks=lacks(to, sent))

    async def _close(
        self, delivery: Delivery, state: Literal["dropped", "refused", "lost"], problem: str = ""
    ) -> None:
        await self._outbox.close(self._turn, delivery, state, problem)
        self._means.tell(state)

    async def _postpone(self, delivery: Delivery, error: NoAccess | TryLater) -> None:
        if isinstance(error, NoAccess):
            seconds = CHANGE_AGAIN_WHEN_CLOSED
        else:
            seconds = error.seconds or CHANGE_AGAIN
        log.info("%s: later (%s)", self._to.key, error.reason)
        await self._outbox.postpone(self._turn, delivery, seconds, error.reason)
        self._means.tell("delayed")

    async def _put_off(self, error: TryLater) -> None:
        seconds = error.seconds
        if seconds is None:
            seconds = backoff(self._turn.attempts, FIRST_WAIT, LONGEST_WAIT)
        log.info("%s: again in %.0f s (%s)", self._to.key, seconds, error.reason)
        with suppress(LeaseLost):
            await self._outbox.put_off(self._turn, seconds, error.reason)
        self._means.tell("delayed")

    async def _pause(self, error: NoAccess) -> None:
        log.warning("%s is paused: %s", self._to.key, error.reason)
        pause = Pause(reason=error.pause, detail=error.reason, since=int(time.time()))
        seconds = backoff(self._turn.attempts, FIRST_PAUSE, LONGEST_PAUSE)
        with suppress(LeaseLost):
            await self._outbox.pause(self._turn, pause, seconds)
        self._means.tell("paused")


def backoff(attempts: int, first: float, longest: float) -> float:
    """Seconds to wait after so many attempts before this one: doubled each time, with jitter."""
    return min(longest, first * 2.0 ** min(attempts, 30)) * random.uniform(0.5, 1)  # noqa: S311
