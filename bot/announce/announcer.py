"""Notices new posts and has them announced."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from bot.announce.catalogue import Catalogue, fingerprint
from bot.announce.delivery import Backlog
from bot.announce.diff import PostDiff
from bot.announce.ledger import Ledger, OlderPosts
from bot.announce.message import Composer, Messenger
from bot.announce.minhash import FORM, minhash
from bot.announce.outbox import Outbox
from bot.announce.page_waits import PageProbe, PageWaiter, PageWaits
from bot.announce.sender import Sender
from bot.announce.services import DeliveryOutcome, Services
from bot.announce.subscription import Subscriptions
from bot.blog.background import supervised
from bot.blog.errors import IndexUnavailable, StateUnavailable

log = logging.getLogger(__name__)

LIMIT = 5
LEASE_SECONDS = 30.0
PAGE_WAIT_SECONDS = 1800.0
# Writing many files is one change once it pauses for so long, or has gone on for so long.
SETTLE_SECONDS = 2.0
LONGEST_SETTLE = 30.0
# A machine that was suspended meanwhile has a clock that did not go on.
LOOK_AT_CLOCK_SECONDS = 60.0
UNTIL_NEXT_TRY = 60.0
DAY = 24 * 3600
# What a server set up comes back with the bot; what a reader follows, with their messages.
LEFT_KEPT_SECONDS = 30 * DAY
CLOSED_KEPT_SECONDS = 90 * DAY
# Bodies in memory at a time.
TEXTS_AT_ONCE = 200
IDLE_STEP = 0.1


class Announcer:
    """Compares the posts with those that are known, and sends what is new.

    Args:
        catalogue: the posts.
        ledger: those that are known.
        outbox: what is to be sent.
        subscriptions: who wants to hear of it.
        page_waits: posts whose public page is not there yet.
        messenger: sends them.
        composer: writes them.
        limit: more posts than that at once become one message, or are an import.
        lease_seconds: for how long one machine has the right to send to a channel, unless it
            renews that.
        settle: seconds without a change after which the posts are compared.
        page_probe: asks for the public page of a post before it is announced; None to announce
            without asking.
        page_wait: for so many seconds at most.
        tell: hears of what became of each delivery.
        clock: Unix seconds, which decide what is due.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        ledger: Ledger,
        outbox: Outbox,
        subscriptions: Subscriptions,
        page_waits: PageWaits,
        messenger: Messenger,
        composer: Composer,
        limit: int = LIMIT,
        lease_seconds: float = LEASE_SECONDS,
        settle: float = SETTLE_SECONDS,
        page_probe: PageProbe | None = None,
        page_wait: float = PAGE_WAIT_SECONDS,
        tell: Callable[[DeliveryOutcome], None] = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._catalogue = catalogue
        self._ledger = ledger
        self._outbox = outbox
        self._subscriptions = subscriptions
        self._limit = limit
        self._settle = settle
        self._services = Services(
            catalogue=catalogue,
            outbox=outbox,
            messenger=messenger,
            composer=composer,
            lease_seconds=lease_seconds,
            tell=tell,
        )
        self._sender = Sender(self._services)
        self._waits_for_pages = page_probe is not None
        self._page_waiter = PageWaiter(
            page_waits, page_probe, catalogue, longest=page_wait, released=self._sender.wake
        )
        self._clock = clock
        self._noticed = asyncio.Event()
        self._is_behind = False
        self._seen: str | None = None  # version of the catalogue
        self._due: int | None = None
        self._forgets_at = 0.0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Compare the posts after each notice and when one falls due, and send, meanwhile."""
        async with (
            supervised(self._sender.run, name="send announcements"),
            supervised(self._page_waiter.run, name="ask for pages"),
            supervised(self._watch, name="find new posts"),
        ):
            yield

    async def notice(self) -> None:
        """Note that the posts may have changed. Returns at once."""
        self._is_behind = True
        self._noticed.set()

    def wake(self) -> None:
        """Send what people have just let go on."""
        self._sender.wake()

    async def idle(self, seconds: float) -> int:
        """Wait until what was noticed is sent, as far as it can be within that time.

        Returns:
            How many messages still wait, those that cannot be delivered for now excluded;
            at least one while a notice has not been followed up.
        """
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._sender.is_idle and not self._is_behind:
                # A page may be there any moment, so the time is used up for it.
                is_waiting = await self._page_waiter.is_waiting()
                first = await self._outbox.wait()
                if not is_waiting and (first is None or first > left):
                    break
            await asyncio.sleep(min(IDLE_STEP, left))
        return max((await self._outbox.backlog()).waiting, int(self._is_behind))

    @property
    def trouble(self) -> str:
        """What hinders all announcements for now; empty if nothing does."""
        return self._services.outdated or self._services.trouble

    async def backlog(self) -> Backlog:
        """How much is on its way."""
        return await self._outbox.backlog()

    async def check(self) -> None:
        """Compare the posts with those that are known, and put what is new into the outbox.

        Raises:
            IndexUnavailable, StateUnavailable: nothing was changed.
        """
        await self._forget_unreachable()
        services = self._services
        version = await self._catalogue.version()
        due = self._due is not None and self._due <= self._clock()
        if version == self._seen and not due and not services.outdated:
            return
        posts = await self._catalogue.visible_posts()
        known = {post.path: post.digest for post in await self._ledger.posts()}
        is_stale = await self._ledger.minhash_form() != FORM
        strange = [p.path for p in posts if is_stale or known.get(p.path) != p.digest]
        diff = PostDiff(
            entries=posts,
            minhashes=await self._minhashes(strange),
            now=self._clock(),
            limit=self._limit,
            waits_for_pages=self._waits_for_pages,
        )
        try:
            _, services.generation = await self._ledger.revise(
                fingerprint(posts), services.owner, diff.revise
            )
        except OlderPosts as error:
            if not services.outdated:
                log.warning("%s", error)
            services.outdated = str(error)
            return
        services.outdated, self._seen = "", version
        self._due = await self._catalogue.next_due()
        await self._outbox.retry_paused()
        self._page_waiter.wake()
        self._sender.wake()

    async def _forget_unreachable(self) -> None:
        """Forget, once a day, whom nothing has reached for long."""
        now = int(self._clock())
        if now >= self._forgets_at:
            await self._subscriptions.forget_unreachable(
                left_before=now - LEFT_KEPT_SECONDS, closed_before=now - CLOSED_KEPT_SECONDS
            )
            self._forgets_at = now + DAY

    async def _minhashes(self, paths: Sequence[str]) -> dict[str, frozenset[int]]:
        """The minhashes of texts, by path. Takes a second for thousands, in another thread."""
        minhashes: dict[str, frozenset[int]] = {}
        for start in range(0, len(paths), TEXTS_AT_ONCE):
            texts = await self._catalogue.texts(paths[start : start + TEXTS_AT_ONCE])

            def hash_all() -> dict[str, frozenset[int]]:
                return {path: minhash(text) for path, text in texts.items()}  # noqa: B023 - awaited

            minhashes |= await asyncio.to_thread(hash_all)
        return minhashes

    async def _watch(self) -> None:
        """Check whenever there may be something new, until cancelled."""
        while True:
            await self._wait_for_news()
            await self._let_settle()
            try:
                await self.check()
                self._is_behind = self._noticed.is_set()
            except (IndexUnavailable, StateUnavailable) as error:
                log.warning("Could not check for new posts: %s", error)
                self._try_again()
            except Exception:
                log.exception("Could not check for new posts")
                self._try_again()

    def _try_again(self) -> None:
        asyncio.get_running_loop().call_later(UNTIL_NEXT_TRY, self._noticed.set)

    async def _wait_for_news(self) -> None:
        while not self._noticed.is_set():
            seconds = LOOK_AT_CLOCK_SECONDS
            if self._seen is not None and self._forgets_at <= self._clock():
                return
            if self._services.outdated:
                await asyncio.sleep(min(seconds, UNTIL_NEXT_TRY))
                return
            if self._due is not None:
                seconds = min(seconds, self._due - self._clock())
                if seconds <= 0:
                    return
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._noticed.wait()

    async def _let_settle(self) -> None:
        until = time.monotonic() + LONGEST_SETTLE
        while time.monotonic() < until:
            self._noticed.clear()
            try:
                async with asyncio.timeout(self._settle):
                    await self._noticed.wait()
            except TimeoutError:
                return
