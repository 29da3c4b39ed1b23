"""A block of Markdown while its lines are being read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Node:
    """A block while the lines are being read.

    Attributes:
        kind: document, quote, list, item, paragraph, term, heading, code, html, rule,
            table, footnote, callout, definition.
        lines: the text of a leaf, a line each.
        indent: columns that a list item's content is indented by.
        fence: the fence that opened a code block or a ``:::`` callout, empty for an
            indented one.
        begun: whether the line that opened a fence or table has been taken.
        end: what a line must match to end an HTML block; None: a blank line ends it.
    """

    kind: str
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    indent: int = 0
    fence: str = ""
    info: str = ""
    level: int = 0
    marker: str = ""
    start: int = 1
    loose: bool = False
    end: re.Pattern[str] | None = None
    begun: bool = False
    open: bool = True
    last_blank: bool = False
    depth: int = 0
