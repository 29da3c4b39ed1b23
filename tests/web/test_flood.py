"""A flood of strangers leaves room for readers (benchmarks/flood.py, which lasts for minutes)."""

from __future__ import annotations

from benchmarks.flood import flood
from tests.wire.patience import PATIENCE


async def test_readers_are_answered_while_strangers_flood_the_bot() -> None:
    outcome = await flood(connections=600, seconds=8, megabytes=256, patience=PATIENCE)
    assert outcome.failures == []
    assert len(outcome.seconds) > 5
    assert max(outcome.megabytes) < 120
