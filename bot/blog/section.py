"""Sections of a post: how a heading is named, wherever it is met."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DROPPED = re.compile(r"[^\w\- ]")


def anchor_of(heading: str, taken: dict[str, int]) -> str:
    """Name a heading as GitHub does, unlike those that are taken, and take the name.

    >>> anchor_of("What's new?", {})
    'whats-new'
    """
    name = _DROPPED.sub("", heading.strip().lower()).replace(" ", "-") or "section"
    return unique(name, taken)


def unique(name: str, taken: dict[str, int]) -> str:
    """Take a name, with a number behind it where it is taken.

    ``taken`` holds every name given so far and the last number tried behind it, so that a
    thousand equal headings need a thousand steps.
    """
    anchor, number = name, taken.get(name, 0)
    while anchor in taken:
        number += 1
        anchor = f"{name}-{number}"
    taken[name] = number
    taken[anchor] = taken.get(anchor, 0)
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
