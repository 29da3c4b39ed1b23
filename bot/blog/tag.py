"""A topic that posts share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in its commonest spelling, and how many visible posts carry it."""

    name: str
    posts: int

    @property
    def key(self) -> str:
        """What makes two spellings the same tag."""
        return tag_key(self.name)


def tag_key(name: str) -> str:
    """Fold a tag's spelling for comparison."""
    return " ".join(name.split()).casefold()
