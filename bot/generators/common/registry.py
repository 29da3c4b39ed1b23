"""All generators, and which files and folders belong to their sites."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable, Mapping
from importlib import import_module

import bot.generators
from bot.blog.source import Snapshot
from bot.generators.common import site_folder
from bot.generators.common.generator import DATA, Generator


def _found() -> Iterable[type[Generator]]:
    """The generators of all files in this package's parent."""
    for module in pkgutil.iter_modules(bot.generators.__path__, "bot.generators."):
        if not module.ispkg:
            for value in vars(import_module(module.name)).values():
                is_here = isinstance(value, type) and value.__module__ == module.name
                if is_here and issubclass(value, Generator) and "name" in vars(value):
                    yield value


# By name, in the order in which their markers are looked for.
GENERATORS: Mapping[str, type[Generator]] = {
    kind.name: kind for kind in sorted(_found(), key=lambda kind: (-kind.precedence, kind.name))
}


_ALL = [kind.marks for kind in GENERATORS.values()]
_MARKER = re.compile("|".join(f"{marks.files}|{marks.shared}" for marks in _ALL))
_MARKER_FOLDERS = frozenset(marks.folder for marks in _ALL if marks.folder)
# Whatever builds a site, these say where it is, what its posts have in common, and what its
# authors and tags are called.
_ANY_SITE_FILE = rf"""(?:.*/)?(?:package\.json | CNAME | (?:authors|tags)\.ya?ml
    | _?data/(?:authors|tags)\.{DATA})"""
_SITE_FILE = re.compile(
    "|".join([_ANY_SITE_FILE, *(marks.site_file for marks in _ALL)]),
    re.VERBOSE,
)


def is_site_file(path: str) -> bool:
    """Whether the file at this path (with ``/``) says how a site is built."""
    name = path.rpartition("/")[2]
    return bool(_MARKER.fullmatch(name) or _SITE_FILE.fullmatch(path))


def is_marker(name: str) -> bool:
    """Whether a file or folder of this name lies in the folder where a site begins."""
    return name in _MARKER_FOLDERS or bool(_MARKER.fullmatch(name))


def is_content_folder(name: str) -> bool:
    """Whether sites usually keep posts in a folder of this name, right in the site's own."""
    return any(name in kind.marks.content for kind in GENERATORS.values())


def site_folders(snapshot: Snapshot) -> set[str]:
    """The folders that markers say a site begins in.

    A folder that generators leave to others, as Obsidian's vaults are, counts only where no
    other is found.
    """
    found, weak = set[str](), set[str]()
    for marker in snapshot.markers:
        name = marker.rpartition("/")[2]
        text = snapshot.site_files.get(marker, "")
        for kind in GENERATORS.values():
            if kind.marks.marks(name, text):
                (weak if kind.marks.is_weak else found).add(site_folder.folder_of(marker))
    return found or weak
