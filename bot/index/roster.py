"""Names of all posts and tags in memory, to complete and to forgive typos."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest

from bot.index.names import fold

# Below this a likeness is chance: rapidfuzz calls "tags" and "search" 40 % alike.
ENOUGH = 60.0
# Enough for any title. Longer text costs time and finds nothing more.
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Entry:
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
    """Entries in the order in which they are shown when nothing is typed."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries

    def suggest(self, text: str, limit: int, now: float) -> list[str]:
        """Idents for what was typed so far: what begins with it, holds it, is like it."""
        entries = self._present(now)
        typed = fold(text)[:LONGEST]
        if not typed:
            return [entry.ident for _, entry in zip(range(limit), entries, strict=False)]
        return _best(entries, lambda name: _completion(typed, name), limit)

    def closest(self, text: str, limit: int, now: float) -> list[str]:
        """Idents of what is most like ``text``, however unlike it may be."""
        typed = fold(text)[:LONGEST]
        if not typed:
            return []
        return _best(self._present(now), lambda name: _likeness(typed, name), limit)

    def _present(self, now: float) -> Iterator[Entry]:
        return (entry for entry in self._entries if entry.instant is None or entry.instant <= now)


def _best(entries: Iterator[Entry], score: Callable[[str], float], limit: int) -> list[str]:
    scored = (
        (max(score(name) for name in entry.names), -place, entry.ident)
        for place, entry in enumerate(entries)
    )
    best = nlargest(limit, (one for one in scored if one[0] > 0))
    return [ident for _, _, ident in best]


def _completion(typed: str, name: str) -> float:
    """How well a name completes what was typed; 0 for not at all."""
    if name.startswith(typed):
        return 400.0 if name == typed else 300.0
    place = name.find(typed)
    if place >= 0:
        return 200.0 if name[place - 1].isalnum() else 250.0
    likeness = _likeness(typed, name)
    return likeness if likeness >= ENOUGH else 0.0


def _likeness(typed: str, name: str) -> float:
    from rapidfuzz import fuzz  # noqa: PLC0415 - 40 ms that most runs do not need

    return fuzz.WRatio(typed, name[:LONGEST])
