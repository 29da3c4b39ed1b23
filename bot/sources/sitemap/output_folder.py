"""The folder beside the posts that a site's generator writes to."""

from __future__ import annotations

from errno import ENOENT
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from bot.blog.errors import SourceError
from bot.sources.host import Response

FOLDERS = ("public", "_site", "build", "dist", "out", "output", "site")
# What the sitemap of a generator is called, the one that names others first.
NAMES = ("sitemap-index.xml", "sitemap_index.xml", "sitemap.xml", "sitemap-0.xml", "sitemap.xml.gz")


def find_output(posts: Path, inside: PurePosixPath, *, has_site: bool) -> Path | None:
    """The sitemap that a generator wrote beside the posts, or None.

    Args:
        posts: the posts folder.
        inside: as in ``Snapshot``.
        has_site: whether a site's folder was recognised.
    """
    try:
        posts = posts.resolve()
    except (OSError, RuntimeError):  # a link that leads to itself
        return None
    levels = [part for part in inside.parts if part != "."]
    site = posts.joinpath(*[".."] * len(levels)).resolve()
    around = [site] if has_site or levels else [posts, posts.parent]
    for folder in around:
        for name in FOLDERS:
            for sitemap in NAMES:
                file = folder / name / sitemap
                if file.is_file() and file.resolve().is_relative_to(folder):
                    return file
    return None


class Files:
    """Gets the documents of a sitemap from a folder, as ``Crawler.fetch``.

    Args:
        first: the document that is asked for first, whose folder is the site's root.
        base: the path of the site's own address, which addresses begin with.
    """

    def __init__(self, first: Path, base: str) -> None:
        self._root = first.parent
        self._base = base

    def __call__(
        self,
        url: str,
        *,
        etag: str,
        modified: str,  # noqa: ARG002 - the Protocol's
        most_bytes: int,
        most_seconds: float,  # noqa: ARG002
    ) -> Response | None:
        """The file that has that address; the time that it was written is its ``etag``.

        Raises:
            SourceError: there is none, or it is too large.
        """
        try:
            file = self._file(url)
            status = file.stat()
            stamp = f"{status.st_mtime_ns}-{status.st_size}"
            if not file.is_file() or status.st_size > most_bytes:
                raise SourceError(f"it is no file of at most {most_bytes:,} bytes")
            if etag == stamp:
                return None
            return Response(file.read_bytes(), url, etag=stamp)
        except (OSError, ValueError) as error:  # ValueError: a NUL byte
            reason = getattr(error, "strerror", None) or str(error)
            raise SourceError(reason) from error

    def _file(self, url: str) -> Path:
        path = unquote(urlsplit(url).path)
        for one in (path.removeprefix(self._base), path, PurePosixPath(path).name):
            file = self._root / one.lstrip("/")
            if file.is_file() and file.resolve().is_relative_to(self._root.resolve()):
                return file
        raise FileNotFoundError(ENOENT, "there is no such file")
