"""When files were written and last changed, by the commits that did it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from dulwich.objects import Commit, ObjectID

from bot.blog.source import Dates
from bot.sources.git.store import Store
from bot.sources.rules import is_markdown

# A file's path, and its content before and after a commit; None where it did not exist.
Change = tuple[str, ObjectID | None, ObjectID | None]


def dates_of(store: Store, head: Commit, folder: str, now: int) -> dict[str, Dates]:
    """The dates of the Markdown files below a folder, by path relative to it.

    Seconds are those of the commits' authors. A file that was moved as it was keeps its
    past. One that was there before the known history begins has no day of writing, and
    one that did not change since then has no dates at all.

    Args:
        store: what was fetched: commits and folders, as far back as they are known.
        head: the newest commit.
        folder: path of the posts in the repository.
        now: Unix seconds; a clock that was ahead of them shall hide no post until then.
    """
    today = {path: path for path, _, _ in _changes(store, None, _root(store, head, folder))}
    written: dict[str, int] = {}
    changed: dict[str, int] = {}
    for commit in _newest_first(store, head):
        changes = _changes_by(store, commit, folder)
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


def _changes_by(store: Store, commit: Commit, folder: str) -> list[Change] | None:
    """What a commit did itself; of a merge, what none of its parents had."""
    parents = list(store.parents(commit))
    if len(parents) < len(commit.parents):  # what was before is not known
        return None
    here = _root(store, commit, folder)
    first, *others = [_root(store, parent, folder) for parent in parents] or [None]
    changes = list(_changes(store, first, here))
    for other in others:
        own = {path for path, _, _ in _changes(store, other, here)} if changes else set()
        changes = [change for change in changes if change[0] in own]
    return changes


def _root(store: Store, commit: Commit, folder: str) -> ObjectID | None:
    return store.folder(commit.tree, folder)


def _changes(
    store: Store, old: ObjectID | None, new: ObjectID | None, prefix: str = ""
) -> Iterator[Change]:
    """Where the Markdown files of two folders differ."""
    if old == new:
        return
    before = {item.name: item for item in (store.items(old) if old else ())}
    after = {item.name: item for item in (store.items(new) if new else ())}
    for name, _ in sorted(
        {(i.name, i.id) for i in before.values()} ^ {(i.name, i.id) for i in after.values()}
    ):
        one, other = before.pop(name, None), after.pop(name, None)
        if (one and one.is_folder) or (other and other.is_folder):
            yield from _changes(
                store,
                one.id if one and one.is_folder else None,
                other.id if other and other.is_folder else None,
                f"{prefix}{name}/",
            )
        elif (one or other) and is_markdown(name):
            yield prefix + name, one and one.id, other and other.id
