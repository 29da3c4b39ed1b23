"""Requests go as fast as Discord takes them, and no faster."""

from __future__ import annotations

import asyncio

import pytest

from bot.transport.rate_limiter import MADE_UP_SECONDS, WINDOW_SECONDS, RateLimiter
from tests.virtual_time import VirtualTime, run


async def departures(
    rate_limiter: RateLimiter, requests: int, *, stall: float = 0.0
) -> list[float]:
    """When so many requests went that all wanted to go at once; the process stalls meanwhile."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTime)
    gone: list[float] = []

    async def request() -> None:
        await rate_limiter.wait()
        gone.append(loop.time())

    asked = asyncio.gather(*(request() for _ in range(requests)))
    await asyncio.sleep(0.3)
    loop.stall(stall)
    await asked
    return gone


def most_in_a_second(gone: list[float]) -> int:
    rounding = 1e-6
    return max(
        sum(start <= each < start + WINDOW_SECONDS - rounding for each in gone) for start in gone
    )


def test_no_second_has_more_than_its_share_and_none_is_wasted() -> None:
    gone = run(departures(RateLimiter(100), 250))
    assert most_in_a_second(gone) <= 100
    assert gone[-1] - gone[0] == pytest.approx(2.49)


def test_what_a_busy_process_missed_does_not_go_all_at_once() -> None:
    gone = run(departures(RateLimiter(100), 200, stall=0.5))
    assert most_in_a_second(gone) <= 100
    assert gone[-1] - gone[0] > 2.0 + 0.5 - 4 * MADE_UP_SECONDS
