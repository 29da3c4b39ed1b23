"""Names of all posts and tags in memory, to complete what is typed and to forgive typos."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from bot.index.names import fold
from bot.index.vocabulary import Vocabulary

# Fewer letters are like anything.
SHORTEST_TYPO = 3
# Enough for any title. Longer text costs time and finds nothing more.
LONGEST = 100
# Names compared in one go: about two milliseconds, in which no other thread can run.
AT_ONCE = 500
_WORD = re.compile(r"\w+")


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
        # All names in one text, a line each, which is searched fifty times as fast as a list.
        self._text = "\n" + "".join(f"{name}\n" for name in self._names)
        self._starts = list(accumulate((len(name) + 1 for name in self._names), initial=1))

    def suggest(self, text: str, limit: int, now: float) -> list[str]:
        """Idents for what was typed so far: what begins with it, holds it, or holds its words.

        Where nothing holds a word, the likest word that there is counts for it, if any is like it.
        """
        typed = fold(text)[:LONGEST]
        found = self._idents(self._holding(typed), limit, now)
        if not found and len(typed) >= SHORTEST_TYPO:
            found = self._idents(self._holding_words(typed), limit, now)
        return found

    def closest(self, text: str, limit: int, now: float) -> list[str]:
        """Idents of what is most like ``text``, however unlike it may be."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - most runs do not need it

        scores: dict[int, float] = {}
        typed = fold(text)[:LONGEST]
        for start in range(0, len(self._names), AT_ONCE):
            some = self._names[start : start + AT_ONCE]
            for _, score, index in process.extract_iter(typed, some, scorer=fuzz.WRatio):
                place = self._owners[start + index]
                scores[place] = max(score, scores.get(place, 0.0))
        best = sorted(scores, key=lambda place: (-scores[place], place))
        return self._idents(best, limit, now)

    def _idents(self, places: Iterable[int], limit: int, now: float) -> list[str]:
        """The first idents of entries that are there, each once."""
        found: dict[str, None] = {}
        for place in places:
            if len(found) == limit:
                break
            entry = self._entries[place]
            if entry.instant is None or entry.instant <= now:
                found[entry.ident] = None
        return list(found)

    def _holding(self, typed: str) -> Iterator[int]:
        """Entries with a name that is what was typed, begins so, has a word that does, holds it."""
        for whole in (f"\n{typed}\n", f"\n{typed}"):
            for number, _ in self._hits(whole):
                yield self._owners[number]
        within = []
        for number, position in self._hits(typed):
            if self._text[position - 1].isalnum():
                within.append(self._owners[number])
            else:
                yield self._owners[number]
        yield from within

    def _holding_words(self, typed: str) -> Iterator[int]:
        """Entries with a name that has words which begin with all those typed, or the likest.

        Words that are like none do not count.
        """
        words = [meant for word in _WORD.findall(typed) if (meant := self._meant(word))]
        if not words:
            return
        beginnings = [re.compile(rf"\b{re.escape(word)}") for word in words]
        for number, _ in self._hits(max(words, key=len)):
            if all(beginning.search(self._names[number]) for beginning in beginnings):
                yield self._owners[number]

    def _meant(self, word: str) -> str:
        """A word that some name holds: this one or the likest; empty where none is like it."""
        return word if word in self._text else self._vocabulary.closest(word, begun=True) or ""

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary((name, 1) for name in self._names)

    def _hits(self, text: str) -> Iterator[tuple[int, int]]:
        """Names that hold a text, by number, and where it is first found, as in ``_text``."""
        position = self._text.find(text)
        while position >= 0:
            number = bisect_right(self._starts, position + 1) - 1
            if number == len(self._names):
                return
            yield number, position
            position = self._text.find(text, self._starts[number + 1] - 1)
