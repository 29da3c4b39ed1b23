"""The posts that readers see, in as few words as tell them apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One visible post.

    Attributes:
        path: its identity in the index.
        slug: short name for people.
        title: plain text.
        tags: topics in their commonest spelling.
        instant: Unix seconds of its date, or None.
        digest: as in ``Post``: changes when the file says something else.
    """

    path: str
    slug: str
    title: str
    tags: tuple[str, ...]
    instant: int | None
    digest: str
