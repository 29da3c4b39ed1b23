"""The lines of a text that are not code."""

from __future__ import annotations

import re
from collections.abc import Iterator

FENCE = re.compile(r"[ \t]*(?:>[ \t]*)?(`{3,}(?=[^`]*$)|~{3,})")


def unfenced(text: str) -> Iterator[str]:
    """Yield the lines of ``text``; fenced code, its fences included, is empty lines."""
    fence = ""
    for line in text.split("\n"):
        found = FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence:
            yield ""
            if found and found[1].startswith(fence) and not line[found.end() :].strip():
                fence = ""
        elif found:
            yield ""
            fence = found[1]
        else:
            yield line
