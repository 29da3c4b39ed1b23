"""Notices changes in the posts folder. Imported when watching begins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from watchfiles import awatch

from bot.blog.background import Retry

log = logging.getLogger(__name__)

# A change shows within two seconds. Writing many files is one change once it pauses for
# 50 ms (watchfiles' own step), and every so often while it goes on.
MOST_MS_OF_CHANGES = 1000
# How often to check whether the folder itself was replaced, which no event reports.
CHECK_FOLDER_MS = 500
SECONDS_UNTIL_NEXT_TRY = 60


class Watcher:
    """Calls ``refresh`` after every change in a folder.

    Args:
        folder: the posts.
        ignored: files whose path begins like this are not posts, such as the index.
        outside: the files that the posts depend on now, outside the folder or hidden in it.
        refresh: reads the posts again.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ignored: Path,
        outside: Callable[[], tuple[Path, ...]],
        refresh: Callable[[], Awaitable[bool]],
    ) -> None:
        self._folder = folder
        self._ignored = ignored
        self._outside = outside
        self._refresh = refresh

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            watched = (self._folder, *self._outside())
            before = identities(watched)
            if before[0] is None:  # moved away, perhaps to be replaced
                await asyncio.sleep(CHECK_FOLDER_MS / 1000)
                continue
            caught_up, retry = False, Retry()
            try:
                async for changes in awatch(
                    *(path.resolve() for path in watched if path.exists()),
                    watch_filter=self._concerns_posts,
                    debounce=MOST_MS_OF_CHANGES,
                    rust_timeout=CHECK_FOLDER_MS,
                    yield_on_timeout=True,
                ):
                    replaced = identities(watched) != before
                    # The first time for what changed before the system reported changes.
                    if changes or replaced or not caught_up or retry.is_due:
                        retry.note(worked=await self._refresh())
                        caught_up = True
                    if replaced or watched[1:] != self._outside():
                        break
            except OSError as error:  # such as the system's limit of watches
                log.warning("Cannot watch %s: %s", self._folder, error)
                await asyncio.sleep(SECONDS_UNTIL_NEXT_TRY)
            except ExceptionGroup as group:  # watchfiles meets a name that is not UTF-8
                causes = "; ".join(map(str, group.exceptions))
                log.warning("A change in %s cannot be told: %s", self._folder, causes)
                await asyncio.sleep(CHECK_FOLDER_MS / 1000)

    def _concerns_posts(self, _change: object, path: str) -> bool:
        """Whether a changed file may be a post or configuration: not hidden, not the index."""
        if path.startswith(str(self._ignored.resolve())):
            return False
        changed = Path(path)
        root = self._folder.resolve()
        if not changed.is_relative_to(root) or changed in map(Path.resolve, self._outside()):
            return True
        folders = changed.relative_to(root).parts[:-1]
        return not any(name.startswith(".") or name == "node_modules" for name in folders)


def identities(paths: tuple[Path, ...]) -> list[tuple[int, int] | None]:
    """Device and inode of each path, which tell whether it was replaced; None where it is gone."""
    found: list[tuple[int, int] | None] = []
    for path in paths:
        try:
            stat = path.stat()
        except OSError:
            found.append(None)
        else:
            found.append((stat.st_dev, stat.st_ino))
    return found
