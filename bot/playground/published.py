"""Pictures that the blog publishes, found among its own files.

The simulated Discord fetches nothing from the network, so it must be given the bytes of
every picture that it is to show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from bot.blog.post import Post

Asset = tuple[str, bytes]  # a picture's file name and its bytes

# Where generators keep files that are published as they are, at the site's root.
STATIC_FOLDERS = ("", "static", "public", "assets", "src", "content")

# How far above the posts the site's root is looked for: content/en/blog is three deep.
FOLDERS_ABOVE = 3

# SimCord reads a picture's kind from the end of its name; Discord shows these inline.
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})

# A larger picture would fill what SimCord keeps of all of them.
MAX_BYTES = 8_000_000

GREY = Path(__file__).with_name("pictures") / "no-cover.png"


class Published:
    """Looks the picture of an address up when it is to be shown.

    One that is not among the blog's files is grey, since the real Discord would show it.

    Args:
        known: Discord's own pictures, by their address.
        discord: what the addresses of Discord's own pictures begin with.
        posts: those whose covers and pictures may lie beside them.
        folder: where the posts lie, or None where they are not here.
        site_url: the blog's URL; pictures published elsewhere are not looked for.
    """

    def __init__(
        self,
        known: Mapping[str, Asset],
        discord: str,
        posts: Iterable[Post] = (),
        folder: Path | None = None,
        site_url: str | None = None,
    ) -> None:
        self._known = known
        self._discord = discord
        self._folder = folder
        self._root = site_url.rstrip("/") + "/" if site_url else None
        self._paths: dict[str, str] = {}
        for post in posts:
            for url in filter(None, (post.url, post.image_url)):
                self._paths.setdefault(url.rstrip("/"), post.path)

    def get(self, url: str) -> Asset | None:
        """File name and bytes of the picture at ``url``, None for Discord's own; reads the disk."""
        if url in self._known or url.startswith(self._discord):
            return self._known.get(url)
        file = self._file(url) or GREY
        return file.name, file.read_bytes()

    def _file(self, url: str) -> Path | None:
        if self._folder is None or self._root is None or not url.startswith(self._root):
            return None
        path = PurePosixPath(unquote(urlsplit(url[len(self._root) :]).path))
        if path.is_absolute() or ".." in path.parts or path.suffix.lower() not in PICTURES:
            return None
        owner = self._paths.get(url) or self._paths.get(url.rpartition("/")[0])
        beside = [self._folder.joinpath(owner).with_name(path.name)] if owner else []
        candidates = (*beside, *(place / path for place in site_roots(self._folder)))
        return next((file for file in candidates if fits(file)), None)


def fits(file: Path) -> bool:
    """Whether there is such a file, and it is small enough to be shown."""
    return file.is_file() and file.stat().st_size <= MAX_BYTES


def site_roots(folder: Path) -> Iterator[Path]:
    """Folders that may hold the site's published files, nearest first."""
    posts = folder.resolve()
    for place in (posts, *posts.parents[:FOLDERS_ABOVE]):
        for name in STATIC_FOLDERS:
            yield place / name
