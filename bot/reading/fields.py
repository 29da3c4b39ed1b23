"""A post's front matter, looked up by field whatever the author called it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.blog.problem import Problem
from bot.reading.front_matter import FrontMatter
from bot.reading.spellings import FIELDS_OF, NESTS

TRUE = frozenset({"true", "yes", "on", "1", "y"})
FALSE = frozenset({"false", "no", "off", "0", "n"})


@dataclass(slots=True)
class Fields:
    """One file's fields, and what was found wrong with them.

    Attributes:
        path: the file's path relative to the posts folder.
        front_matter: the file's own front matter.
        meta: the front matter over the site's defaults for this file.
        problems: collected while the fields are read.
    """

    path: str
    front_matter: FrontMatter
    meta: Mapping[str, object]
    problems: list[Problem] = field(default_factory=list)
    _values: dict[str, list[tuple[int, str, object]]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Sort the values by field, once for all lookups."""
        self._gather(self.meta, 0)
        for depth, nest in enumerate(NESTS, 1):
            inner = self.meta.get(nest)
            if isinstance(inner, Mapping):
                self._gather({str(key).lower(): value for key, value in inner.items()}, depth)
        for values in self._values.values():
            values.sort(key=lambda value: value[0])

    def _gather(self, meta: Mapping[str, object], depth: int) -> None:
        for key, value in meta.items():
            if value is not None and value != "":
                for name, rank in FIELDS_OF.get(key, ()):
                    self._values.setdefault(name, []).append((100 * depth + rank, key, value))

    def all(self, name: str) -> Iterator[tuple[str, object]]:
        """Yield key and value of every spelling of a field that has a value, best first."""
        for _, key, value in self._values.get(name, ()):
            yield key, value

    def texts(self, name: str) -> Iterator[str]:
        """Yield the field's values that are text or numbers, as text."""
        for _, _, value in self._values.get(name, ()):
            if (text := as_text(value)) is not None:
                yield text

    def complain(self, reason: str, hint: str, key: str | None = None) -> None:
        """Note a problem, at the line that gives ``key``."""
        line = self.front_matter.line_of(key) if key else None
        self.problems.append(Problem(self.path, line, reason, hint))


def as_text(value: object) -> str | None:
    """Return a scalar as the author wrote it, or None for anything else."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def as_list(value: object) -> list[object]:
    """Return the items of a list, or the value itself as the only one."""
    return value if isinstance(value, list) else [value]


def as_flag(value: object) -> bool | None:
    """Return what ``true``, ``yes``, ``off`` … mean, or None for anything else."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in TRUE:
        return True
    return False if word in FALSE else None


def short(value: object) -> str:
    """Return a value for a message, on one line and not too long."""
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004 (about a line)
