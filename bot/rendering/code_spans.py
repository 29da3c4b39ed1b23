"""Runs of backticks, and which of them make inline code."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

_RUN = re.compile(r"`+")


class CodeSpans:
    """The backtick runs of one text, found once, so that no text takes quadratic time."""

    def __init__(self, text: str) -> None:
        self._starts: dict[int, list[int]] = defaultdict(list)
        self._text = text
        for run in _RUN.finditer(text):
            self._starts[len(run[0])].append(run.start())

    def closing(self, end: int, length: int) -> int | None:
        """Where the next run of ``length`` backticks begins at or after ``end``, if any does."""
        starts = self._starts[length]
        place = bisect_left(starts, end)
        return starts[place] if place < len(starts) else None

    def spans(self) -> Iterator[tuple[int, int]]:
        """Start and end of each piece of inline code, its backticks included."""
        position = 0
        while run := _RUN.search(self._text, position):
            length = len(run[0])
            close = self.closing(run.end(), length)
            position = run.end() if close is None else close + length
            if close is not None:
                yield run.start(), position
