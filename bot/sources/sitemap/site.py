"""A site's list of its pages: looked for beside the posts and on the site, read, remembered."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from errno import ENOENT
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from bot.blog.errors import SourceError
from bot.blog.source import Sitemap
from bot.sources.host import Response
from bot.sources.sitemap.crawler import (
    LOOPBACK,
    MOST_SECONDS_TO_WAIT,
    CachedList,
    Crawler,
    host_of,
    is_of,
    read_cache,
    write_cache,
)

log = logging.getLogger(__name__)

# What RFC 3986 allows in a path and query, and percent signs of what is encoded already.
_SIGNS = "/:@!$&'()*+,;=~-._%?"
_ENCODED = re.compile(rf"[A-Za-z0-9{re.escape(_SIGNS)}]*")
# One urlsplit() each would take a second for 100,000 addresses. A path of a page that begins with
# two slashes names a host.
_ADDRESS = re.compile(r"(https?://[^/?#\s]+)?((?!//)/[^?#]*)?(\?[^#]*)?(?:#.*)?", re.IGNORECASE)


class SiteList:
    """What a site lists. One thread may ask it while another recalls what it said.

    Args:
        files: where to keep it; the first that can be written is.
        given: the address or file of the sitemap; None looks for it.
        clock: Unix seconds.

    Attributes:
        given: as above.
        file: the sitemap that was read from this machine at the last look, or None.
        has_file: whether that told something, so that the site need not be asked.
        cached: what is remembered of a site that was asked.
    """

    def __init__(
        self,
        files: Sequence[Path],
        *,
        given: str | Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.file: Path | None = None
        self.has_file = False
        self.cached = CachedList()
        self._files = files
        self.given = given
        self._clock = clock
        self._local = CachedList()
        self._made: tuple[CachedList, str | None, str, Sitemap] | None = None

    def find(
        self, posts: Path | None, inside: PurePosixPath, *, has_site: bool, site_url: str | None
    ) -> Sitemap | None:
        """What a file on this machine lists; None where there is none to look at.

        Args:
            posts: the posts folder, if they lie in one.
            inside: as in ``Snapshot``.
            has_site: whether a site's folder was recognised.
            site_url: the blog's address, or None.
        """
        self.file, self.has_file = None, False
        if isinstance(self.given, Path):
            self.file = self.given.absolute()
        elif self.given is None and posts is not None:
            self.file = find_output(posts, inside, has_site=has_site)
        if self.file is None:
            return None
        of = f"{site_url} {self.file}"
        before = self._local if self._local.of == of else CachedList(of=of)
        files = Files(self.file, urlsplit(site_url or "").path)
        crawler = Crawler(files, before.documents)
        crawler.read([self.file.name])
        hosts = LOOPBACK | ({host_of(site_url)} if site_url else set())
        self._local = self._after(before, crawler, [self.file.name], hosts if site_url else ())
        sitemap = self._sitemap(self._local, site_url, str(self.file))
        if not sitemap.links and self.given is None:
            log.info("%s is passed over: %s", self.file, sitemap.trouble)
            return None
        self.has_file = True
        return sitemap

    def recall(self, site_url: str | None) -> Sitemap | None:
        """What the site listed when it was asked last; None where no site is known."""
        url = self._site(site_url)
        if url is None:
            return None
        of = f"{url} {self.given or ''}"
        if self.cached.of != of:
            self.cached = read_cache(self._files, of)
        if not self.cached.asked:
            return None
        return self._sitemap(self.cached, url, _named(self.cached.starts))

    def ask(self, site_url: str | None) -> Sitemap | None:
        """What the site lists now, or listed before where it cannot be asked."""
        self.recall(site_url)
        url = self._site(site_url)
        if url is None:
            return None
        from bot.sources.sitemap.lookup import SiteLookup  # noqa: PLC0415 - aiohttp, 80 ms
        from bot.sources.web import Web  # noqa: PLC0415

        now = int(self._clock())
        if not now < self.cached.wait_until <= now + MOST_SECONDS_TO_WAIT:
            lookup = SiteLookup(Web(), url, self._given_url, self.cached)
            cached = lookup.ask()
            self.cached = replace(cached, asked=now, wait_until=now + lookup.wait)
            write_cache(self._files, self.cached)
        return self.recall(site_url)

    @property
    def _given_url(self) -> str | None:
        return self.given if isinstance(self.given, str) else None

    def _site(self, site_url: str | None) -> str | None:
        """The site to ask, or None."""
        if isinstance(self.given, Path):
            return None
        if site_url is None and self.given is not None:
            parts = urlsplit(self.given)
            site_url = f"{parts.scheme}://{parts.netloc}"
        return site_url

    @staticmethod
    def _after(
        before: CachedList, crawler: Crawler, starts: Sequence[str], hosts: Iterable[str]
    ) -> CachedList:
        return replace(
            before,
            starts=tuple(starts),
            hosts=tuple(sorted(hosts)),
            documents=crawler.documents,
            is_whole=not crawler.troubles,
            trouble="; ".join(crawler.troubles[:2]),
        )

    def _sitemap(self, cached: CachedList, site_url: str | None, source: str) -> Sitemap:
        """What is remembered, as others see it; made once for the same."""
        made = self._made
        if made is not None and (made[0] is cached and made[1:3] == (site_url, source)):
            return made[3]
        links = sorted(set(links_of(cached, site_url)))
        trouble = cached.trouble
        if not links and not trouble:
            trouble = f"{source or site_url}: it lists no page of the site"
        total = blake2b(repr((cached.is_feed, cached.is_whole)).encode(), digest_size=16)
        total.update("\n".join(links).encode("utf-8", "replace"))
        sitemap = Sitemap(
            source=source if links else "",
            links=tuple(links),
            is_whole=cached.is_whole and not cached.is_feed,
            digest=total.hexdigest() if links else "",
            trouble=trouble,
        )
        self._made = cached, site_url, source, sitemap
        return sitemap


def links_of(cached: CachedList, site_url: str | None) -> Iterator[str]:
    """The site's pages in the form of ``Post.link``; those of other hosts are left out."""
    base = urlsplit(site_url or "").path.rstrip("/")
    hosts = frozenset(cached.hosts)
    ours: dict[str, bool] = {}  # by the beginning of an address, of which few differ
    for page in (page for document in cached.documents.values() for page in document.pages):
        parts = _ADDRESS.fullmatch(page)
        if parts is None:
            continue
        origin, path, query = parts.groups("")
        if origin not in ours:
            ours[origin] = is_of(f"{origin}/", hosts)
        if not ours[origin]:
            continue
        place = (path or "/") + query
        if not _ENCODED.fullmatch(place):
            place = quote(place, safe=_SIGNS)
        if path == base or place.startswith(f"{base}/"):
            yield place.removeprefix(base) or "/"
        elif origin:
            yield origin + place


def _named(starts: Sequence[str]) -> str:
    more = f" and {len(starts) - 1} more" if len(starts) > 1 else ""
    return f"{starts[0]}{more}" if starts else ""


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
