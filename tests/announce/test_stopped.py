"""What becomes of a delivery where Discord does not list a channel's messages."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.announce import retry, sender
from bot.announce.announcer import Announcer
from bot.announce.message import NoAccess, TryLater
from bot.announce.subscription import Subscription
from bot.serve.state import State
from tests.announce.channels import Channels, Shelf
from tests.announce.conftest import NEWS, TEXT, Stage, until

READER = Subscription(place="reader", reader=7)
BROKEN = TryLater("500: Internal Server Error")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once what is tried again after seconds, and nothing after minutes."""
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(retry, "LONGEST_WAIT", 0.01)
    monkeypatch.setattr(sender, "LONGEST_WAIT", 1.0)


@pytest.fixture
def unlisted(stage: Stage) -> Stage:
    """A stage whose channels' messages cannot be listed."""
    stage.discord.before = lambda request, _: BROKEN if request == "history" else None
    return stage


@pytest.fixture
def outdated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Discord have forgotten every nonce by the time of the next try."""
    monkeypatch.setattr(retry, "NONCE_SECONDS", 0.0)


def lose_the_response(stage: Stage, times: int = 1) -> None:
    """Let so many messages arrive of which the bot does not hear."""
    lost: Iterator[TryLater] = iter([TryLater("The connection broke")] * times)
    stage.discord.after = lambda request, _: next(lost, None) if request == "send" else None


async def until_stopped(stage: Stage, count: int = 1) -> None:
    async def is_stopped() -> bool:
        return (await stage.state.outbox.backlog()).stopped == count

    await until(is_stopped)


async def until_shown(stage: Stage, *texts: str) -> None:
    await until(lambda: stage.discord.texts(TEXT.key) == list(texts))


async def until_nothing_waits(stage: Stage) -> None:
    async def is_empty() -> bool:
        return not (await stage.state.outbox.backlog()).waiting

    await until(is_empty)


async def until_listed(stage: Stage, times: int) -> None:
    await until(lambda: stage.discord.calls.count("history") >= times)


async def settled(announcer: Announcer, stage: Stage) -> None:
    """Look at the posts, and wait until nothing is on its way."""
    await announcer.notice()
    await until(lambda: not announcer._is_behind)
    await until_nothing_waits(stage)


async def test_what_is_surely_not_there_is_sent_after_three_tries(
    unlisted: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    unlisted.discord.finds_all = True
    unlisted.shelf.put("a.md", "Hello")
    unlisted.shelf.put("b.md", "World")
    announcer = unlisted.announcer()
    async with announcer.running():
        await announcer.notice()
        await until_shown(unlisted, "Hello", "World")
    assert "c12: its messages cannot be listed: 500" in caplog.text
    assert unlisted.discord.calls.count("history") == 4
    assert unlisted.discord.calls.count("send") == 2


async def test_within_minutes_the_nonce_answers_with_the_first_message(unlisted: Stage) -> None:
    unlisted.discord.nonces = True
    lose_the_response(unlisted)
    unlisted.shelf.put("a.md", "Hello")
    unlisted.shelf.put("b.md", "World")
    announcer = unlisted.announcer()
    async with announcer.running():
        await announcer.notice()
        await until_shown(unlisted, "Hello", "World")
        await until_nothing_waits(unlisted)
    assert unlisted.discord.calls.count("send") == 3
    assert (await unlisted.state.outbox.backlog()).stopped == 0


async def test_the_next_process_uses_the_nonce_too(
    unlisted: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(request: str, _key: str) -> TryLater | None:
        """Let the first process not come to its next try."""
        if request != "send" or retry.FIRST_WAIT > 1:
            return None
        monkeypatch.setattr(retry, "FIRST_WAIT", 600.0)
        monkeypatch.setattr(retry, "LONGEST_WAIT", 600.0)
        return TryLater("The connection broke")

    unlisted.discord.nonces = True
    unlisted.discord.after = lose
    unlisted.shelf.put("a.md", "Hello")
    assert await unlisted.announce() == 1
    assert unlisted.discord.texts(TEXT.key) == ["Hello"]
    unlisted.discord.after = lambda *_: None
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(retry, "LONGEST_WAIT", 0.01)
    await unlisted.state.outbox.forget_times()
    async with unlisted.announcer().running():
        await until_nothing_waits(unlisted)
    assert unlisted.discord.texts(TEXT.key) == ["Hello"]
    assert (await unlisted.state.outbox.backlog()).sent == 1


@pytest.mark.usefixtures("outdated")
async def test_after_that_the_message_is_looked_for_in_other_ways(unlisted: Stage) -> None:
    unlisted.discord.findable = {1}
    lose_the_response(unlisted)
    unlisted.shelf.put("a.md", "Hello")
    announcer = unlisted.announcer()
    async with announcer.running():
        await settled(announcer, unlisted)
        unlisted.shelf.put("a.md", "Hello, all")  # it is known, so it can be changed
        await announcer.notice()
        await until_shown(unlisted, "Hello, all")
    assert unlisted.discord.calls.count("send") == 1


@pytest.mark.usefixtures("outdated")
async def test_what_is_looked_for_and_surely_not_there_is_sent_again(unlisted: Stage) -> None:
    unlisted.discord.finds_all = True
    lost = iter([TryLater("The connection broke")])
    unlisted.discord.before = lambda request, _: (
        BROKEN if request == "history" else next(lost, None) if request == "send" else None
    )
    unlisted.shelf.put("a.md", "Hello")
    announcer = unlisted.announcer()
    async with announcer.running():
        await settled(announcer, unlisted)
    assert unlisted.discord.texts(TEXT.key) == ["Hello"]


@pytest.mark.usefixtures("outdated")
async def test_what_cannot_be_found_is_stopped_and_holds_nothing_up(
    unlisted: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await unlisted.state.subscriptions.keep(NEWS)
    lose_the_response(unlisted)
    unlisted.shelf.put("a.md", "Hello", tags=("a",))
    unlisted.shelf.put("b.md", "World")
    announcer = unlisted.announcer()
    async with announcer.running():
        await announcer.notice()
        await until_stopped(unlisted)
        await until_nothing_waits(unlisted)
    shown = [*unlisted.discord.texts(TEXT.key), *unlisted.discord.texts(NEWS.key)]
    assert sorted(shown) == ["Hello", "Hello", "World", "World"], "nothing twice, nothing lost"
    looks = unlisted.discord.calls.count("search")
    assert looks <= retry.MOST_LOOKS + 2, "a bounded number of tries"
    assert "is not known: 500: Internal Server Error" in caplog.text
    (stopped,) = await unlisted.state.stopped.of("guild", 1)
    assert (stopped.title, stopped.posts) == ("Hello", 1)
    assert stopped.problem == "500: Internal Server Error"
    assert await unlisted.state.stopped.of("guild", 2) == []


async def stopped(stage: Stage) -> Announcer:
    """Stop the delivery of a post whose message arrived, with the announcer that did so."""
    lose_the_response(stage)
    stage.shelf.put("a.md", "Hello")
    announcer = stage.announcer()
    async with announcer.running():
        await announcer.notice()
        await until_stopped(stage)
    return announcer


@pytest.mark.usefixtures("outdated")
async def test_somebody_says_that_it_is_there(unlisted: Stage) -> None:
    await stopped(unlisted)
    (delivery,) = await unlisted.state.stopped.of("guild", 1)
    assert not await unlisted.state.stopped.is_there(delivery.id, "guild", 2), "another server"
    assert await unlisted.state.stopped.is_there(delivery.id, "guild", 1)
    assert not await unlisted.state.stopped.is_there(delivery.id, "guild", 1), "once is enough"
    assert not await unlisted.state.stopped.send(delivery.id, "guild", 1), "it is decided"
    await unlisted.announce()
    assert unlisted.discord.texts(TEXT.key) == ["Hello"]
    assert (await unlisted.state.outbox.backlog()).sent == 1


@pytest.mark.usefixtures("outdated")
async def test_somebody_says_that_it_is_to_be_sent(unlisted: Stage) -> None:
    await stopped(unlisted)
    unlisted.discord.delete(TEXT.key)
    (delivery,) = await unlisted.state.stopped.of("guild", 1)
    announcer = unlisted.announcer()
    unlisted.state.stopped.released.append(announcer.wake)
    async with announcer.running():
        assert await unlisted.state.stopped.send(delivery.id, "guild", 1)
        assert not await unlisted.state.stopped.send(delivery.id, "guild", 1), "once is enough"
        await until_shown(unlisted, "Hello")
        await until_nothing_waits(unlisted)
    assert unlisted.discord.calls.count("send") == 2
    assert await unlisted.state.stopped.of("guild", 1) == []


@pytest.mark.usefixtures("outdated")
async def test_what_is_stopped_is_found_once_discord_lists_again(unlisted: Stage) -> None:
    await stopped(unlisted)
    unlisted.discord.before = lambda *_: None
    await unlisted.state.outbox.forget_times()  # a minute later
    await unlisted.announce()
    assert unlisted.discord.texts(TEXT.key) == ["Hello"]
    backlog = await unlisted.state.outbox.backlog()
    assert (backlog.stopped, backlog.sent) == (0, 1)


@pytest.mark.usefixtures("outdated")
async def test_what_is_stopped_and_not_there_is_sent_once_discord_lists_again(
    unlisted: Stage,
) -> None:
    await stopped(unlisted)
    unlisted.discord.delete(TEXT.key)
    unlisted.discord.before = lambda *_: None
    await unlisted.state.outbox.forget_times()
    await unlisted.announce()
    assert unlisted.discord.texts(TEXT.key) == ["Hello"]
    assert (await unlisted.state.outbox.backlog()).stopped == 0


@pytest.mark.usefixtures("outdated")
async def test_it_is_looked_for_a_bounded_number_of_times(unlisted: Stage) -> None:
    await stopped(unlisted)
    announcer = unlisted.announcer()
    async with announcer.running():
        for _ in range(retry.MOST_LOOKS + retry.MOST_LOOKS_AFTER_STOP):
            looks = unlisted.discord.calls.count("search")
            await unlisted.state.outbox.forget_times()
            announcer.wake()
            await until(
                lambda looks=looks: (  # type: ignore[misc]
                    unlisted.discord.calls.count("search") > looks and announcer._sender.is_idle
                )
            )
    left = await unlisted.state.outbox.wait()
    assert left is not None
    assert left > 1e9, "never again, unless the clock is set back"


@pytest.mark.usefixtures("outdated")
async def test_an_outage_is_no_reason_to_stop(stage: Stage) -> None:
    lose_the_response(stage)
    stage.shelf.put("a.md", "Hello")
    stage.discord.before = lambda request, _: (
        BROKEN if stage.discord.messages[TEXT.key] and request != "send" else None
    )
    announcer = stage.announcer()
    async with announcer.running():
        await announcer.notice()
        await until_listed(stage, 3 * retry.MOST_LOOKS)
        assert (await stage.state.outbox.backlog()).stopped == 0
        stage.discord.before = lambda *_: None
        await until_nothing_waits(stage)
    assert stage.discord.texts(TEXT.key) == ["Hello"]


@pytest.mark.usefixtures("outdated")
async def test_a_rate_limit_is_no_reason_to_stop(stage: Stage) -> None:
    lose_the_response(stage)
    stage.shelf.put("a.md", "Hello")
    stage.discord.before = lambda request, _: (
        TryLater("Too many requests", 0.01)
        if stage.discord.messages[TEXT.key] and request == "history"
        else None
    )
    announcer = stage.announcer()
    async with announcer.running():
        await announcer.notice()
        await until_listed(stage, 3 * retry.MOST_LOOKS)
        assert stage.discord.calls.count("search") == 0
        stage.discord.before = lambda *_: None
        await until_nothing_waits(stage)
    assert stage.discord.texts(TEXT.key) == ["Hello"]


@pytest.mark.usefixtures("outdated")
async def test_a_channel_that_is_closed_meanwhile_is_paused(unlisted: Stage) -> None:
    await stopped(unlisted)
    unlisted.discord.before = lambda *_: NoAccess("the channel is gone")
    await unlisted.state.outbox.forget_times()
    await unlisted.announce()
    wish = await unlisted.state.subscriptions.get(TEXT.key)
    assert wish is not None
    assert wish.pause is not None
    assert (await unlisted.state.outbox.backlog()).stopped == 1


@pytest.fixture
async def restored(tmp_path: Path) -> AsyncIterator[Stage]:
    """A state from before the last announcement, whose post comes back, in an unlisted channel."""
    discord, shelf = Channels(), Shelf()
    async with State.open(tmp_path / "state.db") as state:
        before = Stage(state, shelf, discord)
        await before.announce()
        for to in (TEXT, READER):
            await state.subscriptions.keep(to)
        shelf.put("a.md", "Known", body="What everybody knows already.")
        await before.announce()
    shutil.copy(tmp_path / "state.db", tmp_path / "copy.db")
    async with State.open(tmp_path / "state.db") as state:
        after = Stage(state, shelf, discord)
        shelf.put("b.md", "Forgotten", body="What the copy does not know.")
        await after.announce()
    discord.before = lambda request, _: BROKEN if request == "history" else None
    async with State.open(tmp_path / "copy.db") as state:
        yield Stage(state, shelf, discord)


async def test_a_restored_state_doubles_nothing_that_nobody_can_look_for(restored: Stage) -> None:
    announcer = restored.announcer()
    async with announcer.running():
        await announcer.notice()
        await until_stopped(restored, 2)
        restored.shelf.put("c.md", "Later")  # nor can anybody tell of that one
        await announcer.notice()
        await until_stopped(restored, 4)
    for key in (TEXT.key, READER.key):
        assert restored.discord.texts(key) == ["Known", "Forgotten"]
    found = await restored.state.stopped.of("reader", 7)
    assert [(each.title, each.channel) for each in found] == [("Forgotten", None), ("Later", None)]
    assert await restored.state.stopped.of("reader", 8) == []


async def test_what_somebody_says_is_not_there_is_sent_without_another_look(
    restored: Stage,
) -> None:
    announcer = restored.announcer()
    restored.state.stopped.released.append(announcer.wake)
    restored.shelf.put("c.md", "Later")
    async with announcer.running():
        await announcer.notice()
        await until_stopped(restored, 4)
        for whose, number in (("guild", 1), ("reader", 7)):
            forgotten, later = await restored.state.stopped.of(whose, number)  # type: ignore[arg-type]
            assert await restored.state.stopped.is_there(forgotten.id, whose, number)  # type: ignore[arg-type]
            assert await restored.state.stopped.send(later.id, whose, number)  # type: ignore[arg-type]
        await until_stopped(restored, 0)
        await until_nothing_waits(restored)
    for key in (TEXT.key, READER.key):
        assert restored.discord.texts(key) == ["Known", "Forgotten", "Later"]


async def test_what_was_sent_at_a_word_does_not_make_the_rest_known(restored: Stage) -> None:
    """The forgotten message stands before it, unseen."""
    announcer = restored.announcer()
    restored.state.stopped.released.append(announcer.wake)
    restored.shelf.put("c.md", "Later")
    async with announcer.running():
        await announcer.notice()
        await until_stopped(restored, 4)
        _, later = await restored.state.stopped.of("guild", 1)
        await restored.state.stopped.send(later.id, "guild", 1)
        await until_stopped(restored, 3)
    await restored.state.outbox.forget_times()
    looks = restored.discord.calls.count("search")
    async with (following := restored.announcer()).running():
        await until(lambda: restored.discord.calls.count("search") >= looks + 3)
        await until(lambda: following._sender.is_idle)
    assert restored.discord.texts(TEXT.key) == ["Known", "Forgotten", "Later"]


async def test_nothing_after_the_last_known_message_is_sure_enough(restored: Stage) -> None:
    for key in (TEXT.key, READER.key):
        restored.discord.messages[key].pop()  # the copy is no older than the channel
    announcer = restored.announcer()
    async with announcer.running():
        await settled(announcer, restored)
        restored.shelf.put("c.md", "Later")
        await settled(announcer, restored)
    for key in (TEXT.key, READER.key):
        assert restored.discord.texts(key) == ["Known", "Forgotten", "Later"]
    following = restored.announcer()  # has as much to go by
    async with following.running():
        restored.shelf.put("d.md", "Last")
        await settled(following, restored)
    assert restored.discord.texts(TEXT.key)[-1] == "Last"
    assert (await restored.state.outbox.backlog()).stopped == 0
