"""A web server on this machine that serves one feed, well or badly."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Host(ThreadingHTTPServer):
    """Serves ``body`` at ``/feed``; other paths misbehave each in its own way."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body = b""
        self.content_type = "application/atom+xml; charset=utf-8"
        self.etag = ""
        self.modified = ""
        self.pages: dict[str, bytes] = {}
        self.requests: list[dict[str, str]] = []
        self.stopped = threading.Event()

    def url(self, path: str = "/feed") -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Host

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        host = self.server
        host.requests.append({name.lower(): value for name, value in self.headers.items()})
        path, _, query = self.path.partition("?")
        getattr(self, path.strip("/").replace("-", "_") or "feed")(query)

    def feed(self, _query: str) -> None:
        host = self.server
        asked = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        if (host.etag and asked[0] == host.etag) or (host.modified and asked[1] == host.modified):
            self.send_response(304)
            self.end_headers()
            return
        self.answer(host.body)

    def answer(self, body: bytes, **headers: str) -> None:
        host = self.server
        told = {"ETag": host.etag, "Last-Modified": host.modified}
        self.send_response(200)
        self.send_header("Content-Type", host.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in {**told, **headers}.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def zipped(self, _query: str) -> None:
        self.answer(gzip.compress(self.server.body), Content_Encoding="gzip")

    def zipped_and_more(self, _query: str) -> None:
        self.answer(gzip.compress(self.server.body) + b"and more", Content_Encoding="gzip")

    def bomb(self, _query: str) -> None:
        self.answer(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")

    def cut(self, _query: str) -> None:
        self.answer(gzip.compress(self.server.body)[:-20], Content_Encoding="gzip")

    def brotli(self, _query: str) -> None:
        self.answer(b"", Content_Encoding="br")

    def huge(self, _query: str) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(1000):
            self.wfile.write(bytes(100_000))

    def slow(self, _query: str) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.server.stopped.wait(0.02):
            self.wfile.write(b" ")

    def silent(self, _query: str) -> None:
        self.server.stopped.wait(5)

    def gone(self, _query: str) -> None:
        self.send_error(410)

    def older(self, _query: str) -> None:
        self.answer(self.server.pages["older"])

    def busy(self, query: str) -> None:
        self.send_response(429)
        if query:
            self.send_header("Retry-After", query)
        self.end_headers()

    def moved(self, query: str) -> None:
        self.send_response(301)
        self.send_header("Location", query)
        self.end_headers()

    def elsewhere(self, query: str) -> None:
        self.send_response(302)
        self.send_header("Location", query)
        self.end_headers()

    def again(self, query: str) -> None:
        self.elsewhere(f"/again?{int(query or 0) + 1}")

    def handle(self) -> None:
        """Handle requests, also of those who hang up."""
        try:
            super().handle()
        except ConnectionError:
            time.sleep(0)


@contextmanager
def serving() -> Iterator[Host]:
    """A host on a free port."""
    host = Host()
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield host
    finally:
        host.stopped.set()
        host.shutdown()
        thread.join()
        host.server_close()
