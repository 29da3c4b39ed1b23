"""Covers of posts, found among the blog's own files.

The simulated Discord fetches nothing from the network, so it must be given the bytes of
every picture that it is to show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from bot.blog.post import Post

# Where generators keep files that are published as they are, at the site's root.
STATIC_FOLDERS = ("", "static", "public", "assets", "src", "content")

# How far above the posts the site's root is looked for: content/en/blog is three deep.
FOLDERS_ABOVE = 3

# SimCord reads a picture's kind from the end of its name; Discord shows these inline.
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})

# All covers together: they stay in memory while the playground runs.
MAX_BYTES = 48_000_000

NO_COVER = Path(__file__).with_name("pictures") / "no-cover.png"


def covers_of(
    posts: Iterable[Post], folder: Path, site_url: str | None
) -> dict[str, tuple[str, bytes]]:
    """File name and bytes of the posts' covers, by the covers' URLs.

    A cover that is not among the blog's files becomes a grey picture, since the real
    Discord would show it.

    Args:
        posts: the ones whose covers matter most first; those beyond ``MAX_BYTES`` stay grey.
        folder: where the posts lie.
        site_url: the blog's URL; covers published elsewhere are not looked for.
    """
    covers: dict[str, tuple[str, bytes]] = {}
    grey = (NO_COVER.name, NO_COVER.read_bytes())
    room = MAX_BYTES
    for post in posts:
        url = post.image_url
        if url is None or url in covers:
            continue
        file = cover_file(url, post.path, folder, site_url)
        if file is not None and file.stat().st_size <= room:
            covers[url] = (file.name, file.read_bytes())
            room -= len(covers[url][1])
        else:
            covers[url] = grey
    return covers


def cover_file(url: str, post_path: str, folder: Path, site_url: str | None) -> Path | None:
    """The file near the posts that the site publishes at ``url``, if there is one."""
    if site_url is None:
        return None
    root = site_url.rstrip("/") + "/"
    if not url.startswith(root):
        return None
    path = PurePosixPath(unquote(urlsplit(url[len(root) :]).path))
    if path.is_absolute() or ".." in path.parts or path.suffix.lower() not in PICTURES:
        return None
    beside_the_post = folder.joinpath(post_path).with_name(path.name)
    candidates = (beside_the_post, *(place / path for place in site_roots(folder)))
    return next((file for file in candidates if file.is_file()), None)


def site_roots(folder: Path) -> Iterator[Path]:
    """Folders that may hold the site's published files, nearest first."""
    posts = folder.resolve()
    for place in (posts, *posts.parents[:FOLDERS_ABOVE]):
        for name in STATIC_FOLDERS:
            yield place / name
