"""Sections of a post: how a heading is named, wherever it is met."""

from __future__ import annotations

import re

_DROPPED = re.compile(r"[^\w\- ]")


def anchor_of(heading: str, taken: set[str]) -> str:
    """Name a heading as GitHub does, with a number behind a name that is taken, and take it.

    >>> anchor_of("What's new?", set())
    'whats-new'
    """
    name = _DROPPED.sub("", heading.strip().lower()).replace(" ", "-") or "section"
    anchor, number = name, 0
    while anchor in taken:
        number += 1
        anchor = f"{name}-{number}"
    taken.add(anchor)
    return anchor
