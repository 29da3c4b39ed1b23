"""MDX has no indented code: what is indented inside an element is Markdown all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPENING = re.compile(
    r"<(?!(?:br|hr|img|input|source|wbr)\b)(?:[A-Za-z][^<>]*[^<>/]|[A-Za-z])>[ \t]*$"
)
_CLOSING = re.compile(r"</[A-Za-z][\w.-]*>[ \t]*$")
_FENCE = re.compile(r"(`{3,}|~{3,})")


def unindented(text: str) -> str:
    """Take away the indentation that the elements around a line give it."""
    if not re.search(r"(?m)^[ \t]*</?[A-Za-z]", text):
        return text
    return "".join(_lines(text))


@dataclass(slots=True)
class _Element:
    """An element that is open: where its tag stands now, and what its lines lose."""

    column: int
    surplus: int | None = None  # None until its first line


def _lines(text: str) -> Iterator[str]:
    elements: list[_Element] = []
    fence, surplus = "", 0
    for line in text.splitlines(keepends=True):
        content = line.lstrip(" \t")
        indent = len(line) - len(content)
        if fence:
            yield line[min(indent, surplus) :]
            if content.startswith(fence) and not content.strip().strip(fence[0]):
                fence = ""
            continue
        if not content.strip():
            yield line
            continue
        if _CLOSING.match(content) and elements:
            elements.pop()
        around = elements[-1] if elements else _Element(0, 0)
        if around.surplus is None:
            around.surplus = max(0, indent - around.column)
        surplus = min(indent, around.surplus)
        yield line[surplus:]
        if opened := _FENCE.match(content):
            fence = opened[1]
        elif _OPENING.match(content):
            elements.append(_Element(indent - surplus))
            yield "\n"
