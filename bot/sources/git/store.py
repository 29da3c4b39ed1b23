"""What has been fetched of a repository: commits, folders, files, and when these were changed."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from stat import S_ISDIR, S_ISLNK
from typing import TypeVar

from dulwich.lru_cache import LRUSizeCache
from dulwich.objects import S_ISGITLINK, Blob, Commit, ObjectID, ShaFile, Tag, Tree
from dulwich.repo import Repo

from bot.blog.errors import SourceError
from bot.blog.source import Dates
from bot.sources.tree import MOST_COPIES, MOST_DEPTH, Level, TreeEntry, is_markdown, is_project

T = TypeVar("T", bound=ShaFile)

# Files and folders that are held in memory: history compares each folder with its former self.
MOST_ENTRIES = 100_000
MOST_CACHED_BYTES = 16_000_000
# Git's own tests merge 66 branches at once; a commit can name any number.
MOST_PARENTS = 100
MOST_TAGS = 10

NAME_FOLDER = "Name the folder of the posts after the branch, as in #main:content/posts."
SUBMODULE = "another repository (a submodule), to be named in SLASHPOST_POSTS by itself"
NAME_SUBMODULE = "Its address is in this repository's .gitmodules."
# Of a .gitmodules file, read for its addresses: two lines a submodule.
MOST_MODULE_BYTES = 100_000
MOST_ADDRESS = 300
_MODULE_LINE = re.compile(r"(?m)^[ \t]*(path|url)[ \t]*=[ \t]*(\S.*?)[ \t]*$|^[ \t]*\[")
_USER = re.compile(r"(?<=//)[^/@]*@")


class Store:
    """Reads a bare repository on this disk. Close it in the end.

    Raises:
        dulwich.errors.NotGitRepository: the folder holds none.
    """

    def __init__(self, folder: Path) -> None:
        self.repo = Repo(str(folder), bare=True)
        self.repo.object_store.delta_base_cache_limit = MOST_CACHED_BYTES
        self._folders = LRUSizeCache[ObjectID, Sequence[TreeEntry[ObjectID]]](
            MOST_ENTRIES, compute_size=lambda entries: len(entries) + 1
        )

    def close(self) -> None:
        """Close its files."""
        self.repo.close()

    def commit(self, name: ObjectID) -> Commit:
        """A commit, also where a tag names it.

        Raises:
            KeyError: it was not fetched.
        """
        found = self.repo.object_store[name]
        for _ in range(MOST_TAGS):
            if not isinstance(found, Tag):
                break
            found = self.repo.object_store[found.object[1]]
        return _expect(found, Commit)

    def items(self, folder: ObjectID) -> Sequence[TreeEntry[ObjectID]]:
        """What lies in a folder, in git's order; raises KeyError where it was not fetched."""
        if folder not in self._folders:
            tree = _expect(self.repo.object_store[folder], Tree)
            self._folders[folder] = [_entry(*item) for item in tree.iteritems()]
        return self._folders[folder]

    def folder(self, top: ObjectID, path: str) -> ObjectID | None:
        """The folder at a path below another, if there is one."""
        for name in filter(None, path.split("/")):
            found = next((item for item in self.items(top) if item.name == name), None)
            if found is None or not found.is_folder or found.refused:
                return None
            top = found.content
        return top

    def modules(self, top: ObjectID) -> ObjectID | None:
        """The file of a commit's top folder that names its submodules, if there is one."""
        found = next((item for item in self.items(top) if item.name == ".gitmodules"), None)
        return None if found is None or found.is_folder or found.refused else found.content

    def has(self, name: ObjectID) -> bool:
        """Whether an object was fetched."""
        return name in self.repo.object_store

    def read(self, file: ObjectID) -> bytes:
        """What a file says; raises KeyError where it was not fetched."""
        return _expect(self.repo.object_store[file], Blob).data

    def parents(self, commit: Commit) -> Iterator[Commit]:
        """The commits before one, as far as they were fetched."""
        names = dict.fromkeys(commit.parents[:MOST_PARENTS])
        return (self.commit(parent) for parent in names if self.has(parent))


