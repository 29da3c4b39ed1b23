"""What has been fetched of a repository: commits, folders and files by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple, TypeVar

from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tag, Tree
from dulwich.repo import Repo

T = TypeVar("T", bound=ShaFile)

# Folders that are held in memory: history compares each with its former self.
MOST_FOLDERS = 512


class Item(NamedTuple):
    """Something in a folder. Neither a folder nor a file is a link or another repository."""

    name: str
    id: ObjectID
    is_folder: bool
    is_file: bool


class Store:
    """Reads a bare repository on this disk. Close it in the end.

    Raises:
        dulwich.errors.NotGitRepository: the folder holds none.
    """

    def __init__(self, folder: Path) -> None:
        self.repo = Repo(str(folder), bare=True)
        self.items = lru_cache(MOST_FOLDERS)(self._items)

    def close(self) -> None:
        """Let go of its files."""
        self.repo.close()

    def commit(self, name: ObjectID) -> Commit:
        """A commit, also where a tag names it.

        Raises:
            KeyError: it was not fetched.
        """
        found = self.repo.object_store[name]
        while isinstance(found, Tag):
            found = self.repo.object_store[found.object[1]]
        return _expect(found, Commit)

    def _items(self, folder: ObjectID) -> Sequence[Item]:
        """What lies in a folder, in git's order; raises KeyError where it was not fetched."""
        tree = _expect(self.repo.object_store[folder], Tree)
        return [
            Item(name.decode("utf-8", "surrogateescape"), sha, S_ISDIR(mode), S_ISREG(mode))
            for name, mode, sha in tree.iteritems()
        ]

    def folder(self, top: ObjectID, path: str) -> ObjectID | None:
        """The folder at a path below another, if there is one."""
        for name in filter(None, path.split("/")):
            found = next((item for item in self.items(top) if item.name == name), None)
            if found is None or not found.is_folder:
                return None
            top = found.id
        return top

    def find(self, top: ObjectID, path: str) -> ObjectID | None:
        """The file at a path below a folder, if there is one."""
        parent, _, name = path.rpartition("/")
        folder = self.folder(top, parent)
        items = self.items(folder) if folder else ()
        return next((item.id for item in items if item.name == name and item.is_file), None)

    def has(self, name: ObjectID) -> bool:
        """Whether an object was fetched."""
        return name in self.repo.object_store

    def read(self, file: ObjectID) -> bytes:
        """What a file says; raises KeyError where it was not fetched."""
        return _expect(self.repo.object_store[file], Blob).data

    def parents(self, commit: Commit) -> Iterator[Commit]:
        """The commits before one, as far as they were fetched."""
        return (self.commit(parent) for parent in commit.parents if self.has(parent))


def _expect(found: ShaFile, kind: type[T]) -> T:
    if not isinstance(found, kind):
        raise TypeError(f"{found.id!r} is no {kind.__name__.lower()}")
    return found
