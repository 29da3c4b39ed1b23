"""The picture files in the posts folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from bot.blog.source import PictureFile
from bot.sources.tree import is_published

# What Discord shows inside a message.
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})

# Where generators keep files that are published as they are, at the site's root.
STATIC_FOLDERS = ("", "static", "public", "assets")


class FolderPictures:
    """Implements ``blog.Pictures``.

    Args:
        root: the posts folder. Nothing outside it is ever read, wherever a link leads, nor
            what is hidden, a draft's, or no picture by its own name.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def find(self, link: str, post_path: str, limit: int) -> PictureFile | None:
        """The picture that a post shows, or None."""
        try:
            for file in self._candidates(link, post_path):
                if file.is_file() and file.stat().st_size <= limit:
                    return PictureFile(file.name, file.read_bytes())
        except (OSError, RuntimeError, ValueError):
            pass  # not readable, links in a circle, no name that a file can have
        return None

    def _candidates(self, link: str, post_path: str) -> Iterator[Path]:
        parts = urlsplit(link)
        name = unquote(parts.path)
        if parts.scheme or parts.netloc:
            return
        root = self._root.resolve()
        beside = root.joinpath(post_path).parent
        places = [] if name.startswith("/") else [beside]
        places += [root / folder for folder in STATIC_FOLDERS]
        for place in places:
            file = place.joinpath(name.lstrip("/")).resolve()
            if file.suffix.lower() not in SUFFIXES or not file.is_relative_to(root):
                continue
            inside = PurePosixPath(file.relative_to(root))
            if is_published(inside, PurePosixPath(post_path).parent):
                yield file
