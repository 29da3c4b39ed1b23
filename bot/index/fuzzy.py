"""Names and words in memory, to complete what is typed and to forgive typos.

What is here takes some milliseconds for ten thousand posts: call it in a thread.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.index.names import plain_name

# Shorter words are like too many others; longer ones are hardly words.
SHORTEST, LONGEST = 4, 40
# Letters from which on two may be wrong.
TWO_WRONG = 7
# Fewer letters are like anything.
SHORTEST_TYPO = 3
# Enough for any title. Longer text costs time and finds nothing more.
LONGEST_NAME = 100
# Of 100: what scores less is not like it.
LEAST_LIKENESS = 60
FEW_STEMS = 8
# Names compared in one go: about two milliseconds, in which no other thread can run.
AT_ONCE = 500
_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d_]{3,}")


class Vocabulary:
    """Words of titles, headings and tags.

    Args:
        counted: texts of one or more words, without accents, and how many posts hold each.
    """

    def __init__(self, counted: Iterable[tuple[str, int]]) -> None:
        words: Counter[str] = Counter()
        for text, count in counted:
            for word in _LETTERS.findall(text):
                words[word] += count
        self._counts = words
        self._words = list(words)

    def closest(self, word: str, *, begun: bool = False) -> str | None:
        """The commonest of the words that differ least from ``word``; None if all differ more.

        Two letters that changed places are one mistake. Takes some milliseconds.

        Args:
            word: as it was typed.
            begun: whether it may be the beginning of a word, which is then returned as far
                as it was typed.
        """
        typed = plain_name(word)
        if not SHORTEST <= len(typed) <= LONGEST:
            return None
        most = most_wrong(typed)
        choices = self._words
        if begun:
            choices = [*choices, *{word[: len(typed)] for word in choices}]
        found = process.extract(typed, choices, scorer=OSA.distance, score_cutoff=most, limit=None)
        if not found:  # one of what there are several of
            singular = [word[:-1] for word in self._words if word.endswith("s")]
            found = process.extract(typed, singular, scorer=OSA.distance, score_cutoff=most)
        best = min(
            found,
            key=lambda match: (match[1], match[0][0] != typed[0], -self._counts[match[0]]),
            default=None,
        )
        return best[0] if best else None


def most_wrong(word: str) -> int:
    """How many mistakes a word may have and still be recognised."""
    return 2 if len(word) >= TWO_WRONG else 1


def closest_stems(word: str, stems: Iterable[str]) -> list[str]:
    """A few stems that the beginning of a word may be with mistakes, likeliest first."""
    most = most_wrong(word)
    found = []
    for stem in stems:
        ends = (len(stem), len(stem) + 1, len(stem) - 1)
        distance = min(OSA.distance(word[:end], stem) for end in ends)
        if distance <= most:
            found.append((distance, abs(len(word) - len(stem)), stem))
    return [stem for _, _, stem in sorted(found)[:FEW_STEMS]]


def are_alike(one: str, other: str) -> bool:
    """Whether one word may be the other with mistakes. Letters that changed places are one."""
    return OSA.distance(one, other) <= most_wrong(one)


class Item(NamedTuple):
    """Something with a name: a post by path, or a tag by key.

    Attributes:
        id: what to fetch it by.
        names: names in plain letters, such as title and slug.
        instant: when it appears, in Unix seconds; None where it always was there.
    """

    id: str
    names: tuple[str, ...]
    instant: int | None = None


class NameIndex:
    """Entries in the order in which they are shown when nothing is typed.

    Its methods take some milliseconds for ten thousand posts: call them in a thread.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._names = [name[:LONGEST_NAME] for item in items for name in item.names]
        self._owners = [place for place, item in enumerate(items) for _ in item.names]
        # All names in one text, a line each, which is searched fifty times as fast as a list.
        self._text = "\n" + "".join(f"{name}\n" for name in self._names)
        self._starts = list(accumulate((len(name) + 1 for name in self._names), initial=1))

    def suggest(self, text: str, limit: int, now: float) -> list[str]:
        """Ids for what was typed so far: what begins with it, holds it, or holds its words.

        Where nothing holds a word, the likest word that there is counts for it, if any is like it.
        """
        typed = plain_name(text)[:LONGEST_NAME]
        found = self._idents(self._holding(typed), limit, now)
        if not found and len(typed) >= SHORTEST_TYPO:
            found = self._idents(self._holding_words(typed), limit, now)
        return found

    def closest(self, text: str, limit: int, now: float) -> list[str]:
        """Ids of what is most like ``text``; none where nothing is."""
        scores: dict[int, float] = {}
        typed = plain_name(text)[:LONGEST_NAME]
        for start in range(0, len(self._names), AT_ONCE):
            some = self._names[start : start + AT_ONCE]
            for _, score, index in process.extract_iter(
                typed, some, scorer=fuzz.WRatio, score_cutoff=LEAST_LIKENESS
            ):
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
            item = self._items[place]
            if item.instant is None or item.instant <= now:
                found[item.id] = None
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
