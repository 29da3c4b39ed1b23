"""Code within prose: runs of backticks, and HTML's elements for code."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

_OPENING = re.compile(r"(?P<ticks>`+)|<(?P<name>pre|code|samp|kbd)(?=[\s>])[^<>]*>", re.IGNORECASE)
_RUN = re.compile(r"`+")


class CodeSpans:
    """The code of one text, its ends found once, so that no text takes quadratic time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: dict[int, list[int]] = defaultdict(list)
        for run in _RUN.finditer(text):
            self._starts[len(run[0])].append(run.start())
        self._unclosed: set[str] = set()

    def spans(self) -> Iterator[tuple[int, int]]:
        """Start and end of each piece of code, its backticks or tags included."""
        position = 0
        while opening := _OPENING.search(self._text, position):
            ticks = opening["ticks"]
            if ticks:
                close = self._closing_run(opening.end(), len(ticks))
            else:
                close = self._closing_tag(opening.end(), opening["name"].lower())
            position = opening.end() if close is None else close
            if close is not None:
                yield opening.start(), position

    def _closing_run(self, start: int, length: int) -> int | None:
        """Where the next run of ``length`` backticks ends at or after ``start``, if any does."""
        starts = self._starts[length]
        place = bisect_left(starts, start)
        return starts[place] + length if place < len(starts) else None

    def _closing_tag(self, start: int, name: str) -> int | None:
        if name in self._unclosed:
            return None
        found = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(self._text, start)
        if found is None:
            self._unclosed.add(name)
        return found.end() if found else None
