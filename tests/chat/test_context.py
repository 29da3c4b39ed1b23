"""Who cannot be reached is looked up now and then, and what is shared often has to wait."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import simcord
from hypothesis import given
from hypothesis import strategies as st

from bot.announce.subscription import Subscriptions
from bot.blog.errors import StateUnavailable
from bot.chat.client import Slashpost
from bot.chat.context import ASK_SECONDS, Cooldown, UnreachableReaders
from bot.serve.state import State
from tests.chat.conftest import Stage


@dataclass
class Clock:
    """Stands still until it is set."""

    now: float = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def asked(monkeypatch: pytest.MonkeyPatch) -> list[frozenset[int]]:
    """The answers to every question whom to tell."""
    answers: list[frozenset[int]] = []
    ask = Subscriptions.unnotified_readers

    async def count(self: Subscriptions) -> frozenset[int]:
        answers.append(await ask(self))
        return answers[-1]

    monkeypatch.setattr(Subscriptions, "unnotified_readers", count)
    return answers


def with_clock(env: simcord.Env, state: State, clock: Clock) -> None:
    """Let the bot look at a clock of ours."""
    assert isinstance(env.bot, Slashpost)
    env.bot.context.unreachable = UnreachableReaders(state.subscriptions, clock=clock)


async def test_the_state_is_asked_once_a_minute(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, clock = asked(monkeypatch), Clock()
    with_clock(stage.env, stage.state, clock)
    for _ in range(3):
        await stage.type("latest")
    await stage.suggestions("post", "post", "bed")
    assert len(answers) == 1
    clock.now += ASK_SECONDS
    await stage.type("latest")
    assert len(answers) == 2


async def test_commands_are_answered_though_the_state_is_gone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_: Subscriptions) -> frozenset[int]:
        raise StateUnavailable("gone")

    monkeypatch.setattr(Subscriptions, "unnotified_readers", fail)
    with_clock(stage.env, stage.state, Clock())
    result = await stage.rea.slash(stage.channel, "latest")
    assert result.response is not None
    assert result.followups == []
    assert "Could not look whom to tell" in caplog.text


def test_each_one_waits_for_themselves() -> None:
    cooldown = Cooldown(60)
    assert cooldown.take("ada", 100) == 0
    assert cooldown.take("ada", 100.5) == 60
    assert cooldown.take("ben", 100.5) == 0
    assert cooldown.take("ada", 159.9) == 1
    assert cooldown.take("ada", 160) == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50)), max_size=30))
def test_two_turns_are_never_closer_than_that(uses: list[tuple[str, int]]) -> None:
    cooldown, now, done = Cooldown(60), 0, dict[str, int]()
    for who, later in uses:
        now += later
        wait = cooldown.take(who, now)
        if wait == 0:
            assert who not in done or now - done[who] >= 60
            done[who] = now
        else:
            assert 0 < wait <= 60