class CommitTree:
    """The folders of a commit as a ``sources.tree.Tree``; a file is read by its id.

    Args:
        store: what was fetched.
        top: the repository's own folder in the commit.
        folder: path of the posts in it.

    Raises:
        SourceError: there is no such folder.
    """

    def __init__(self, store: Store, top: ObjectID, folder: str) -> None:
        self._store = store
        self._top = top
        self._names = folder.split("/") if folder else []
        root = store.folder(top, folder)
        if root is None:
            raise self._why_no_folder(folder) or SourceError(
                f"there is no folder {folder} in the repository", NAME_FOLDER
            )
        self._root = root
        self.root = f"/{folder}" if folder else ""

    def _why_no_folder(self, folder: str) -> SourceError | None:
        """What stands in the folder's place, if something does."""
        while folder:
            parent, _, name = folder.rpartition("/")
            tree = self._store.folder(self._top, parent)
            for entry in self._store.items(tree) if tree else ():
                if entry.name == name and entry.refused:
                    hint = NAME_FOLDER
                    if entry.refused == SUBMODULE:
                        address = self._submodules.get(folder)
                        hint = f"Its address is {address}." if address else NAME_SUBMODULE
                    return SourceError(f"{folder} is {entry.refused}", hint)
            folder = parent
        return None

    def entries(self, path: str, content: ObjectID | None) -> Sequence[TreeEntry[ObjectID]]:
        """What lies in a folder."""
        items = self._store.items(content or self._root)
        if all(item.refused != SUBMODULE for item in items):
            return items
        return [self._addressed(item, [*self._names, path, item.name]) for item in items]

    def _addressed(self, item: TreeEntry[ObjectID], names: list[str]) -> TreeEntry[ObjectID]:
        """An entry with the address of the repository that it stands for, if any."""
        address = self._submodules.get("/".join(filter(None, names)))
        if item.refused != SUBMODULE or not address:
            return item
        return item._replace(refused=f"{SUBMODULE}: {address}")

    @cached_property
    def _submodules(self) -> dict[str, str]:
        """The address of each submodule by its path, without a user; as far as it was fetched."""
        file = self._store.modules(self._top)
        if file is None or not self._store.has(file):
            return {}
        text = self._store.read(file)[:MOST_MODULE_BYTES].decode("utf-8", "replace")
        found: dict[str, str] = {}
        module: dict[str, str] = {}
        for line in _MODULE_LINE.finditer(text):
            if line[1]:
                module[line[1]] = line[2].strip('"')
            else:
                module = {}
            if len(module) == 2 and module["url"].isprintable():  # noqa: PLR2004 - path and url
                found[module["path"].strip("/")] = _USER.sub("", module["url"])[:MOST_ADDRESS]
        return found

    def above(self) -> Iterator[Level[ObjectID]]:
        """The folders above, up to the repository's own, which is a project's."""
        for length in reversed(range(len(self._names))):
            tree = self._store.folder(self._top, "/".join(self._names[:length]))
            entries = list(self._store.items(tree)) if tree else []
            yield Level(entries, length == 0 or is_project(entry.name for entry in entries))


def _entry(name: bytes, mode: int, sha: ObjectID) -> TreeEntry[ObjectID]:
    """What a folder says of a file or folder in it."""
    text = name.decode("utf-8", "surrogateescape")
    refused = None
    if S_ISGITLINK(mode):
        refused = SUBMODULE
    elif S_ISLNK(mode):
        refused = "a link"
    elif name in {b"", b".", b".."} or b"/" in name:
        refused = "it has no name that a file can have"
    is_folder = S_ISDIR(mode) or S_ISGITLINK(mode)
    return TreeEntry(text, is_folder, sha, sha if S_ISDIR(mode) else None, refused)


def _expect(found: ShaFile, kind: type[T]) -> T:
    if not isinstance(found, kind):
        raise TypeError(f"{found.id!r} is no {kind.__name__.lower()}")
    return found


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
