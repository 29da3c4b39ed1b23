"""The site that the posts belong to: where its folder lies and what its configuration says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.blog.problem import Problem
from bot.blog.source import Snapshot
from bot.generators import known, paths
from bot.generators.config import parse


@dataclass(frozen=True, slots=True)
class Ground:
    """A site's folder, in which each file has a *place*: its path relative to that folder.

    Attributes:
        inside: the posts folder's place, empty where both folders are the same or the
            site's lies below the posts folder.
        below: the site's folder relative to the posts folder, where it lies below.
        texts: configuration files' text, by place.
        markers: places of files and folders that tell the generator.
        places: the candidates' places, in the order of their paths.
        problems: what is wrong with the configuration files; grows while they are read.
    """

    inside: str = ""
    below: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    markers: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Ground:
        """Find the site's folder: the one with markers at or above the posts, else below."""
        inside = "" if str(snapshot.inside) == "." else snapshot.inside.as_posix()
        begins = _site_folders(snapshot)
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
        )

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

    def load_first(self, *places: str) -> dict[str, object] | None:
        """The mapping in the first of these files that exists."""
        return next((self.load(place) for place in places if place in self.texts), None)

    def script(self, stem: str) -> str | None:
        """The text of a configuration script, whatever its extension: ``astro.config``."""
        for extension in ("js", "ts", "mjs", "mts", "cjs", "cts"):
            if (text := self.texts.get(f"{stem}.{extension}")) is not None:
                return text
        return None


# A `config.toml` may belong to anything; a site's names its address or its theme.
_OF_A_SITE = re.compile(r"base_?url|theme|languagecode|permalinks", re.IGNORECASE)


def _site_folders(snapshot: Snapshot) -> set[str]:
    """The folders that markers say a site begins in; an Obsidian vault only where no other."""
    found, vaults = set(), set()
    for marker in snapshot.markers:
        generator = known.marked_generator(marker.rpartition("/")[2])
        if generator == "obsidian":
            vaults.add(_site_folder(marker))
        elif generator or _OF_A_SITE.search(snapshot.site_files.get(marker, "")):
            found.add(_site_folder(marker))
    return found or vaults


def _site_folder(marker: str) -> str:
    """The folder that a marker is the marker of: Hugo's may lie in ``config/_default``."""
    folder = posixpath.dirname(marker)
    parent, _, name = folder.rpartition("/")
    is_environment = name in {"_default", "production", "development", "staging"}
    if is_environment and (parent == "config" or parent.endswith("/config")):
        return parent.rpartition("/")[0]
    return folder


def _is_at_or_above(folder: str) -> bool:
    return folder == "" or folder.startswith("..")


def _widest(folders: set[str], snapshot: Snapshot) -> str:
    """The folder that most posts lie in, if it is many of them: an aside has a site, too."""
    best = ""
    most = len(snapshot.files) / 3
    for folder in sorted(folders, key=lambda name: (name.count("/"), name)):
        inside = sum(file.path.startswith(f"{folder}/") for file in snapshot.files)
        if inside > most:
            best, most = folder, inside
    return best
