"""What is kept of a text to know it again where it has moved and changed a little."""

from __future__ import annotations

import re
from zlib import crc32

# The least hashes of a set are a fair sample of it, and the same one wherever the set is the
# same: https://doi.org/10.1109/SEQUEN.1997.666900
MOST_HASHES = 32
# Texts that share more than half of their sentences, each of its own, have more than a third
# of all their sentences in common.
ALIKE = 1 / 3

# Shorter pieces are marks, numbers and rules, which any two texts share.
LEAST_CHARACTERS = 8

_ENDS = re.compile("[\n.!?\u3002\uff01\uff1f]+")


def minhash(text: str) -> frozenset[int]:
    """Up to 32 numbers below 2**32, most of them the same for a text that is mostly the same."""
    sentences = (" ".join(piece.split()) for piece in _ENDS.split(text))
    hashes = {
        crc32(sentence.encode("utf-8", "replace"))
        for sentence in sentences
        if len(sentence) >= LEAST_CHARACTERS
    }
    return frozenset(sorted(hashes)[:MOST_HASHES])


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """How much of two texts is the same, from 0 to 1, by their minhashes."""
    sample = sorted(one | other)[:MOST_HASHES]
    return len(one & other & set(sample)) / len(sample) if sample else 0.0
