"""A post's front matter, looked up by the many spellings of each field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.blog.problem import Problem
from bot.reading.front_matter import FrontMatter

# Where generators nest what is not their own: Zola, Hugo, Eleventy's navigation.
NESTS = ("extra", "params", "eleventynavigation")
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

    def all(self, spellings: Sequence[str]) -> Iterator[tuple[str, object]]:
        """Yield key and value of every spelling that has a value, nested ones last."""
        meta = self.meta
        for key in spellings:
            value = meta.get(key)
            if value is not None and value != "":
                yield key, value
        for nest in NESTS:
            inner = meta.get(nest)
            if isinstance(inner, Mapping):
                folded = {str(key).lower(): value for key, value in inner.items()}
                for key in spellings:
                    value = folded.get(key)
                    if value is not None and value != "":
                        yield key, value

    def texts(self, spellings: Sequence[str]) -> Iterator[str]:
        """Yield the values that are text or numbers, as text."""
        for _, value in self.all(spellings):
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
