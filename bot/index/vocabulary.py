"""Words that the blog uses where it matters, to put a typo right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from bot.index.names import plain_name

# Shorter words are like too many others; longer ones are hardly words.
SHORTEST, LONGEST = 4, 40
# Letters from which on two may be wrong.
TWO_WRONG = 7
_WORD = re.compile(r"[^\W\d_]{3,}")


class Vocabulary:
    """Words of titles, headings and tags.

    Args:
        counted: texts of one or more words, without accents, and how many posts hold each.
    """

    def __init__(self, counted: Iterable[tuple[str, int]]) -> None:
        words: Counter[str] = Counter()
        for text, count in counted:
            for word in _WORD.findall(text):
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
        from rapidfuzz import process  # noqa: PLC0415 - most runs do not need it
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        typed = plain_name(word)
        if not SHORTEST <= len(typed) <= LONGEST:
            return None
        most = 2 if len(typed) >= TWO_WRONG else 1
        choices = self._words
        if begun:
            choices = [*choices, *{word[: len(typed)] for word in choices}]
        found = process.extract(typed, choices, scorer=OSA.distance, score_cutoff=most, limit=None)
        best = min(
            found,
            key=lambda match: (match[1], match[0][0] != typed[0], -self._counts[match[0]]),
            default=None,
        )
        return best[0] if best else None
