"""One walk over the files of a site, whatever holds them: a disk or a commit of a repository."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Generic, NamedTuple, Protocol, TypeVar

from bot.blog.errors import LeftOut, Problem

T = TypeVar("T")

MARKDOWN = frozenset({"md", "markdown", "mdown", "mkd", "mdx"})

# Folders that never hold a site's own posts: installed packages, what a generator wrote,
# and its templates.
NEVER_CONTENT = {
    "node_modules": "installed packages",
    "bower_components": "installed packages",
    "vendor": "installed packages",
    "__pycache__": "installed packages",
    "_site": "written by a generator",
    "_includes": "templates",
    "_layouts": "templates",
    "_templates": "templates",
    "archetypes": "templates",
    "exampleSite": "a theme's example",
}

# Beside a site's configuration these hold other people's Markdown; elsewhere they may be
# a section of posts about themes.
NEVER_CONTENT_OF_A_SITE = {"themes": "themes"}

# Every checkout has them, so that they are not named among what is left out.
VERSION_CONTROL = frozenset({".git", ".hg", ".svn"})

# Folders whose files a link does not publish, in lower case.
UNPUBLISHED = frozenset({"_drafts", "_draft", "drafts", "draft", "_private", "private"})

# How far above the posts a site's configuration is looked for.
MOST_LEVELS_UP = 6

# A configuration file is read whole; no real one comes near this many bytes.
MOST_SITE_FILE_BYTES = 1_000_000

# The largest sites of Markdown hold 50,000 files in folders eight deep. A repository of a few
# kilobytes can name the same folder a billion times.
MOST_ENTRIES = 200_000
MOST_COPIES = 100
MOST_DEPTH = 40
MOST_PATH_LETTERS = 1024
# A hidden folder of configuration holds a theme and a cache beside.
MOST_IN_CONFIGURATION = 1_000

# What the top folder of a project has, if it has anything.
_OF_A_PROJECT = re.compile(
    r"\.git|package\.json|Makefile|Gemfile|(?:LICEN[CS]E|COPYING|README)\b.*", re.IGNORECASE
)


class TreeEntry(NamedTuple, Generic[T]):
    """A file or folder in a folder.

    Attributes:
        name: its own name.
        is_folder: whether it is a folder, or stands for one.
        content: what the tree reads it by.
        id: of a folder; those with the same one hold the same. None where each is its own.
        refused: why it is neither read nor entered, or None.
    """

    name: str
    is_folder: bool
    content: T
    id: bytes | None = None
    refused: str | None = None


class Level(NamedTuple, Generic[T]):
    """A folder above the posts.

    Attributes:
        entries: what lies in it.
        is_project: whether it is the top of a project.
    """

    entries: list[TreeEntry[T]]
    is_project: bool


class Tree(Protocol[T]):
    """Something that holds folders and files.

    Attributes:
        root: path of the posts folder from the top of the tree, with ``/`` before each name.
    """

    root: str

    def entries(self, path: str, content: T | None) -> Iterable[TreeEntry[T]]:
        """What lies in a folder below the posts folder; ``""`` and None are that folder itself.

        Raises:
            OSError: it cannot be listed.
        """

    def above(self) -> Iterator[Level[T]]:
        """The folders above the posts folder, nearest first, as far as they may be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFiles:
    """Tells the files that configure a site from others.

    Attributes:
        is_site_file: whether the file with this path (with ``/`` before each name)
            configures a site, so that its text is wanted.
        is_marker: whether a file or folder of this name lies in a site's own folder, and
            tells the generator.
        is_content_folder: whether a folder of this name on the way to the posts is
            usually part of a site, which begins above it; asked only where no marker
            was found.
    """

    is_site_file: Callable[[str], bool]
    is_marker: Callable[[str], bool]
    is_content_folder: Callable[[str], bool]


