"""All generators, which files belong to their sites, and which of them builds a site."""

from __future__ import annotations

import pkgutil
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import import_module

import bot.generators
from bot.blog.source import Snapshot, SourceFile
from bot.generators.common import site_folder
from bot.generators.common.generator import DATA, Generator
from bot.generators.common.site_folder import SiteFolder

# Enough of a file to see its front matter and how its text begins.
PEEK_BYTES = 2048

# Points shared by fewer of the posts than this say nothing about the site.
LEAST_AVERAGE = 1.0


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


def from_site(files: SiteFolder) -> str | None:
    """The generator that the site's own files name, or None where they name none."""
    strong = [kind for kind in GENERATORS.values() if not kind.marks.is_weak]
    weak = [kind for kind in GENERATORS.values() if kind.marks.is_weak]
    for kind in strong:
        if kind.builds(files):
            return kind.name
    for kind in strong:
        if kind.marks.packages & files.packages:
            return kind.name
    return next((kind.name for kind in weak if kind.builds(files)), None)


def from_posts(sample: Iterable[SourceFile], files: SiteFolder) -> str:
    """The generator that these posts look most like, ``plain`` where they look like none."""
    scores: Counter[str] = Counter()
    peeked = 0
    for file in sample:
        try:
            start = file.read()[:PEEK_BYTES].decode("utf-8", "replace")
        except OSError:  # it will be reported when it is read as a post
            continue
        peeked += 1
        start = start.replace("\r\n", "\n").lstrip("\ufeff")
        place = files.place(file.path)
        scores.update({kind.name: kind.points(place, start) for kind in GENERATORS.values()})
    if not scores:
        return "plain"
    generator, score = max(scores.items(), key=lambda item: (item[1], item[0]))
    return generator if score >= LEAST_AVERAGE * peeked else "plain"
