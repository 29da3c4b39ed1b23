"""What is worked out from the index once, and again when the index has changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.index.database import Database
from bot.index.live import LiveConnection

T = TypeVar("T")


class Kept(Generic[T]):
    """One such thing.

    Args:
        live: the connection to the index.
        make: works it out, with the connection for itself meanwhile.
    """

    def __init__(self, live: LiveConnection, make: Callable[[Database], Awaitable[T]]) -> None:
        self._live = live
        self._make = make
        self._made: tuple[tuple[int, int], T] | None = None

    async def get(self) -> T:
        """The thing as the index is now; the same object until that changes.

        Raises:
            IndexUnavailable: there is no index, or it cannot be read.
        """
        async with self._live.use() as database:
            version = await self._live.version(database)
            if self._made is None or self._made[0] != version:
                self._made = version, await self._make(database)
        return self._made[1]
