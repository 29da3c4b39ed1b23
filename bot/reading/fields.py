"""A post's front matter, looked up by field whatever the author called it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.blog.errors import Problem
from bot.reading.front_matter import FrontMatter

TRUE = frozenset({"true", "yes", "on", "1", "y"})
FALSE = frozenset({"false", "no", "off", "0", "n"})


# Generators nest keys of the author's own below these: Zola, Hugo, Eleventy.
NESTS = ("extra", "params", "eleventynavigation")
IGNORED = str.maketrans("", "", " -_")


def plain_key(key: object) -> str:
    """A key as fields are looked up by: no case, spaces, hyphens or underscores."""
    return str(key).lower().translate(IGNORED) if isinstance(key, str | int) else ""


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
    _levels: list[dict[str, list[tuple[str, object]]]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Sort the values by plain key, once for all lookups."""
        nested = (self.meta.get(nest) for nest in NESTS)
        for meta in (self.meta, *(meta for meta in nested if isinstance(meta, Mapping))):
            level: dict[str, list[tuple[str, object]]] = {}
            for key, value in meta.items():
                if value is not None and value != "":
                    level.setdefault(plain_key(key), []).append((key, value))
            self._levels.append(level)

    def all(self, *names: str) -> Iterator[tuple[str, object]]:
        """Yield key and value of every one of these plain keys that has a value, in order.

        Keys that a generator nests come after the rest.
        """
        for level in self._levels:
            for name in names:
                yield from level.get(name, ())

    def texts(self, *names: str) -> Iterator[str]:
        """Yield the values of these plain keys that are text or numbers, as text."""
        for _, value in self.all(*names):
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
    word = (as_text(value) or "").lower()
    if word in TRUE:
        return True
    return False if word in FALSE else None


def short(value: object) -> str:
    """Return a value for a message, on one line and not too long."""
    if isinstance(value, Mapping):
        return "keys with values"
    if isinstance(value, list):
        return "a list"
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004 (about a line)
