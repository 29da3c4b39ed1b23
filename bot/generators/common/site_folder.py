"""The site that the posts belong to: where its folder lies and what its configuration says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

from bot.blog.errors import Problem
from bot.blog.source import Snapshot, SourceFile
from bot.generators.common import paths
from bot.generators.common.config import parse

MOST_HEAD_BYTES = 100_000
_HEAD = re.compile(r"(---|\+\+\+)[ \t]*\n(.*?\n)?\1[ \t]*(?:\n|\Z)", re.DOTALL)


@dataclass(frozen=True)
class SiteFolder:
    """A site's folder, in which each file has a *place*: its path relative to that folder.

    Attributes:
        inside: the posts folder's place, empty where both folders are the same or the
            site's lies below the posts folder.
        below: the site's folder relative to the posts folder, where it lies below.
        texts: configuration files' text, by place.
        markers: places of files and folders that tell the generator.
        places: the candidates' places, in the order of their paths.
        problems: what is wrong with the configuration files; grows while they are read.
        files: the candidates themselves, by place.
        heads: the front matter of files that pages depend on; grows while it is read.
    """

    inside: str = ""
    below: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    markers: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    files: Mapping[str, SourceFile] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot, begins: AbstractSet[str] = frozenset()) -> SiteFolder:
        """Find the site's folder: the one that begins at or above the posts, else below.

        Args:
            snapshot: the posts and what lies around them.
            begins: the folders that a site begins in, relative to the posts folder.
        """
        inside = "" if str(snapshot.inside) == "." else snapshot.inside.as_posix()
        below = (
            "" if any(_is_at_or_above(folder) for folder in begins) else _widest(begins, snapshot)
        )
        self = cls(inside=inside, below=below)
        return cls(
            inside=inside,
            below=below,
            texts={self._site_place(path): text for path, text in snapshot.site_files.items()},
            markers=frozenset(self._site_place(path) for path in snapshot.markers),
            places=tuple(self.place(file.path) for file in snapshot.files),
            files={self.place(file.path): file for file in snapshot.files},
        )

    @cached_property
    def marker_names(self) -> tuple[str, ...]:
        """The names of the markers in the site's own folder, in order."""
        return tuple(sorted(place for place in self.markers if "/" not in place.strip("./")))

    @cached_property
    def packages(self) -> frozenset[str]:
        """The packages that ``package.json`` needs; none where it cannot be read."""
        try:
            package = parse("package.json", self.texts.get("package.json", ""))
        except ValueError:
            return frozenset()  # npm will say so; it is no configuration of the posts
        needed = (package.get("dependencies"), package.get("devdependencies"))
        return frozenset(name for each in needed if isinstance(each, dict) for name in each)

    def place(self, path: str) -> str:
        """The place of a file, whose path is relative to the posts folder."""
        if self.below:
            place = paths.below(path, self.below)
            return path if place is None else place
        return f"{self.inside}/{path}" if self.inside else path

    def path(self, place: str) -> str:
        """The path relative to the posts folder of what lies at a place."""
        if self.below:
            return f"{self.below}/{place}"
        return posixpath.relpath(place, self.inside) if self.inside else place

    def _site_place(self, path: str) -> str:
        return (
            posixpath.normpath(posixpath.join(self.inside, path))
            if not self.below
            else self.place(path)
        )

    def load(self, place: str) -> dict[str, object] | None:
        """The mapping in a configuration file, keys in lower case; None where there is none.

        A file that cannot be parsed counts as empty and adds a problem.
        """
        text = self.texts.get(place)
        if text is None:
            return None
        try:
            return parse(place, text)
        except ValueError as error:
            self.problems.append(
                Problem(
                    self.path(place),
                    None,
                    f"the site's configuration cannot be read: {error}",
                    "Mend it; until then the links may be wrong.",
                )
            )
            return {}

    def front_matter(self, place: str) -> dict[str, object]:
        """The front matter of a file that others depend on, keys in lower case.

        Empty where there is none or it cannot be read: the file is not a post of its own.
        """
        file = self.files.get(place)
        if file is None or file.size > MOST_HEAD_BYTES:
            return {}
        try:
            found = _HEAD.match(file.read().decode("utf-8-sig").replace("\r\n", "\n"))
        except (OSError, UnicodeDecodeError):
            return {}
        if found is None:
            return {}
        self.heads[place] = found[0]
        try:
            return parse("x.toml" if found[1] == "+++" else "x.yaml", found[2] or "")
        except ValueError:
            return {}

    def load_first(self, *places: str) -> dict[str, object] | None:
        """The mapping in the first of these files that exists."""
        return next((self.load(place) for place in places if place in self.texts), None)

    def script(self, stem: str) -> str | None:
        """The text of a configuration script, whatever its extension: ``astro.config``."""
        for extension in ("js", "ts", "mjs", "mts", "cjs", "cts"):
            if (text := self.texts.get(f"{stem}.{extension}")) is not None:
                return text
        return None


def folder_of(marker: str) -> str:
    """The folder that a marker is the marker of: Hugo's may lie in ``config/_default``."""
    folder = posixpath.dirname(marker)
    parent, _, name = folder.rpartition("/")
    is_environment = name in {"_default", "production", "development", "staging"}
    if is_environment and (parent == "config" or parent.endswith("/config")):
        return parent.rpartition("/")[0]
    return folder


def _is_at_or_above(folder: str) -> bool:
    return folder == "" or folder.startswith("..")


def _widest(folders: AbstractSet[str], snapshot: Snapshot) -> str:
    """The folder that most posts lie in, if it is many of them: an aside has a site, too."""
    best = ""
    most = len(snapshot.files) / 3
    for folder in sorted(folders, key=lambda name: (name.count("/"), name)):
        inside = sum(file.path.startswith(f"{folder}/") for file in snapshot.files)
        if inside > most:
            best, most = folder, inside
    return best
