"""Front matter that Hugo hands down from the configuration and from a section's own file.

https://gohugo.io/content-management/front-matter/#cascade-1
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.generators.common import config, paths

# What says whom an entry is for; the rest are values.
_TARGETS = ("target", "_target")
# Keys of a target that can be told from a file's path; with others it holds for no file.
_KNOWN = frozenset({"path", "kind", "lang", "environment"})


@dataclass(frozen=True, slots=True)
class Cascade:
    """One entry: which pages it is for, and what it gives them; keys in lower case."""

    target: Mapping[str, object]
    values: Mapping[str, object]

    def holds(self, page: str, language: str | None) -> bool:
        """Whether it is for the page at this path, such as ``/posts/x``, in this language."""
        told = {key: str(value) for key, value in self.target.items()}
        return (
            told.keys() <= _KNOWN
            and _matches(told.get("kind", "page"), "page")
            and _matches(told.get("environment", "production"), "production")
            and ("lang" not in told or _matches(told["lang"], language or ""))
            and ("path" not in told or _matches(told["path"], page))
        )


def cascades(value: object) -> list[Cascade]:
    """The entries of a ``cascade``: one, or a list of them."""
    found = []
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, Mapping):
            continue
        target: dict[str, object] = {}
        for key in _TARGETS:
            target |= config.mapping_at(entry, key)
        values = {key: each for key, each in entry.items() if key not in {*_TARGETS, "params"}}
        found.append(Cascade(target, {**config.mapping_at(entry, "params"), **values}))
    return found


def given(entries: Iterable[Cascade], page: str, language: str | None) -> dict[str, object]:
    """What these entries give a page; the later ones are nearer to it, and win."""
    values: dict[str, object] = {}
    for entry in entries:
        if entry.holds(page, language):
            values |= entry.values
    return values


def _matches(glob: str, text: str) -> bool:
    """Whether a glob of Hugo's, in which ``**`` crosses folders, names all of a text."""
    return re.fullmatch(paths.glob_pattern(glob), text, re.IGNORECASE) is not None
