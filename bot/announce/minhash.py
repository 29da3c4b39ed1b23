"""What is kept of a text to know it again where it has moved and changed a little."""

from __future__ import annotations

import re
from html import unescape
from zlib import crc32

# Texts are hashed in that way; a state whose texts were hashed in another is brought up to date.
FORM = 2

# The least hashes of a set are a fair sample of it, and the same one wherever the set is the
# same: https://doi.org/10.1109/SEQUEN.1997.666900
MOST_HASHES = 32
# Texts that share more than half of their sentences, each of its own, have more than a third
# of all their sentences in common.
ALIKE = 1 / 3

# Shorter pieces are marks, numbers and rules, which any two texts share.
LEAST_CHARACTERS = 8

# A post is the same in Markdown and in a feed's HTML, and however its lines are broken: marks
# are left out, and only blocks and sentences end a piece.
_TAG = re.compile("<[/!]?([a-zA-Z][a-zA-Z0-9]*)?[^<>]{0,2000}>")
_INLINE = re.compile(
    "a|abbr|b|bdi|bdo|cite|code|del|dfn|em|font|i|img|ins|kbd|mark|q|s|samp|small|span|strong|sub"
    "|sup|time|tt|u|var|wbr",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[[^\[\]]{0,1000}\]\([^()]{0,2000}\)")
_LINK = re.compile(r"\[([^\[\]]{0,1000})\]\([^()]{0,2000}\)")
_HEADING = re.compile("^[ \t]{0,3}#{1,6}[ \t]+(.*)$", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*(?:[>*+-]|\d{1,3}[.)])[ \t]+", re.MULTILINE)
_ENDS = re.compile("\n[ \t]*\n|[.!?\u2026\u3002\uff01\uff1f]+")
_NO_WORD = re.compile(r"[\W_]+")


def minhash(text: str) -> frozenset[int]:
    """Up to 32 numbers below 2**32, most of them the same for a text that is mostly the same.

    Args:
        text: Markdown or HTML.
    """
    plain = unescape(_TAG.sub(_end_of_block, text))
    plain = _LINK.sub(r"\1", _IMAGE.sub("", plain))
    plain = _ITEM.sub("\n\n", _HEADING.sub(r"\n\n\1\n\n", plain))
    sentences = (_NO_WORD.sub(" ", piece).strip().casefold() for piece in _ENDS.split(plain))
    hashes = {
        crc32(sentence.encode("utf-8", "replace"))
        for sentence in sentences
        if len(sentence) >= LEAST_CHARACTERS
    }
    return frozenset(sorted(hashes)[:MOST_HASHES])


def _end_of_block(tag: re.Match[str]) -> str:
    return "" if _INLINE.fullmatch(tag[1] or "") else "\n\n"


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """How much of two texts is the same, from 0 to 1, by their minhashes."""
    sample = sorted(one | other)[:MOST_HASHES]
    return len(one & other & set(sample)) / len(sample) if sample else 0.0
