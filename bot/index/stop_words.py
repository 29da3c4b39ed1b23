"""Words that questions are put together with, and that need not stand in the answer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

# So many words are a sentence, which has more that says nothing.
SENTENCE = 5
_EDGES = ".,;:!?¿¡…()"


def _read() -> dict[str, set[str]]:
    words = defaultdict[str, set[str]](set)
    file = Path(__file__).with_suffix(".txt")
    for line in file.read_text(encoding="utf-8").splitlines():
        language, _, listed = line.partition(": ")
        if line and not line.startswith("#"):
            words[language] |= set(listed.split())
    return words


_LISTS = _read()
_ENGLISH_SENTENCES = _LISTS["en"] | _LISTS.pop("en+")


def telling(words: Sequence[str]) -> list[str]:
    """Those of a query's words that say what is meant; none where all are stop words.

    The language is the one that most of the words are stop words of, two at least; else English.
    """
    plain = [_plain(word) for word in words]

    def count(language: str) -> int:
        return sum(word in _LISTS[language] for word in plain)

    language = max(_LISTS, key=lambda one: (count(one), one == "en"))
    if count(language) == 1:
        language = "en"
    stop_words = _LISTS[language]
    if language == "en" and len(words) >= SENTENCE:
        stop_words = _ENGLISH_SENTENCES
    return [word for word, key in zip(words, plain, strict=True) if key not in stop_words]


def _plain(word: str) -> str:
    """A word without what stands around it: ``what`` of ``What's?``."""
    return re.split("['’]", word.strip(_EDGES).casefold())[0]  # noqa: RUF001 - the typographic one
