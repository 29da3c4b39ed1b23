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


def with_emoji(text: str) -> str:
    """``text`` with the emoji for each name between colons; other names stay.

    >>> with_emoji("10:30:45 :tada: :nothing:")
    '10:30:45 🎉 :nothing:'
    """
    if ":" not in text:
        return text
    return _NAME.sub(lambda found: _by_name().get(found[1], found[0]), text)
