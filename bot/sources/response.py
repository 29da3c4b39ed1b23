"""What a host answers. What asks it takes 80 ms to import (``web.py``), this nothing."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from bot.blog.errors import SourceError

CHUNK_BYTES = 65_536
# What zlib calls a gzip header: https://docs.python.org/3/library/zlib.html#zlib.decompress
GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Response:
    """A document of the web, as it was fetched.

    Attributes:
        body: its bytes, without compression.
        url: where it was found in the end.
        content_type: as its host says, with the charset; or empty.
        etag, modified: what to ask with the next time, or empty.
        moved: whether the host says that it is to be asked for there from now on.
        via: the addresses that led there, the one that was asked for first.
    """

    body: bytes
    url: str
    content_type: str = ""
    etag: str = ""
    modified: str = ""
    moved: bool = False
    via: tuple[str, ...] = ()


class RefusedError(SourceError):
    """The host answers with something else than a page.

    Attributes:
        status: of HTTP.
        wait: seconds that the host asks to wait before it is asked again, or None.
    """

    def __init__(self, status: int, wait: float | None = None) -> None:
        super().__init__(f"its host answers {status}")
        self.status = status
        self.wait = wait
