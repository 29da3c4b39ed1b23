"""When files were written and last changed, by the commits that did it."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from dulwich.objects import Commit, ObjectID

from bot.blog.source import Dates
from bot.sources.git.store import Store
from bot.sources.tree import MOST_COPIES, MOST_DEPTH, is_markdown

# A thousand commits to a site of 50,000 files compare a tenth of this many.
MOST_COMPARED = 1_000_000
MOST_COMMITS = 10_000

# A file's path, and its content before and after a commit; None where it did not exist.
Change = tuple[str, ObjectID | None, ObjectID | None]


def dates_of(
    store: Store, head: Commit, folder: str, paths: Iterable[str], now: int
) -> dict[str, Dates]:
    """The dates of the Markdown files below a folder, by path relative to it.

    Seconds are those of the commits' authors. A file that was moved as it was keeps its
    past. One that was there before the known history begins has no day of writing, and
    one that did not change since then has no dates at all.

    Args:
        store: what was fetched: commits and folders, as far back as they are known.
        head: the newest commit.
        folder: path of the posts in the repository.
        paths: the files as they are called today.
        now: Unix seconds; a clock that was ahead of them shall hide no post until then.
    """
    today = {path: path for path in paths}
    written: dict[str, int] = {}
    changed: dict[str, int] = {}
    comparison = _Comparison(store, folder)
    for commit in islice(_newest_first(store, head), MOST_COMMITS):
        try:
            changes = comparison.changes_by(commit)
        except _TooManyError:  # what is older has no dates
            break
        if changes is None:
            continue
        when = min(commit.author_time, now)
        gone = {old: path for path, old, new in changes if new is None and old is not None}
        for path, old, new in changes:
            current = today.get(path)
            if current is None or new is None:
                continue
            if old is None and (former := gone.get(new)) is not None and former not in today:
                today[former] = current  # moved
                del today[path]
                continue
            changed.setdefault(current, when)
            if old is None:
                written[current] = when
    return {path: Dates(written.get(path), seconds) for path, seconds in changed.items()}


def _newest_first(store: Store, head: Commit) -> Iterator[Commit]:
    waiting = [(-head.commit_time, head.id)]
    seen = {head.id}
    while waiting:
        _, name = heapq.heappop(waiting)
        commit = store.commit(name)
        yield commit
        for parent in store.parents(commit):
            if parent.id not in seen:
                seen.add(parent.id)
                heapq.heappush(waiting, (-parent.commit_time, parent.id))


class _TooManyError(Exception):
    """The history is longer than anybody waits for."""


class _Comparison:
    """Compares the folders of posts of commits, up to a limit in all."""

    def __init__(self, store: Store, folder: str) -> None:
        self._store = store
        self._folder = folder
        self._left = MOST_COMPARED
        self._seen: Counter[tuple[ObjectID | None, ObjectID | None]] = Counter()

    def changes_by(self, commit: Commit) -> list[Change] | None:
        """What a commit did itself; of a merge, what none of its parents had."""
        parents = list(self._store.parents(commit))
        if len(parents) < len(commit.parents):  # what was before is not known
            return None
        self._seen.clear()
        here = self._root(commit)
        first, *others = [self._root(parent) for parent in parents] or [None]
        changes = list(self._changes(first, here))
        for other in others:
            own = {path for path, _, _ in self._changes(other, here)} if changes else set()
            changes = [change for change in changes if change[0] in own]
        return changes

    def _root(self, commit: Commit) -> ObjectID | None:
        return self._store.folder(commit.tree, self._folder)

    def _changes(
        self, old: ObjectID | None, new: ObjectID | None, prefix: str = ""
    ) -> Iterator[Change]:
        """Where the Markdown files of two folders differ."""
        self._seen[old, new] += 1
        if old == new or self._seen[old, new] > MOST_COPIES or prefix.count("/") > MOST_DEPTH:
            return
        before, after = (set(self._store.items(tree) if tree else ()) for tree in (old, new))
        self._left -= len(before) + len(after)
        if self._left < 0:
            raise _TooManyError
        former = {entry.name: entry for entry in before - after}
        later = {entry.name: entry for entry in after - before}
        for name in sorted({*former, *later}):
            one, other = former.get(name), later.get(name)
            was, now = (entry.content if entry and entry.id else None for entry in (one, other))
            if was or now:
                yield from self._changes(was, now, f"{prefix}{name}/")
            elif is_markdown(name):
                yield prefix + name, one and one.content, other and other.content
