"""Pictures that have no address on the web."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture's file name, which tells its format, and its bytes."""

    name: str
    data: bytes


class Pictures(Protocol):
    """The picture files beside the posts."""

    def find(self, link: str, post_path: str, limit: int) -> PictureFile | None:
        """The picture that a post shows; reads the disk.

        Args:
            link: how the post names it: relative to the post, or from the site's root.
            post_path: the post's path.
            limit: the most bytes that it may have.

        Returns:
            None where there is no such picture, it is too large, or it lies elsewhere than
            in the posts folder.
        """
