"""A folder of Markdown files on this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from operator import attrgetter
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import NamedTuple

from bot.blog.errors import SourceError
from bot.blog.problem import LeftOut, Problem
from bot.blog.source import Dates, Snapshot, SourceFile
from bot.sources.rules import (
    MOST_LEVELS_UP,
    MOST_SITE_FILE_BYTES,
    VERSION_CONTROL,
    is_markdown,
    is_project,
    is_text,
    too_large,
    why_not_entered,
)


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


@dataclass(slots=True)
class _Findings:
    """What a walk has come across so far."""

    files: list[SourceFile] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    site_files: dict[str, str] = field(default_factory=dict)
    markers: set[str] = field(default_factory=set)
    newest: float = 0.0


class Folder:
    """A folder of posts, with the configuration of the site that it belongs to.

    What configures a site is the caller's knowledge (``bot.generators.known`` in Slashpost):

    Args:
        root: the folder given by the user.
        is_site_file: whether the file with this absolute path (with ``/``) configures a
            site, so that its text is wanted.
        is_marker: whether a file or folder of this name lies in a site's own folder, and
            tells the generator.
        is_content_folder: whether a folder of this name on the way to the posts is
            usually part of a site, which begins above it; asked only where no marker
            was found.
        max_bytes: larger Markdown files are left out.
    """

    def __init__(
        self,
        root: Path,
        *,
        is_site_file: Callable[[str], bool],
        is_marker: Callable[[str], bool],
        is_content_folder: Callable[[str], bool] = lambda _name: False,
        max_bytes: int,
    ) -> None:
        self.root = root
        self._is_site_file = is_site_file
        self._is_marker = is_marker
        self._is_content_folder = is_content_folder
        self._max_bytes = max_bytes

    def snapshot(self) -> Snapshot:
        """List the Markdown files below the folder, and the site's configuration around it.

        Raises:
            SourceError: the folder is missing, is no folder, cannot be listed, or holds
                no Markdown at all.
        """
        root = self._existing_root()
        found = _Findings()
        waiting = [""]
        while waiting:
            waiting += self._list(str(root), waiting.pop(), found)
        inside = self._look_above(root, found)
        if not found.files and not found.left_out and not found.problems:
            raise SourceError(
                f"there are no Markdown files in {self.root}",
                "Point --posts (SLASHPOST_POSTS) at the folder that holds the posts.",
            )
        return Snapshot(
            name=str(self.root),
            files=tuple(sorted(found.files, key=attrgetter("path"))),
            left_out=tuple(sorted(found.left_out, key=attrgetter("path"))),
            problems=tuple(found.problems),
            site_files=found.site_files,
            inside=inside,
            markers=frozenset(found.markers),
            generation=int(min(found.newest, time.time())),
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

    def _list(self, root: str, below: str, found: _Findings) -> list[str]:
        """Sort one folder's entries into ``found``; give the folders in it to list next."""
        prefix = f"{below}/" if below else ""
        try:
            folder = os.path.join(root, below)  # noqa: PTH118 - speed
            # What is removed shows in the folder's own time.
            found.newest = max(found.newest, os.stat(folder).st_mtime)  # noqa: PTH116 - as above
            with os.scandir(folder) as scan:
                entries = list(scan)
        except OSError as error:
            found.problems.append(_unreadable(f"{below}/", error))
            return []
        posts = {entry.name for entry in entries if is_markdown(entry.name)}
        others = (entry.name for entry in entries if entry.name not in posts)
        marks = [name for name in others if self._is_marker(name)]
        found.markers.update(prefix + name for name in marks)
        folders = []
        for entry in entries:
            path = prefix + entry.name
            try:
                if entry.is_symlink() and (reason := _why_not_followed(entry, root)):
                    if entry.name in posts or os.path.isdir(entry.path):  # noqa: PTH112
                        found.left_out.append(LeftOut(path, reason))
                elif not entry.is_dir():
                    take = self._take if entry.name in posts else self._take_site_file
                    take(entry, path, found)
                elif reason := why_not_entered(entry.name, beside_site_files=bool(marks)):
                    found.left_out.append(LeftOut(f"{path}/", reason))
                elif entry.name not in VERSION_CONTROL:
                    folders.append(path)
            except OSError as error:
                found.problems.append(_unreadable(path, error))
        return folders

    def _take(self, entry: os.DirEntry[str], path: str, found: _Findings) -> None:
        """Add one Markdown file, or leave it out with a reason."""
        stat = entry.stat()
        found.newest = max(found.newest, stat.st_mtime)
        if not S_ISREG(stat.st_mode):  # a pipe, say, which would be waited for without end
            found.left_out.append(LeftOut(path, "no ordinary file"))
        elif not is_text(path):
            found.problems.append(_unnameable(path))
        elif entry.name.startswith("."):
            found.left_out.append(LeftOut(path, "hidden file"))
        elif stat.st_size > self._max_bytes:
            found.left_out.append(LeftOut(path, too_large(stat.st_size, self._max_bytes)))
        else:
            found.files.append(FolderFile(path, stat.st_size, stat.st_mtime_ns, entry.path))

    def _take_site_file(self, entry: os.DirEntry[str], path: str, found: _Findings) -> None:
        """Read a file if it configures the site."""
        if self._is_site_file(Path(entry.path).as_posix()):
            self._read_site_file(entry.path, path, found)

    def _read_site_file(self, location: str, path: str, found: _Findings) -> None:
        """Keep the text of a file that configures the site."""
        try:
            with open(location, "rb") as file:  # noqa: PTH123 - as above
                text = file.read(MOST_SITE_FILE_BYTES).decode("utf-8-sig")
        except OSError as error:
            found.problems.append(_unreadable(path, error))
        except UnicodeDecodeError as error:
            reason = f"this configuration file is not UTF-8 (byte {error.start + 1})"
            found.problems.append(Problem(path, None, reason, "Save it as UTF-8."))
        else:
            found.site_files[path] = text

    def _look_above(self, root: Path, found: _Findings) -> PurePosixPath:
        """Collect the site's configuration above the posts; give the posts' place in the site.

        The site's own folder is the nearest one, from the posts upwards, that holds a
        marker. The search ends there, at the top of a repository, below the home folder
        and after a few levels: what lies beyond belongs to something else.
        """
        if any("/" not in marker for marker in found.markers):
            return PurePosixPath()
        ended = (root / ".git").exists()
        for level, above in enumerate(root.parents[:MOST_LEVELS_UP], start=1):
            if ended or above in (Path.home(), Path(root.anchor)):
                break
            try:
                names = sorted(os.listdir(above))  # noqa: PTH208 - names are all that is needed
            except OSError:  # not ours to read: no configuration of this site
                break
            up = "../" * level
            marks = [up + name for name in names if self._is_marker(name)]
            for name in names:
                location = above / name
                if self._is_site_file(location.as_posix()) and location.is_file():
                    self._read_site_file(str(location), up + name, found)
            if marks:
                found.markers.update(marks)
                return PurePosixPath(*root.parts[-level:])
            ended = ".git" in names
        return self._place_by_name(root)

    def _place_by_name(self, root: Path) -> PurePosixPath:
        """The posts' place in a site that shows only by the names of its folders.

        What looks like a site's folder must lie at the top of a project: many people keep
        all their checkouts in a folder called ``src``.
        """
        above = (root, *root.parents[: MOST_LEVELS_UP - 1])
        way = list(takewhile(lambda folder: not (folder / ".git").exists(), above))
        start = next((at for at, one in enumerate(way) if self._is_content_folder(one.name)), None)
        if start is None:
            return PurePosixPath()
        while start + 1 < len(way) and self._is_content_folder(way[start + 1].name):
            start += 1
        top = way[start].parent
        return PurePosixPath(root.relative_to(top)) if _is_project(top) else PurePosixPath()


def _is_project(folder: Path) -> bool:
    try:
        return is_project(os.listdir(folder))  # noqa: PTH208 - names are all that is needed
    except OSError:
        return False


def _why_not_followed(entry: os.DirEntry[str], root: str) -> str | None:
    """Why a symbolic link is not followed, or None."""
    target = Path(os.path.realpath(entry.path))
    if not target.exists():
        return "a link that leads nowhere"
    if not target.is_relative_to(root):
        return "a link that leaves the folder"
    # Following it would list its target twice, or without end.
    return "a link to a folder that is listed itself" if target.is_dir() else None


def _unreadable(path: str, error: OSError) -> Problem:
    reason = error.strerror or type(error).__name__
    return Problem(path, None, f"it cannot be read: {reason}", "Check who may read it.")


def _unnameable(path: str) -> Problem:
    shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Problem(shown, None, "its name is not valid text", "Rename it in UTF-8.")
