"""A blog's site on this machine, for the bot to ask what it lists."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

from bot.sources.sitemap.site import SiteList
from bot.sources.web import Web

ASK = SiteList.ask


class Request(NamedTuple):
    """What the site was asked."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Answer:
    """What the site answers at one path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class LoopbackSite(ThreadingHTTPServer):
    """Serves what is put into ``pages`` and 404 elsewhere; its documents have an ``ETag``.

    Attributes:
        pages: answers by path.
        requests: what was asked, in order.
        most_at_once: how many requests were open at the same time, at most.
        hold: requests wait for it.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Answer] = {}
        self.requests: list[Request] = []
        self.most_at_once = 0
        self.hold = threading.Event()
        self.hold.set()
        self.lock = threading.Lock()
        self.open = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def asked(self) -> list[str]:
        return [request.path for request in self.requests]

    def put(self, path: str, body: bytes | str, status: int = 200, **headers: str) -> None:
        """Serve a page."""
        data = body.encode() if isinstance(body, str) else body
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Answer(data, status, told)

    def redirect(self, path: str, to: str) -> None:
        self.put(path, b"", 301, Location=to)

    def lists(self, *paths: str, at: str = "/sitemap.xml") -> None:
        """Serve a sitemap of these pages, each a path or an address."""
        self.put(at, sitemap(self.absolute(paths)))

    def absolute(self, paths: Iterable[str]) -> list[str]:
        return [f"{self.url}{path}" if path.startswith("/") else path for path in paths]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of those who hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackSite

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        site = self.server
        headers = {name.lower(): value for name, value in self.headers.items()}
        with site.lock:
            site.requests.append(Request(self.command, self.path, headers))
            site.open += 1
            site.most_at_once = max(site.most_at_once, site.open)
        try:
            site.hold.wait(60)
            with suppress(ConnectionError):
                self._answer(site.pages.get(self.path) or Answer(b"Not here", 404), headers)
        finally:
            with site.lock:
                site.open -= 1

    def _answer(self, answer: Answer, headers: dict[str, str]) -> None:
        etag = f'"{blake2b(answer.body, digest_size=8).hexdigest()}"'
        status = answer.status
        if status == 200 and headers.get("if-none-match") == etag:
            status = 304
        if self.command == "HEAD" and "No-Head" in answer.headers:
            status = 405
        body = b"" if status == 304 else answer.body
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status in {200, 304}:
            self.send_header("ETag", etag)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def sitemap(addresses: Iterable[str]) -> str:
    """A sitemap that lists these addresses."""
    urls = "".join(f"<url><loc>{address}</loc></url>" for address in addresses)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    )


def sitemap_index(addresses: Iterable[str]) -> str:
    """A sitemap that lists other sitemaps."""
    found = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{found}</sitemapindex>'
    )


def zipped(text: str) -> bytes:
    return gzip.compress(text.encode())


@contextmanager
def loopback_site(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackSite]:
    """A site on a free port, which may be asked although its address is not public."""
    defaults = {**(Web.__init__.__kwdefaults__ or {}), "may_reach": lambda _: True}
    monkeypatch.setattr(Web.__init__, "__kwdefaults__", defaults)
    monkeypatch.setattr(SiteList, "ask", ASK)
    site = LoopbackSite()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.hold.set()
        site.shutdown()
        thread.join()
        site.server_close()
