"""Background work that fails is begun again."""

from __future__ import annotations

import asyncio

import pytest

from bot.blog import background
from bot.blog.background import Retry, supervised
from tests.wire.patience import PATIENCE


async def test_work_that_fails_or_ends_is_logged_and_begun_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(background, "FIRST_WAIT", 0.01)
    begun = 0
    enough = asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise ExceptionGroup("several", [ValueError("not UTF-8")])
        if begun == 3:
            enough.set()
            await asyncio.Event().wait()

    async with asyncio.timeout(PATIENCE), supervised(work, name="watch"):
        await enough.wait()
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["watch"] * 2
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "watch"]


def test_what_failed_is_due_later_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("bot.blog.background.time.monotonic", lambda: now)
    retry = Retry()
    assert not retry.is_due
    waits = []
    for _ in range(8):
        retry.note(worked=False)
        waits.append(retry.seconds)
        now += 60
        assert retry.is_due
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    retry.note(worked=True)
    assert not retry.is_due
    assert retry.seconds is None
