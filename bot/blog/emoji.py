"""Emoji by the names that GitHub gives them: https://api.github.com/emojis."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_NAME = re.compile(r":([a-z0-9_+-]{1,40}):")


@cache
def _by_name() -> dict[str, str]:
    """Each name's emoji, 35 kB that only sites read which write emoji by name."""
    file = Path(__file__).with_suffix(".txt")
    lines = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
    return {name: emoji for emoji, *names in lines for name in names}


@cache
def _by_emoji() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, emoji in _by_name().items():
        plain = emoji.removesuffix("\ufe0f")
        found[plain] = (*found.get(plain, ()), name)
    return found


def names_of(emoji: str) -> tuple[str, ...]:
    """The names of an emoji of one code point; none where it has none."""
    return _by_emoji().get(emoji, ())


def with_emoji(text: str) -> str:
    """``text`` with the emoji for each name between colons; other names stay.

    >>> with_emoji("10:30:45 :tada: :nothing:")
    '10:30:45 🎉 :nothing:'
    """
    if ":" not in text:
        return text
    return _NAME.sub(lambda found: _by_name().get(found[1], found[0]), text)
