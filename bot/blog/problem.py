"""What was wrong with a file, and what was left out of the index on purpose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the blogger should mend.

    Attributes:
        path: file, relative to the posts folder.
        line: 1-based line in that file, or None where it is not known.
        reason: what is wrong, one sentence, no trailing full stop.
        hint: what to do about it, one sentence.
        harmless: whether readers see nothing wrong.
    """

    path: str
    line: int | None
    reason: str
    hint: str
    harmless: bool = False

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is no post, or that readers do not see (yet), and why."""

    path: str
    reason: str
