"""The same thing can be done again after a while, and not before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.cooldown import Cooldown


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
