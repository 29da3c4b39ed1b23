"""Takes what waits for one subscription to Discord, step by step."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TypeVar

from bot.blog.census import Catalogue, face
from bot.blog.delivery import (
    Composer,
    Letter,
    LetterRefused,
    Mail,
    MailError,
    MessageGone,
    NoAccess,
    Sent,
    Story,
    TryLater,
)
from bot.blog.errors import IndexUnavailable, StateUnavailable
from bot.blog.outbox import Delivery, Outbox, Shown, Turn, TurnLost
from bot.blog.subscription import Pause, Subscription

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

Outcome = str  # sent, found, changed, dropped, refused, lost, paused or delayed


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery with what its letter says.

    Attributes:
        stories: of all its posts.
        faces: of each post as the stories show it, by the post's id.
    """

    stories: Sequence[Story]
    faces: Mapping[str, str]

    @property
    def present(self) -> list[Story]:
        """The stories of posts that readers see."""
        return [story for story in self.stories if story.post is not None]

    def __str__(self) -> str:
        title = self.stories[0].title
        more = len(self.stories) - 1
        return f"{title!r} and {more} more" if more else repr(title)


class Carrier:
    """Carries deliveries, one subscription's after the other.

    Args:
        catalogue: the posts.
        outbox: where deliveries are kept.
        mail: takes letters to Discord.
        composer: writes them.
        lease: seconds for which a turn lasts unless it is renewed.
        tell: hears of what became of a delivery.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        outbox: Outbox,
        mail: Mail,
        composer: Composer,
        *,
        lease: float,
        tell: Callable[[Outcome], None] = lambda _: None,
    ) -> None:
        self._catalogue = catalogue
        self._outbox = outbox
        self._mail = mail
        self._composer = composer
        self._lease = lease
        self._tell = tell
        self._never_sent: set[str] = set()

    def vouch(self, deliveries: Sequence[str]) -> None:
        """Take the word that these were never sent, so that nobody need look for them."""
        self._never_sent.update(deliveries)

    async def carry(self, turn: Turn) -> None:
        """Deliver all that waits for a subscription, or as much as can be.

        Raises:
            StateUnavailable: what was done may not have been written down. Then the turn
                runs out, and the next one finds out.
        """
        try:
            while delivery := await self._outbox.begin(turn, self._lease):
                await self._deliver(turn, delivery)
        except TurnLost as error:
            log.info("%s", error)
        except NoAccess as error:
            await self._pause(turn, error)
        except TryLater as error:
            await self._put_off(turn, error)
        except IndexUnavailable as error:
            await self._put_off(turn, TryLater(error.reason))
        except StateUnavailable:
            raise
        except Exception as error:
            log.exception("%s: what waits for it waits on", turn.subscription.key)
            await self._put_off(turn, TryLater(type(error).__name__))
        except asyncio.CancelledError:  # the process stops: let the next one begin at once
            await self._outbox.release(turn)
            raise

    async def _deliver(self, turn: Turn, delivery: Delivery) -> None:
        """Make one step, after which ``begin`` says what the next one is."""
        told = await self._told(delivery)
        to, sent = turn.subscription, delivery.sent
        if sent is None:
            await self._send(turn, delivery, told)
        elif delivery.state == "changed":
            await self._change(turn, delivery, sent, told)
        elif lacks_thread(to, sent) or lacks_publication(to, sent):
            await self._complete(turn, delivery, sent, told)
        else:  # it was wished when the message was sent, and is no more
            await self._outbox.record(turn, delivery, sent)

    async def _told(self, delivery: Delivery) -> Told:
        """The stories of a delivery, as far as the index shows what the ledger knows."""
        stories = []
        for known in delivery.posts:
            post = None if known.is_gone else await self._catalogue.get(known.path)
            if not known.is_gone and (post is None or face(post) != known.face):
                raise TryLater(f"{known.path} has changed since the last look at the posts")
            stories.append(Story(title=known.title, post=post))
        return Told(stories, {known.id: known.face for known in delivery.posts})

    async def _send(self, turn: Turn, delivery: Delivery, told: Told) -> None:
        """Send a letter, unless it is there already."""
        never_sent = delivery.id in self._never_sent and not delivery.attempts
        self._never_sent.discard(delivery.id)
        if not never_sent and await self._find(turn, delivery, told):
            return
        if not told.present:
            await self._outbox.close(turn, delivery, "dropped")
            self._tell("dropped")
            return
        to = turn.subscription
        try:
            sent, letter = await self._either(
                delivery, told.present, to, lambda letter: self._mail.send(delivery.id, to, letter)
            )
        except LetterRefused as error:
            log.error("Discord refuses to show %s in %s: %s", told, to.key, error.reason)  # noqa: TRY400 - said by Discord, at no place of ours
            await self._outbox.close(turn, delivery, "refused", error.reason)
            self._tell("refused")
            return
        shown = Shown(letter=digest(letter), faces=told.faces)
        await self._outbox.record(turn, delivery, sent, shown=shown, lacks=lacks(to, sent))
        log.info("Announced %s in %s", told, to.key)
        self._tell("sent")

    async def _find(self, turn: Turn, delivery: Delivery, told: Told) -> bool:
        """Look for a message that may have arrived, and note where it is."""
        to = turn.subscription
        await self._outbox.renew(turn, FIND_SECONDS + self._lease)
        search = self._mail.find(delivery.id, to, delivery.since)
        sent = await within(FIND_SECONDS, search)
        if sent is None:
            await self._outbox.renew(turn, self._lease)
            return False
        # What it shows is not known: it will be made to show the posts as they are.
        await self._outbox.record(turn, delivery, sent, lacks=lacks(to, sent))
        log.info("Found %s in %s", told, to.key)
        self._tell("found")
        return True

    async def _either(
        self,
        delivery: Delivery,
        stories: Sequence[Story],
        to: Subscription,
        use: Callable[[Letter], Awaitable[T]],
    ) -> tuple[T, Letter]:
        """Use the letter as it should be or, if Discord refuses that, a plain one."""
        letter = self._composer.compose(delivery.id, stories, to)
        try:
            return await within(self._patience, use(letter)), letter
        except LetterRefused as error:
            log.warning("Discord refuses a card in %s: %s", to.key, error.reason)
        plain = self._composer.plain(delivery.id, stories, to)
        return await within(self._patience, use(plain)), letter

    async def _change(self, turn: Turn, delivery: Delivery, sent: Sent, told: Told) -> None:
        """Make a message show its posts as they are now, if it does not."""
        to = turn.subscription
        letter = self._composer.compose(delivery.id, told.stories, to)
        shown = Shown(letter=digest(letter), faces=told.faces)
        problem = ""
        if shown.letter != delivery.letter:
            try:
                await self._either(
                    delivery, told.stories, to, lambda letter: self._mail.edit(sent, letter)
                )
                self._tell("changed")
            except MessageGone:
                log.info("%s: somebody deleted the announcement of %s", to.key, told)
                await self._outbox.close(turn, delivery, "lost")
                self._tell("lost")
                return
            except LetterRefused as error:
                problem = error.reason
            except (NoAccess, TryLater) as error:
                await self._postpone(turn, delivery, error)
                return
        await self._outbox.record(turn, delivery, sent, shown=shown, problem=problem)

    async def _complete(self, turn: Turn, delivery: Delivery, sent: Sent, told: Told) -> None:
        """Hang a thread on a message or, where it has that, publish it."""
        to = turn.subscription
        try:
            if lacks_thread(to, sent):
                letter = self._composer.compose(delivery.id, told.stories, to)
                thread = await within(self._patience, self._mail.start_thread(sent, letter))
                sent = replace(sent, thread=thread)
            else:
                await within(self._patience, self._mail.publish(sent))
                sent = replace(sent, published=True)
        except TryLater as error:
            await self._postpone(turn, delivery, error)
        except MailError as error:
            # The message itself is out; what hangs on it is not worth holding up others.
            log.warning("%s: the announcement of %s: %s", to.key, told, error.reason)
            await self._outbox.record(turn, delivery, sent, problem=error.reason)
        else:
            await self._outbox.record(turn, delivery, sent, lacks=lacks(to, sent))

    async def _postpone(self, turn: Turn, delivery: Delivery, error: NoAccess | TryLater) -> None:
        if isinstance(error, NoAccess):
            seconds = CHANGE_AGAIN_WHEN_CLOSED
        else:
            seconds = error.seconds or CHANGE_AGAIN
        log.info("%s: later (%s)", turn.subscription.key, error.reason)
        await self._outbox.postpone(turn, delivery, seconds, error.reason)
        self._tell("delayed")

    async def _put_off(self, turn: Turn, error: TryLater) -> None:
        seconds = error.seconds
        if seconds is None:
            seconds = backoff(turn.attempts, FIRST_WAIT, LONGEST_WAIT)
        log.info("%s: again in %.0f s (%s)", turn.subscription.key, seconds, error.reason)
        await self._outbox.put_off(turn, seconds, error.reason)
        self._tell("delayed")

    async def _pause(self, turn: Turn, error: NoAccess) -> None:
        log.warning("%s is paused: %s", turn.subscription.key, error.reason)
        pause = Pause(reason=error.pause, detail=error.reason, since=int(time.time()))
        seconds = backoff(turn.attempts, FIRST_PAUSE, LONGEST_PAUSE)
        await self._outbox.pause(turn, pause, seconds)
        self._tell("paused")

    @property
    def _patience(self) -> float:
        """Seconds after which a request is given up, so that the turn does not end before."""
        return self._lease * 2 / 3


async def within(seconds: float, request: Awaitable[T]) -> T:
    """The result of a request.

    Raises:
        TryLater: it takes longer than that.
    """
    try:
        async with asyncio.timeout(seconds):
            return await request
    except TimeoutError as error:
        raise TryLater(f"Discord did not answer within {seconds:.0f} s") from error


def lacks(to: Subscription, sent: Sent) -> bool:
    """Whether more is wished than the message itself."""
    return lacks_thread(to, sent) or lacks_publication(to, sent)


def lacks_thread(to: Subscription, sent: Sent) -> bool:
    """Whether a thread is to be hung on a message."""
    return to.threads and to.place in {"text", "news"} and sent.thread is None


def lacks_publication(to: Subscription, sent: Sent) -> bool:
    """Whether a message is to be passed on to those who follow the channel."""
    return to.publish and to.place == "news" and not sent.published


def digest(letter: Letter) -> str:
    """What changes with what a letter shows: 16 hexadecimal digits."""
    shown = json.dumps([letter.title, list(letter.components)], sort_keys=True)
    return blake2b(shown.encode(), digest_size=8).hexdigest()


def backoff(attempts: int, first: float, longest: float) -> float:
    """Seconds to wait after so many attempts before this one: doubled each time, with jitter."""
    return min(longest, first * 2.0 ** min(attempts, 30)) * random.uniform(0.5, 1)  # noqa: S311
