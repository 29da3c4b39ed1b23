"""Names of all posts and tags in memory, to complete what is typed and to forgive typos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.index.names import fold

# Out of 100. Below this, rapidfuzz's likeness is chance.
ENOUGH = 70.0
# Fewer letters are like anything.
SHORTEST_TYPO = 3
# Enough for any title. Longer text costs time and finds nothing more.
LONGEST = 100
# Names compared in one go: about two milliseconds, in which no other thread can run.
AT_ONCE = 500


class Entry(NamedTuple):
    """Something with a name: a post by path, or a tag by key.

    Attributes:
        ident: what to fetch it by.
        names: folded names, such as title and slug.
        instant: when it appears, in Unix seconds; None where it always was there.
    """

    ident: str
    names: tuple[str, ...]
    instant: int | None = None


class Roster:
    """Entries in the order in which they are shown when nothing is typed.

    Its methods take some milliseconds for ten thousand posts: call them in a thread.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._names = [name[:LONGEST] for entry in entries for name in entry.names]
        self._owners = [place for place, entry in enumerate(entries) for _ in entry.names]

    def suggest(self, text: str, limit: int, now: float) -> list[str]:
        """Idents for what was typed so far: what begins with it, holds it, is like it."""
        typed = fold(text)[:LONGEST]
        found = self._holding(typed)
        if len(found) < limit and len(typed) >= SHORTEST_TYPO:
            for place, score in self._like(typed, ENOUGH):
                found.setdefault(place, score)
        return self._best(found, limit, now)

    def closest(self, text: str, limit: int, now: float) -> list[str]:
        """Idents of what is most like ``text``, however unlike it may be."""
        found: dict[int, float] = {}
        for place, score in self._like(fold(text)[:LONGEST], 0.0):
            found[place] = max(score, found.get(place, 0.0))
        return self._best(found, limit, now)

    def _holding(self, typed: str) -> dict[int, float]:
        """Entries by place whose name holds what was typed, best where it begins with that."""
        found: dict[int, float] = {}
        for name, place in zip(self._names, self._owners, strict=True):
            start = name.find(typed)
            if start < 0:
                continue
            if start == 0:
                score = 400.0 if name == typed else 300.0
            else:
                score = 200.0 if name[start - 1].isalnum() else 250.0
            found[place] = max(score, found.get(place, 0.0))
        return found

    def _like(self, typed: str, at_least: float) -> Iterator[tuple[int, float]]:
        """Places and likeness out of 100; a place comes once for each of its names."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - most runs do not need it

        for start in range(0, len(self._names), AT_ONCE):
            some = self._names[start : start + AT_ONCE]
            for _, score, index in process.extract_iter(
                typed, some, scorer=fuzz.WRatio, score_cutoff=at_least
            ):
                yield self._owners[start + index], score

    def _best(self, found: dict[int, float], limit: int, now: float) -> list[str]:
        """Idents with the highest scores; of equals, those that come first in the roster."""
        result: list[str] = []
        for place in sorted(found, key=lambda place: (-found[place], place)):
            if len(result) == limit:
                break
            entry = self._entries[place]
            if entry.instant is None or entry.instant <= now:
                result.append(entry.ident)
        return result
