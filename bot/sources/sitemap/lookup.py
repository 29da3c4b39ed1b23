"""One look at a site over the network, for its sitemap, else for its feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from bot.blog.errors import SourceError
from bot.sources.host import RefusedError, Response
from bot.sources.sitemap.crawler import (
    MOST_SECONDS_TO_WAIT,
    CachedDocument,
    CachedList,
    Crawler,
    host_of,
    is_missing,
    is_of,
    is_secure,
    secure,
)
from bot.sources.sitemap.document import sitemaps_in_robots
from bot.sources.web import Web

# Where a sitemap is if robots.txt names none: the protocol's own place, then those of Astro and
# Gatsby, and of WordPress.
PLACES = ("sitemap.xml", "sitemap-index.xml", "sitemap_index.xml")
FEEDS = ("feed.xml", "atom.xml", "rss.xml", "index.xml")
MOST_NAMED = 20


class SiteLookup:
    """One look at a site over the network."""

    def __init__(self, web: Web, site_url: str, given: str | None, before: CachedList) -> None:
        self._web = web
        self._root = secure(site_url).rstrip("/")
        self._given = given
        self._before = before
        self._hosts = {host_of(self._root), *([host_of(given)] if given else [])}
        self._crawler = Crawler(self._fetch, before.documents, self._may_ask)
        self._roots: set[str] = set()
        self._is_feed = False
        self._said: list[str] = []  # why there is no list at the places that were looked at

    def ask(self) -> CachedList:
        """What is known afterwards."""
        starts = next(self._found(), ())
        crawler = self._crawler
        if not starts:
            said = "; ".join(dict.fromkeys(self._said[:2]))
            trouble = said or f"{host_of(self._root)} has neither a sitemap nor a feed"
            return replace(self._before, trouble=trouble)
        return replace(
            self._before,
            starts=tuple(starts),
            hosts=tuple(sorted(self._hosts - self._foreign())),
            documents=crawler.documents,
            is_feed=self._is_feed,
            is_whole=not crawler.troubles,
            trouble="; ".join(crawler.troubles[:2]),
        )

    @property
    def wait(self) -> int:
        """Seconds that the host asks to be left alone for."""
        return min(int(self._crawler.wait or 0), MOST_SECONDS_TO_WAIT)

    def _found(self) -> Iterator[Sequence[str]]:
        """Where there is a list of the site's pages: the first documents of it."""
        for starts, are_guessed in self._starts():
            if self._crawler.wait is not None:
                return
            self._roots.update(starts)
            self._crawler.documents.clear()
            del self._crawler.troubles[:]
            if self._read(starts, are_guessed=are_guessed) and self._lists_the_site():
                yield starts
            self._said += self._crawler.troubles

    def _starts(self) -> Iterator[tuple[Sequence[str], bool]]:
        """Where it may be, likeliest first, and whether that is only guessed."""
        before = self._before
        if before.starts and not before.is_feed:
            yield before.starts, False
        if self._given:
            yield [self._given], False
            return
        host = urljoin(self._root, "/")
        named = self._named_by_robots(f"{host}robots.txt")
        if named is None:
            return
        if named:
            yield named, False
        for root in dict.fromkeys((f"{self._root}/", host)):
            yield from (([root + place], True) for place in PLACES)
        if before.starts and not before.is_feed and self._said:
            return  # the sitemap of before is away for now; a feed would say less
        self._is_feed = True
        if before.starts and before.is_feed:
            yield before.starts, False
        yield from (([feed], True) for feed in self._feeds())

    def _named_by_robots(self, url: str) -> list[str] | None:
        """Sitemaps that robots.txt names; None where the site cannot be reached at all."""
        self._roots.add(url)
        try:
            page = self._crawler.get(url)
        except SourceError as error:
            is_refused = isinstance(error, RefusedError)
            if not is_missing(error):
                self._said.append(f"{url}: {error.reason}")
            return [] if is_refused else None
        named = [urljoin(url, one) for one in sitemaps_in_robots(page.body if page else b"")]
        return [one for one in dict.fromkeys(named) if self._may_ask(one)][:MOST_NAMED]

    def _feeds(self) -> Iterator[str]:
        """The feeds that the front page names, then where feeds usually are."""
        home = f"{self._root}/"
        self._roots.add(home)
        try:
            page = self._crawler.get(home)
        except SourceError:
            page = None
        named = list(_feeds_named(page))[:3] if page else []
        guesses = [home + name for name in FEEDS]
        yield from dict.fromkeys([*named, *guesses])

    def _read(self, starts: Sequence[str], *, are_guessed: bool) -> bool:
        if not self._is_feed:
            return self._crawler.read(starts, are_guessed=are_guessed)
        from bot.sources.feed.parser import content_of  # noqa: PLC0415 - feedparser, 100 ms

        (url,) = starts
        cached = self._crawler.before.get(url)
        try:
            page = self._crawler.get(url, cached)
            if page is None:
                document = cached or CachedDocument()
            else:
                pages = tuple(entry.link for entry in content_of(page).entries if entry.link)
                document = CachedDocument(page.etag, page.modified, pages)
        except SourceError as error:
            if not (are_guessed and is_missing(error)):
                self._crawler.troubles.append(f"{url}: {error.reason}")
            return False
        self._crawler.documents[url] = document
        return True

    def _lists_the_site(self) -> bool:
        documents = self._crawler.documents.values()
        pages = [page for one in documents for page in one.pages]
        hosts = frozenset(self._hosts - self._foreign())
        if any(is_of(page, hosts) for page in pages):
            return True
        others = sorted({host_of(page) for page in pages} - {""})[:1]
        said = f"it lists pages of {others[0]}" if others else "it lists no page"
        self._crawler.troubles.append(f"{next(iter(self._crawler.documents))}: {said}")
        return False

    def _foreign(self) -> set[str]:
        """The host of a sitemap that is set but not the site's: what it lists has to be."""
        return {host_of(self._given)} - {host_of(self._root)} if self._given else set()

    def _may_ask(self, url: str) -> bool:
        return is_secure(secure(url)) and host_of(url) in self._hosts

    def _fetch(
        self, url: str, *, etag: str, modified: str, most_bytes: int, most_seconds: float
    ) -> Response | None:
        page = self._web.fetch(
            secure(url),
            etag=etag,
            modified=modified,
            most_bytes=most_bytes,
            most_seconds=most_seconds,
        )
        if page is None:
            return None
        if not all(map(is_secure, (*page.via, page.url))):
            raise SourceError("it leads to an address that is not on https")
        if (host := host_of(page.url)) not in self._hosts:
            if url not in self._roots:
                raise SourceError(f"it leads to another host, {host}")
            self._hosts.add(host)
        return page


def _feeds_named(page: Response) -> Iterator[str]:
    """The feeds that a page's head names."""
    for link in LexborHTMLParser(page.body).css('link[rel~="alternate"][href]'):
        kind = (link.attributes.get("type") or "").lower()
        if kind in {"application/rss+xml", "application/atom+xml", "application/feed+json"}:
            yield urljoin(page.url, link.attributes.get("href") or "")
