"""A folder of Markdown files on this machine."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from bot.blog.errors import LeftOut, SourceError
from bot.blog.source import Dates, Snapshot, SourceFile
from bot.sources.tree import (
    MOST_SITE_FILE_BYTES,
    Level,
    Listing,
    SiteFiles,
    TreeEntry,
    is_markdown,
    is_project,
    is_published,
    site_file_text,
    too_large,
    unreadable,
    walk,
)

# Each of them is looked for.
MOST_SUBMODULES = 100
NOT_FETCHED = "another repository (a submodule); git submodule update --init fetches its files"
_SUBMODULE = re.compile(r"^[ \t]*path[ \t]*=[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)


class FolderFile(NamedTuple):  # made in a third of a frozen dataclass's time
    """One Markdown file of a folder."""

    path: str
    size: int
    stamp: int
    location: str
    dates: Dates | None = None

    def read(self) -> bytes:
        """The file's bytes.

        Raises:
            OSError: it vanished or cannot be read.
        """
        with open(self.location, "rb") as file:  # noqa: PTH123 - half the cost of Path.open
            return file.read()


class Folder:
    """A folder of posts, with the configuration of the site that it belongs to.

    Args:
        root: the folder given by the user.
        site: tells the site's configuration.
        max_bytes: larger Markdown files are left out.
    """

    def __init__(self, root: Path, *, site: SiteFiles, max_bytes: int) -> None:
        self.root = root
        self._site = site
        self._max_bytes = max_bytes

    def fetched(self) -> Snapshot | None:
        """None: a folder is not fetched."""
        return None

    def snapshot(self) -> Snapshot:
        """List the Markdown files below the folder, and the site's configuration around it.

        Raises:
            SourceError: the folder is missing, is no folder, cannot be listed, or holds
                no Markdown at all.
        """
        tree = _Disk(self._existing_root())
        listing = walk(tree, self._site)
        listing.left_out += _submodules_not_fetched(Path(self.root).resolve())
        if listing.is_empty:
            raise SourceError(
                f"there are no Markdown files in {self.root}",
                "Point --posts (SLASHPOST_POSTS) at the folder that holds the posts.",
            )
        files = self._files(listing)
        return Snapshot(
            name=str(self.root),
            files=files,
            left_out=tuple(sorted(listing.left_out, key=lambda left: left.path)),
            site_files=_texts(listing),
            problems=tuple(listing.problems),
            inside=listing.inside,
            markers=frozenset(listing.markers),
        )

    def close(self) -> None:
        """Nothing is held between two looks."""

    def _existing_root(self) -> Path:
        hint = "Point --posts (SLASHPOST_POSTS) at the folder that holds the posts."
        try:
            root = self.root.resolve(strict=True)
            os.scandir(root).close()
        except FileNotFoundError:
            raise SourceError(f"the posts folder {self.root} does not exist", hint) from None
        except NotADirectoryError:
            raise SourceError(f"{self.root} is a file, not a folder of posts", hint) from None
        except (OSError, RuntimeError) as error:  # RuntimeError: a symlink that leads to itself
            reason = getattr(error, "strerror", None) or str(error)
            raise SourceError(f"the posts folder {self.root} cannot be read: {reason}") from None
        return root

    def _files(self, listing: Listing[str]) -> tuple[SourceFile, ...]:
        """The posts' files in order of their paths."""
        files: list[SourceFile] = []
        for path, location in sorted(listing.files.items()):
            try:
                status = os.stat(location)  # noqa: PTH116 - speed
            except OSError as error:
                listing.problems.append(unreadable(path, error))
                continue
            if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for without end
                listing.left_out.append(LeftOut(path, "no ordinary file"))
            elif status.st_size > self._max_bytes:
                listing.left_out.append(LeftOut(path, too_large(status.st_size, self._max_bytes)))
            else:
                files.append(FolderFile(path, status.st_size, status.st_mtime_ns, location))
        return tuple(files)


