"""A git host on this machine: real git, real commits, and git's own program behind HTTP."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

AUTHOR = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


class Blog:
    """A blogger's working copy, and the repository that it is pushed to."""

    def __init__(self, folder: Path, *, filters: bool = True) -> None:
        self.copy = folder / "copy"
        self.bare = folder / "host" / "blog.git"
        self.bare.parent.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.bare), at=folder)
        self.git("config", "uploadpack.allowFilter", str(filters).lower(), at=self.bare)
        self.git("init", "--quiet", "--initial-branch=main", str(self.copy), at=folder)
        self.git("remote", "add", "origin", str(self.bare))

    def git(
        self,
        *arguments: str,
        at: Path | None = None,
        when: int = 1_700_000_000,
        given: str | None = None,
    ) -> str:
        """Run git, at a Unix second of choice."""
        moment = f"{when} +0000"
        environment = AUTHOR | {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        return subprocess.run(
            ["git", *arguments],
            cwd=at or self.copy,
            env=os.environ | environment,
            check=True,
            capture_output=True,
            text=True,
            input=given,
        ).stdout.strip()

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Change files; None removes one."""
        for path, content in files.items():
            file = self.copy / path
            if content is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)

    def push(
        self,
        files: Mapping[str, str | bytes | None],
        *options: str,
        when: int = 1_700_000_000,
        branch: str = "main",
    ) -> None:
        """Commit changes and push them."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "Posts", when=when)
        self.git("push", "--quiet", *options, "origin", f"HEAD:{branch}")


class Host(ThreadingHTTPServer):
    """Serves repositories below a folder, to those with the token if there is one."""

    daemon_threads = True

    def __init__(self, root: Path, address: str = "127.0.0.1") -> None:
        super().__init__((address, 0), Handler)
        self.address = address
        self.root = root
        self.token: str | None = None
        self.broken = False
        self.leads_to = ""  # another host, for every request
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.server_port}/blog.git"


class Handler(BaseHTTPRequestHandler):
    """One request, handed to ``git http-backend``."""

    server: Host

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])))

    def _serve(self, body: bytes) -> None:
        self.server.requests.append(f"{self.command} {self.path}")
        if self.server.token and not self._is_known():
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.server.leads_to or self.path.startswith("/moved/"):
            self.send_response(301)
            self.send_header("Location", self.server.leads_to + self.path.removeprefix("/moved"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        parts = urlsplit(self.path)
        environment = {
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        answer = subprocess.run(
            ["git", "http-backend"],
            input=body,
            env=os.environ | environment,
            capture_output=True,
            check=True,
        ).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        if self.server.broken and self.command == "POST":
            content = content[: len(content) // 2] + b"\0" * (len(content) - len(content) // 2)
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _is_known(self) -> bool:
        kind, _, given = self.headers.get("Authorization", "").partition(" ")
        _, _, password = base64.b64decode(given).decode().partition(":")
        return kind == "Basic" and password == self.server.token


@contextmanager
def serving(root: Path, address: str = "127.0.0.1") -> Iterator[Host]:
    """A host on a free port."""
    host = Host(root, address)
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield host
    finally:
        host.shutdown()
        thread.join()
        host.server_close()
