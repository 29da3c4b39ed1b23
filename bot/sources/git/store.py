"""What has been fetched of a repository: commits, folders and files by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from stat import S_ISDIR, S_ISLNK
from typing import TypeVar

from dulwich.lru_cache import LRUSizeCache
from dulwich.objects import S_ISGITLINK, Blob, Commit, ObjectID, ShaFile, Tag, Tree
from dulwich.repo import Repo

from bot.blog.errors import SourceError
from bot.sources.tree import Level, TreeEntry, is_project

T = TypeVar("T", bound=ShaFile)

# Files and folders that are held in memory: history compares each folder with its former self.
MOST_ENTRIES = 100_000
MOST_BYTES_AT_HAND = 16_000_000
# Git's own tests merge 66 branches at once; a commit can name any number.
MOST_PARENTS = 100
MOST_TAGS = 10

NAME_FOLDER = "Name the folder of the posts after the branch, as in #main:content/posts."
SUBMODULE = "another repository (a submodule), to be named in SLASHPOST_POSTS by itself"
NAME_SUBMODULE = "Its address is in this repository's .gitmodules."


class Store:
    """Reads a bare repository on this disk. Close it in the end.

    Raises:
        dulwich.errors.NotGitRepository: the folder holds none.
    """

    def __init__(self, folder: Path) -> None:
        self.repo = Repo(str(folder), bare=True)
        self.repo.object_store.delta_base_cache_limit = MOST_BYTES_AT_HAND
        self._folders = LRUSizeCache[ObjectID, Sequence[TreeEntry[ObjectID]]](
            MOST_ENTRIES, compute_size=lambda entries: len(entries) + 1
        )

    def close(self) -> None:
        """Let go of its files."""
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
                    hint = NAME_SUBMODULE if entry.refused == SUBMODULE else NAME_FOLDER
                    return SourceError(f"{folder} is {entry.refused}", hint)
            folder = parent
        return None

    def entries(self, _path: str, content: ObjectID | None) -> Sequence[TreeEntry[ObjectID]]:
        """What lies in a folder."""
        return self._store.items(content or self._root)

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
