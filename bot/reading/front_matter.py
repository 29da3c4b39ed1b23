"""What stands above a post's text, and its fields, whatever the author calls them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import frontmatter

from bot.blog.errors import Problem
from bot.reading.formats import FORMATS, FrontMatterError

BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """A file, taken apart.

    Attributes:
        meta: the front matter with its keys in lower case; empty where there is none.
        head: the front matter as written, with its fences; empty where there is none.
        body: the text below it, indentation kept.
        first_line: the 1-based line of the file that ``head`` begins on.
        capitalised: the keys of ``meta`` that the author began with a capital.
    """

    meta: dict[str, object]
    head: str
    body: str
    first_line: int = 1
    capitalised: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> FrontMatter:
        """Take a file's text apart.

        Raises:
            FrontMatterError: there is front matter, but it cannot be understood; the
                line is counted within the file.
        """
        start = _end_of_blank_lines(text)
        top = text[start:] if start else text
        first_line = text.count("\n", 0, start) + 1
        handler = frontmatter.detect_format(top, FORMATS)
        if handler is None:
            return cls(meta={}, head="", body=text)
        try:
            block, body = handler.split(top)
        except FrontMatterError as error:
            raise _on_line(error, first_line) from None
        # The library gets the head alone: it would strip the indentation of the body.
        head = top[: len(top) - len(body)]
        try:
            loaded, _ = frontmatter.parse(head, handler=handler)
        except FrontMatterError as error:
            block_line = first_line + head.count("\n", 0, head.index(block))
            raise _on_line(error, block_line) from None
        keys = {str(key).strip(): value for key, value in loaded.items()}
        return cls(
            meta={key.lower(): value for key, value in keys.items()},
            head=head,
            body=body,
            first_line=first_line,
            capitalised=frozenset(key.lower() for key in keys if key[:1].isupper()),
        )

    def line_of(self, key: str) -> int | None:
        """Return the line of the file that gives ``key``, or None where it is not found."""
        pattern = rf"^[ \t\"'{{,]*(?:@def[ \t]+)?{re.escape(key)}[\"']?[ \t]*[:=]"
        found = re.search(pattern, self.head, re.MULTILINE | re.IGNORECASE)
        return found and self.first_line + self.head.count("\n", 0, found.start())


def _end_of_blank_lines(text: str) -> int:
    blank = BLANK_LINES.match(text)
    return blank.end() if blank else 0


def _on_line(error: FrontMatterError, first_line: int) -> FrontMatterError:
    """Count the error's line from the top of the file instead of ``first_line``."""
    line = None if error.line is None else error.line + first_line - 1
    return type(error)(error.reason, error.hint, line)


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
