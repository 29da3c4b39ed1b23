"""Sections of a post: how a heading is named, wherever it is met."""

from __future__ import annotations

import re
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Passage:
    """A section's words: what stands between one heading and the next.

    Attributes:
        heading: plain text; None for what stands above the first heading.
        anchor: the section's name, as ``anchor_of`` gives it; None without a heading.
        text: the words below the heading, without markup.
    """

    heading: str | None
    anchor: str | None
    text: str
