"""An index in a folder of its own, and a clock that tests can set."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from bot.index.index import Index
from tests.index.blog import PlainReader, blog


class Clock:
    """Stands still on 1 June 2024 until a test moves it."""

    def __init__(self) -> None:
        self.now = dt.datetime(2024, 6, 1, tzinfo=dt.UTC).timestamp()

    def __call__(self) -> float:
        """Unix seconds."""
        return self.now

    def set(self, day: str) -> None:
        """Move to the midnight of that day."""
        self.now = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC).timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def index(tmp_path: Path, clock: Clock) -> AsyncIterator[Index]:
    async with Index(tmp_path / "index.db", clock=clock) as index:
        yield index


Fill = Callable[[Mapping[str, str]], Awaitable[Index]]


@pytest.fixture
def library(index: Index) -> Fill:
    """A function that puts these texts by path into an index, and returns it."""

    async def fill(files: Mapping[str, str]) -> Index:
        await index.sync(blog(files), PlainReader())
        return index

    return fill