@dataclass(slots=True)
class Listing(Generic[T]):
    """What a walk found. Nothing but folders has been read.

    Attributes:
        files: Markdown files by path relative to the posts folder.
        site_files: configuration by the same, ``../`` for what lies above.
        left_out, problems, markers, inside: as in ``Snapshot``.
    """

    files: dict[str, T] = field(default_factory=dict)
    site_files: dict[str, T] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    markers: set[str] = field(default_factory=set)
    inside: PurePosixPath = field(default_factory=PurePosixPath)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that could be a post, nor anything to say about one."""
        return not self.files and not self.left_out and not self.problems


def walk(tree: Tree[T], site: SiteFiles) -> Listing[T]:
    """List the posts of a tree, and the site's configuration around them.

    Folders near the top come first, so that the limits cut off what lies deepest.
    """
    found: Listing[T] = Listing()
    seen: Counter[bytes] = Counter()
    left = MOST_ENTRIES
    waiting: deque[tuple[str, T | None]] = deque([("", None)])
    while waiting:
        path, content = waiting.popleft()
        try:
            entries = list(islice(tree.entries(path, content), left + 1))
        except OSError as error:
            found.problems.append(unreadable(f"{path}/", error))
            continue
        if len(entries) > left:
            found.problems.append(_too_many(path))
            del entries[left:]
        left -= len(entries)
        for entry in _sort(entries, path, tree.root, site, found):
            below = f"{path}/{entry.name}" if path else entry.name
            if entry.id is not None:
                seen[entry.id] += 1
            if entry.id is not None and seen[entry.id] > MOST_COPIES:
                reason = f"the same folder as {MOST_COPIES} others"
                found.left_out.append(LeftOut(f"{below}/", reason))
            elif below.count("/") >= MOST_DEPTH:
                found.left_out.append(LeftOut(f"{below}/", f"over {MOST_DEPTH} folders deep"))
            elif entry.name.startswith("."):
                found.left_out.append(LeftOut(f"{below}/", "hidden folder"))
                _read_configuration(tree, below, entry.content, site, found)
            else:
                waiting.append((below, entry.content))
    if not any("/" not in marker for marker in found.markers):
        found.inside = _look_above(tree, site, found)
    return found


def _sort(
    entries: list[TreeEntry[T]], folder: str, root: str, site: SiteFiles, found: Listing[T]
) -> Iterator[TreeEntry[T]]:
    """Sort a folder's entries into ``found``; yield the folders to enter."""
    prefix = f"{folder}/" if folder else ""
    marks = {
        entry.name
        for entry in entries
        if not is_markdown(entry.name) and site.is_marker(entry.name)
    }
    found.markers.update(prefix + name for name in marks)
    posts = {entry.name.rpartition(".")[0] for entry in entries if is_markdown(entry.name)}
    for entry in entries:
        path = prefix + entry.name
        is_post = is_markdown(entry.name) and not entry.is_folder
        if not is_post and not entry.is_folder:
            # Eleventy takes a post's data from a file of the same name beside it.
            is_data = entry.name.endswith(".json") and entry.name[:-5] in posts
            if entry.refused is None and (is_data or site.is_site_file(f"{root}/{path}")):
                found.site_files[path] = entry.content
        elif entry.name in VERSION_CONTROL:
            continue
        elif (hint := _wrong_with(path)) is not None:
            found.problems.append(Problem(shown(path), None, *hint))
        elif entry.is_folder and not entry.refused and _is_configuration(entry.name, site):
            yield entry
        elif reason := entry.refused or _why_left_out(entry, beside_site_files=bool(marks)):
            found.left_out.append(LeftOut(path if is_post else f"{path}/", reason))
        elif is_post:
            found.files[path] = entry.content
        else:
            yield entry


def _is_configuration(name: str, site: SiteFiles) -> bool:
    """Whether a folder of this name is hidden and holds a site's configuration."""
    return name.startswith(".") and site.is_marker(name)


def _read_configuration(
    tree: Tree[T], path: str, content: T, site: SiteFiles, found: Listing[T], *, deeper: bool = True
) -> None:
    """Collect what configures the site in a hidden folder, and in a folder ``config`` there."""
    try:
        entries = list(islice(tree.entries(path, content), MOST_IN_CONFIGURATION))
    except OSError as error:
        found.problems.append(unreadable(f"{path}/", error))
        return
    for entry in entries:
        below = f"{path}/{entry.name}"
        if entry.refused is not None or not is_text(entry.name):
            continue
        if entry.is_folder and deeper and entry.name == "config":
            _read_configuration(tree, below, entry.content, site, found, deeper=False)
        elif not entry.is_folder and site.is_site_file(f"{tree.root}/{below}"):
            found.site_files[below] = entry.content


def _why_left_out(entry: TreeEntry[T], *, beside_site_files: bool) -> str | None:
    """Why a file of Markdown is no post, or a folder holds none; or None."""
    if not entry.is_folder:
        return "hidden file" if entry.name.startswith(".") else None
    if entry.name.startswith("."):
        return "hidden folder"
    if beside_site_files and entry.name in NEVER_CONTENT_OF_A_SITE:
        return NEVER_CONTENT_OF_A_SITE[entry.name]
    return NEVER_CONTENT.get(entry.name)