def _submodules_not_fetched(root: Path) -> Iterator[LeftOut]:
    """The submodules among the posts whose files git has not fetched: their folders are empty."""
    for top in (root, *root.parents):
        if (top / ".git").exists():
            break
    else:
        return
    try:
        with (top / ".gitmodules").open(encoding="utf-8", errors="replace") as file:
            text = file.read(MOST_SITE_FILE_BYTES)
    except OSError:
        return
    for name in islice(_SUBMODULE.findall(text), MOST_SUBMODULES):
        folder = Path(os.path.normpath(top / name.strip('"')))
        if folder == root or not folder.is_relative_to(root):
            continue
        with suppress(OSError, ValueError), os.scandir(folder) as entries:
            if next(entries, None) is None:
                yield LeftOut(f"{folder.relative_to(root).as_posix()}/", NOT_FETCHED)


class _Disk:
    """A folder as a tree; a file is read by its location."""

    def __init__(self, root: Path) -> None:
        self.root = "" if root == Path(root.anchor) else root.as_posix()
        self._folder = root

    def entries(self, path: str, _content: str | None) -> Iterator[TreeEntry[str]]:
        """What lies in a folder."""
        folder = os.path.join(self._folder, path)  # noqa: PTH118 - speed
        with os.scandir(folder) as scan:
            for entry in scan:
                if entry.is_symlink():
                    yield self._linked(entry)
                else:
                    yield TreeEntry(entry.name, entry.is_dir(), entry.path)

    def _linked(self, entry: os.DirEntry[str]) -> TreeEntry[str]:
        """What a symbolic link leads to, read there, so that it cannot be led elsewhere later."""
        target = Path(os.path.realpath(entry.path))
        try:
            is_folder = target.is_dir()
            reason = self._why_not_followed(Path(entry.path), target)
        except OSError as error:
            is_folder, reason = False, f"a link that cannot be followed: {error.strerror}"
        return TreeEntry(entry.name, is_folder, str(target), refused=reason)

    def _why_not_followed(self, link: Path, target: Path) -> str | None:
        if not target.exists():
            return "a link that leads nowhere"
        if not target.is_relative_to(self._folder):
            return "a link that leaves the folder"
        if target.is_dir():  # following it would list its target twice, or without end
            return "a link to a folder that is listed itself"
        is_alike = is_markdown(link.name) and is_markdown(target.name)
        if not is_alike and link.suffix.lower() != target.suffix.lower():
            return "a link to a file of another kind"
        inside = PurePosixPath(target.relative_to(self._folder))
        if not is_published(inside, PurePosixPath(link.parent.relative_to(self._folder))):
            return "a link to a file that is hidden, or no post by its folder"
        return None

    def above(self) -> Iterator[Level[str]]:
        """The folders above: not beyond the top of a repository, nor from the home folder up."""
        below = self._folder
        for folder in self._folder.parents:
            if (below / ".git").exists() or folder in (Path.home(), Path(folder.anchor)):
                return
            try:
                with os.scandir(folder) as scan:
                    entries = [TreeEntry(one.name, one.is_dir(), one.path) for one in scan]
            except OSError:  # not ours to read: no configuration of this site
                return
            entries.sort(key=lambda entry: entry.name)
            yield Level(entries, is_project(entry.name for entry in entries))
            below = folder


def _texts(listing: Listing[str]) -> dict[str, str]:
    """The text of each file that configures the site."""
    texts = {}
    for path, location in listing.site_files.items():
        if not os.path.isfile(location):  # noqa: PTH113 - a pipe would be waited for
            continue
        try:
            with open(location, "rb") as file:  # noqa: PTH123 - as above
                data = file.read(MOST_SITE_FILE_BYTES)
        except OSError as error:
            listing.problems.append(unreadable(path, error))
            continue
        if (text := site_file_text(path, data, listing.problems)) is not None:
            texts[path] = text
    return texts
