"""The posts of one commit, and the configuration of the site that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from dulwich.objects import ObjectID

from bot.blog.errors import SourceError
from bot.blog.problem import LeftOut, Problem
from bot.sources.git.store import Item, Store
from bot.sources.rules import (
    MOST_LEVELS_UP,
    VERSION_CONTROL,
    is_markdown,
    is_project,
    is_text,
    why_not_entered,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What tells a site's configuration from other files, as ``sources.folder.Folder`` has it."""

    is_site_file: Callable[[str], bool]
    is_marker: Callable[[str], bool]
    is_content_folder: Callable[[str], bool]


@dataclass(slots=True)
class Listing:
    """What a commit holds, nothing of which has been read but folders.

    Attributes:
        files: Markdown files by path relative to the posts folder.
        site_files: configuration by the same, ``../`` for what lies above.
        left_out, problems, markers, inside: as in ``Snapshot``.
    """

    files: dict[str, ObjectID] = field(default_factory=dict)
    site_files: dict[str, ObjectID] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    markers: set[str] = field(default_factory=set)
    inside: PurePosixPath = field(default_factory=PurePosixPath)

    @property
    def wanted(self) -> Iterator[ObjectID]:
        """The files whose content is needed."""
        yield from self.files.values()
        yield from self.site_files.values()


def list_posts(store: Store, top: ObjectID, folder: str, knowledge: Knowledge) -> Listing:
    """List the posts below a folder, and the site's configuration around it.

    Args:
        store: what was fetched.
        top: the repository's own folder in one commit.
        folder: path of the posts in it.
        knowledge: what tells a site's configuration.

    Raises:
        SourceError: there is no such folder.
    """
    root = store.folder(top, folder)
    if root is None:
        raise SourceError(
            f"there is no folder {folder} in the repository",
            "Name the folder of the posts after the branch, as in #main:content/posts.",
        )
    found = Listing()
    waiting = [("", root)]
    while waiting:
        below, tree = waiting.pop()
        waiting += _list(store.items(tree), below, folder, knowledge, found)
    if not any("/" not in marker for marker in found.markers):
        above = [store.folder(top, path) for path in _parents(folder)]
        levels = [store.items(tree) for tree in above if tree is not None]
        found.inside = _look_above(levels, folder, knowledge, found)
    return found


def _list(
    items: Sequence[Item], below: str, folder: str, knowledge: Knowledge, found: Listing
) -> list[tuple[str, ObjectID]]:
    """Sort one folder's items into ``found``; give the folders in it to list next."""
    prefix = f"{below}/" if below else ""
    marks = [i.name for i in items if not is_markdown(i.name) and knowledge.is_marker(i.name)]
    found.markers.update(prefix + name for name in marks)
    folders = []
    for item in items:
        path = prefix + item.name
        if not item.is_folder:
            _take(item, path, folder, knowledge, found)
        elif reason := why_not_entered(item.name, beside_site_files=bool(marks)):
            found.left_out.append(LeftOut(f"{path}/", reason))
        elif item.name not in VERSION_CONTROL:
            folders.append((path, item.id))
    return folders


def _take(item: Item, path: str, folder: str, knowledge: Knowledge, found: Listing) -> None:
    """Note one file, if it is a post or says how the site is built."""
    if not is_markdown(item.name):
        if item.is_file and knowledge.is_site_file(f"/{folder}/{path}"):
            found.site_files[path] = item.id
    elif not item.is_file:
        found.left_out.append(LeftOut(path, "a link, or another repository"))
    elif not is_text(path):
        shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        problem = Problem(shown, None, "its name is not valid text", "Rename it in UTF-8.")
        found.problems.append(problem)
    elif item.name.startswith("."):
        found.left_out.append(LeftOut(path, "hidden file"))
    else:
        found.files[path] = item.id


def _parents(folder: str) -> list[str]:
    """The folders above one, from the nearest to the repository's own."""
    names = folder.split("/") if folder else []
    return ["/".join(names[:-level]) for level in range(1, len(names) + 1)]


def _look_above(
    levels: Sequence[Sequence[Item]], folder: str, knowledge: Knowledge, found: Listing
) -> PurePosixPath:
    """Collect the site's configuration above the posts; give the posts' place in the site.

    The site's own folder is the nearest one, from the posts upwards, that holds a marker.
    """
    names = folder.split("/") if folder else []
    for level, items in enumerate(levels[:MOST_LEVELS_UP], start=1):
        up = "../" * level
        above = "/".join(names[:-level])
        marks = [up + item.name for item in items if knowledge.is_marker(item.name)]
        for item in items:
            if item.is_file and knowledge.is_site_file(f"/{above}/{item.name}"):
                found.site_files[up + item.name] = item.id
        if marks:
            found.markers.update(marks)
            return PurePosixPath(*names[-level:])
    return _place_by_name(levels, names, knowledge)


def _place_by_name(
    levels: Sequence[Sequence[Item]], names: Sequence[str], knowledge: Knowledge
) -> PurePosixPath:
    """The posts' place in a site that shows only by the names of its folders."""
    upwards = names[: -MOST_LEVELS_UP - 1 : -1]
    are_content = [knowledge.is_content_folder(name) for name in upwards]
    if True not in are_content:
        return PurePosixPath()
    start = are_content.index(True)
    while start + 1 < len(are_content) and are_content[start + 1]:
        start += 1
    is_top = start + 1 == len(names)  # the repository's own folder, which is a project's
    if is_top or is_project(item.name for item in levels[start]):
        return PurePosixPath(*names[-start - 1 :])
    return PurePosixPath()