def _wrong_with(path: str) -> tuple[str, str] | None:
    """What keeps a path from being stored and shown, and what to do about it; or None."""
    if not is_text(path):
        return "its name is not valid text", "Rename it in UTF-8."
    if len(path) > MOST_PATH_LETTERS:
        return f"its path is over {MOST_PATH_LETTERS:,} letters long", "Give it a shorter one."
    return None


def _too_many(path: str) -> Problem:
    return Problem(
        f"{path}/" if path else ".",
        None,
        f"there are over {MOST_ENTRIES:,} files and folders; those further on are left out",
        "Name a folder that holds posts only.",
    )


def _look_above(tree: Tree[T], site: SiteFiles, found: Listing[T]) -> PurePosixPath:
    """Collect the site's configuration above the posts; give the posts' place in the site.

    The site's own folder is the nearest one, from the posts upwards, that holds a marker.
    Where none does, the names of the folders on the way tell; what looks like a site's folder
    must then lie at the top of a project: many people keep all their checkouts in ``src``.
    """
    names = tree.root.strip("/").split("/")
    above: list[bool] = []
    for number, level in enumerate(islice(tree.above(), MOST_LEVELS_UP), start=1):
        up = "../" * number
        folder = tree.root.rsplit("/", number)[0]
        marks = [up + entry.name for entry in level.entries if site.is_marker(entry.name)]
        for entry in level.entries:
            is_file = not entry.is_folder and entry.refused is None
            if is_file and site.is_site_file(f"{folder}/{entry.name}"):
                found.site_files[up + entry.name] = entry.content
            elif entry.is_folder and not entry.refused and _is_configuration(entry.name, site):
                _read_configuration(tree, up + entry.name, entry.content, site, found)
        if marks:
            found.markers.update(marks)
            return PurePosixPath(*names[-number:])
        above.append(level.is_project)
    are_content = [site.is_content_folder(name) for name in names[: -len(above) - 1 : -1]]
    if True not in are_content:
        return PurePosixPath()
    start = are_content.index(True)
    while are_content[start + 1 : start + 2] == [True]:
        start += 1
    return PurePosixPath(*names[-start - 1 :]) if above[start] else PurePosixPath()


def is_markdown(name: str) -> bool:
    """Whether a file of that name may be a post."""
    _, dot, extension = name.rpartition(".")
    return bool(dot) and extension.lower() in MARKDOWN


def is_text(name: str) -> bool:
    """Whether a file's name is valid text: one that is not cannot be stored or shown."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)


def is_project(names: Iterable[str]) -> bool:
    """Whether a folder that holds files of these names is the top of a project."""
    return any(_OF_A_PROJECT.fullmatch(name) for name in names)


def is_published(target: PurePosixPath, beside: PurePosixPath) -> bool:
    """Whether a file that a link leads to may be shown: not hidden, no draft, no template.

    Args:
        target: its path relative to the posts folder.
        beside: the folder of what shows it, whose own name says nothing about the target.
    """
    *folders, name = (
        target.relative_to(beside).parts if target.is_relative_to(beside) else (target.parts)
    )
    return not name.startswith(".") and not any(
        folder.startswith(".") or folder in NEVER_CONTENT or folder.lower() in UNPUBLISHED
        for folder in folders
    )


def too_large(size: int, most: int) -> str:
    """Why a file of so many bytes is left out."""
    return f"{size:,} bytes, over the limit of {most:,}"


def unreadable(path: str, error: OSError) -> Problem:
    """What is said of a file or folder that cannot be read."""
    reason = error.strerror or type(error).__name__
    return Problem(shown(path), None, f"it cannot be read: {reason}", "Check who may read it.")


def site_file_text(path: str, data: bytes, problems: list[Problem]) -> str | None:
    """A configuration file's text; None where it is none, which adds a problem."""
    try:
        return data[:MOST_SITE_FILE_BYTES].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"this configuration file is not UTF-8 (byte {error.start + 1})"
        problems.append(Problem(path, None, reason, "Save it as UTF-8."))
        return None


def shown(path: str) -> str:
    """A path that can be stored and shown, whatever bytes it is made of and however long."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text if len(text) <= MOST_PATH_LETTERS else f"{text[:100]}…"
