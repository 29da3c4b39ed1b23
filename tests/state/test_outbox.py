"""One sends at a time, in order, and nobody writes after their lease."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.announce.delivery import Delivery, Shown
from bot.announce.lease import Lease, LeaseLost
from bot.announce.ledger import Assignment, Known, KnownPost, OlderPosts, Revision
from bot.announce.message import Sent
from bot.announce.subscription import Pause, Subscription
from bot.serve.state import State
from bot.state.sqlite import SQLite
from tests.postgres import PostgresServer

NEWS = Subscription(place="news", guild=1, channel=11, since=5)
TEXT = Subscription(place="text", guild=1, channel=12)
SENT = Sent(channel=11, message=99)
LONG, YEAR = 500.0, 365 * 24 * 3600.0


def post(name: str, shown: str = "1") -> KnownPost:
    path = f"{name}.md"
    return KnownPost(id=name, path=path, slug=name, title=name, digest="1", shown_digest=shown)


@asynccontextmanager
async def opened(home: Path | str) -> AsyncIterator[State]:
    """A state with two channels that wait for two posts each."""
    async with State.open(home) as state:
        for wish in (NEWS, TEXT):
            await state.subscriptions.keep(wish)
        assignments = [
            Assignment(f"{name}{wish.channel}", wish.key, (name,))
            for name in "ab"
            for wish in (NEWS, TEXT)
        ]
        revision = Revision(posts=[post("a"), post("b")], assignments=assignments)
        await state.ledger.revise("5", "me", lambda _known: revision)
        yield state


async def lease_of(state: State, wish: Subscription, seconds: float = LONG) -> Lease:
    """A lease of that subscription, when only it has anything to do, or whichever comes first."""
    lease = await state.outbox.claim("me", 5, seconds)
    if lease is not None and lease.subscription.key != wish.key:
        other = lease
        lease = await state.outbox.claim("me", 5, seconds)
        await state.outbox.release(other)
    assert lease is not None
    assert lease.subscription.key == wish.key
    return lease


async def begun(state: State, lease: Lease) -> Delivery:
    delivery = await state.outbox.begin(lease, LONG)
    assert delivery is not None
    return delivery


async def test_each_channel_is_one_machines_at_a_time(state_home: Path | str) -> None:
    async with opened(state_home) as state:
        claims = (state.outbox.claim(str(number), 5, LONG) for number in range(6))
        turns = [lease for lease in await asyncio.gather(*claims) if lease]
        # On Postgres, whoever finds another's claim under way goes away with nothing.
        keys = [lease.subscription.key for lease in turns]
        assert keys
        assert len(set(keys)) == len(keys)
        rest = [await state.outbox.claim("later", 5, LONG) for _ in range(3)]
        assert {lease.subscription.key for lease in (*turns, *rest) if lease} == {"c11", "c12"}
        assert await state.outbox.wait() is not None


async def test_deliveries_come_in_order_and_attempts_are_counted(state_home: Path | str) -> None:
    async with opened(state_home) as state:
        lease = await lease_of(state, NEWS)
        first = await begun(state, lease)
        assert (first.id, first.state, first.attempts) == ("a11", "waiting", 0)
        again = await begun(state, lease)
        assert (again.id, again.state, again.attempts) == ("a11", "sending", 1)
        assert again.since == first.since == NEWS.since
        shown = Shown(message_digest="l", shown_digests={"a": "1"})
        await state.outbox.record(lease, again, SENT, shown=shown)
        assert (await begun(state, lease)).id == "b11"


async def test_a_message_stays_unfinished_while_something_lacks(state_home: Path | str) -> None:
    async with opened(state_home) as state:
        lease = await lease_of(state, NEWS)
        delivery = await begun(state, lease)
        shown = Shown(message_digest="l", shown_digests={"a": "1"})
        await state.outbox.record(lease, delivery, SENT, shown=shown, lacks=True)
        unfinished = await begun(state, lease)
        assert (unfinished.id, unfinished.state) == ("a11", "sent")
        assert (unfinished.sent, unfinished.message_digest) == (SENT, "l")
        whole = replace(SENT, thread=7, published=True)
        await state.outbox.record(lease, unfinished, whole)
        assert (await begun(state, lease)).id == "b11"


async def test_a_change_comes_after_what_is_to_be_sent(state_home: Path | str) -> None:
    async with opened(state_home) as state:
        lease = await lease_of(state, NEWS)
        delivery = await begun(state, lease)
        # The post changes while its message is on the way.
        changed = Revision(posts=[post("a", shown="2")])
        await state.ledger.revise("6", "me", lambda _known: changed)
        shown = Shown(message_digest="l", shown_digests={"a": "1"})
        await state.outbox.record(lease, delivery, SENT, shown=shown)
        second = await begun(state, lease)
        assert second.id == "b11"
        await state.outbox.close(lease, second, "dropped")
        change = await begun(state, lease)
        assert (change.id, change.state, change.posts) == (
            "a11",
            "changed",
            [post("a", shown="2")],
        )
        await state.outbox.record(
            lease, change, SENT, shown=Shown(message_digest="m", shown_digests={"a": "2"})
        )
        assert await state.outbox.begin(lease, LONG) is None


async def test_whoever_lost_their_turn_changes_nothing(state_home: Path | str) -> None:
    async with opened(state_home) as state:
        late = await lease_of(state, NEWS, seconds=0)
        delivery = await begun_for(state, late, 0)
        lease = await lease_of(state, NEWS)
        outbox = state.outbox
        pause = Pause(reason="access", since=1)
        for write in (
            outbox.begin(late, LONG),
            outbox.renew(late, LONG),
            outbox.record(late, delivery, SENT),
            outbox.close(late, delivery, "dropped"),
            outbox.postpone(late, delivery, 1, ""),
            outbox.put_off(late, 1, ""),
            outbox.pause(late, pause, 1),
            outbox.release(late),
        ):
            with pytest.raises(LeaseLost):
                await write
        again = await begun(state, lease)
        assert (again.id, again.state, again.sent) == ("a11", "sending", None)
        assert await state.subscriptions.get(NEWS.key) == NEWS


async def begun_for(state: State, lease: Lease, seconds: float) -> Delivery:
    delivery = await state.outbox.begin(lease, seconds)
    assert delivery is not None
    return delivery


async def test_what_was_put_off_waits_and_what_was_postponed_lets_others_pass(
    state_home: Path | str,
) -> None:
    async with opened(state_home) as state:
        lease = await lease_of(state, NEWS)
        await state.outbox.postpone(lease, await begun(state, lease), LONG, "later")
        assert (await begun(state, lease)).id == "b11"
        await state.outbox.put_off(lease, LONG, "Too many requests")
        other = await lease_of(state, TEXT)
        assert await state.outbox.claim("me", 5, LONG) is None
        await state.outbox.put_off(other, 0, "")
        assert (await lease_of(state, TEXT)).attempts == 1
        assert (await state.outbox.backlog()).problem == "Too many requests"


async def test_a_pause_keeps_when_it_began_and_ends_with_success(state_home: Path | str) -> None:
    async with opened(state_home) as state:
        pause = Pause(reason="access", detail="no", since=1)
        await state.outbox.pause(await lease_of(state, NEWS), pause, 0)
        await state.subscriptions.pause(NEWS.key, replace(pause, told=True))
        lease = await lease_of(state, NEWS)
        later = replace(pause, detail="still no", since=2)
        await state.outbox.pause(lease, later, LONG)
        wish = await state.subscriptions.get(NEWS.key)
        assert wish is not None
        assert wish.pause == replace(later, since=1, told=True)
        assert (await state.outbox.backlog()).held == 2
        await state.outbox.retry_paused()
        lease = await lease_of(state, NEWS)
        assert lease.attempts == 2
        await state.outbox.record(lease, await begun(state, lease), SENT)
        assert await state.subscriptions.get(NEWS.key) == NEWS


async def test_an_administrators_pause_outlasts_success(state_home: Path | str) -> None:
    async with opened(state_home) as state:
        lease = await lease_of(state, NEWS)
        delivery = await begun(state, lease)
        pause = Pause(reason="admin", since=1)
        await state.subscriptions.pause(NEWS.key, pause)
        await state.outbox.record(lease, delivery, SENT)
        await state.outbox.pause(lease, Pause(reason="access", since=2), 0)
        assert await state.subscriptions.get(NEWS.key) == replace(NEWS, pause=pause)
        await state.outbox.retry_paused()
        lease = await lease_of(state, TEXT)
        assert await state.outbox.claim("me", 5, LONG) is None


async def revised(state: State, fingerprint: str, owner: str) -> int:
    """The generation of posts that a machine has."""
    _, generation = await state.ledger.revise(fingerprint, owner, lambda _known: Revision())
    return generation


async def test_of_two_machines_the_one_with_older_posts_announces_nothing(
    postgres: PostgresServer,
) -> None:
    async with opened(postgres.url(postgres.new_database())) as state:
        old = await revised(state, "old", "web-1:a")
        assert await revised(state, "old", "web-2:b") == old
        new = await revised(state, "new", "web-2:b")
        assert new > old
        with pytest.raises(OlderPosts, match="web-2 has newer posts"):
            await revised(state, "old", "web-1:a")
        with pytest.raises(OlderPosts, match="web-2 has newer posts"):
            await state.outbox.claim("web-1:a", old, LONG)
        assert (await state.outbox.backlog()).older_machines == ["web-1"]
        assert await state.outbox.claim("web-2:b", new, LONG) is not None
        # Whoever catches up, or has what nobody had yet, goes on.
        assert await revised(state, "new", "web-1:a") == new
        assert await revised(state, "newest", "web-1:a") > new
        assert (await state.outbox.backlog()).older_machines == []


async def test_a_machine_takes_over_with_older_posts_once_the_other_is_gone(
    postgres: PostgresServer,
) -> None:
    async with opened(postgres.url(postgres.new_database())) as state:
        old = await revised(state, "old", "one")
        new = await revised(state, "new", "two")
        async with state.database.transaction() as transaction:
            await transaction.rows("UPDATE machines SET seen = seen - 600 WHERE owner = 'two'")
        again = await revised(state, "old", "one")
        assert old < new < again
        assert await state.outbox.claim("one", again, LONG) is not None


async def test_a_single_machine_never_has_older_posts(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as state:
        for fingerprint in ("new", "old", "new"):
            assert await revised(state, fingerprint, fingerprint) == 0
            lease = await state.outbox.claim(fingerprint, 0, LONG)
            assert lease is not None
            await state.outbox.release(lease)


async def test_a_decision_that_fails_leaves_the_ledger_as_it_was(state_home: Path | str) -> None:
    def fail(_known: Known) -> Revision:
        raise ZeroDivisionError

    async with opened(state_home) as state:
        with pytest.raises(ZeroDivisionError):
            await state.ledger.revise("9", "me", fail)
        assert await state.outbox.claim("me", 5, LONG) is not None


async def test_looks_at_the_posts_come_one_after_the_other(state_home: Path | str) -> None:
    async with opened(state_home) as state:
        seen: list[int] = []

        def add(known: Known) -> Revision:
            seen.append(len(known.posts))
            return Revision(posts=[post(f"p{len(known.posts)}")])

        await asyncio.gather(*(state.ledger.revise("5", "me", add) for _ in range(4)))
        assert seen == [2, 3, 4, 5]


async def test_a_lease_ends_by_its_length_whatever_the_clock_did(tmp_path: Path) -> None:
    now = time.time()
    async with SQLite.open(tmp_path / "state.db", clock=lambda: now) as database:
        state = State(database)
        await state.subscriptions.keep(TEXT)
        added = Revision(posts=[post("a")], assignments=[Assignment("a12", TEXT.key, ("a",))])
        await state.ledger.revise("1", "me", lambda _known: added)
        now += YEAR
        assert await state.outbox.claim("killed", 0, 30) is not None
        now -= YEAR
        lease = await state.outbox.claim("next", 0, 30)
        assert lease is not None
        now += LONG
        await state.outbox.put_off(lease, 60, "Discord is away")
        now -= LONG
        assert await state.outbox.claim("next", 0, 30) is None
        await state.outbox.forget_times()
        assert await state.outbox.claim("next", 0, 30) is not None
