"""Fetches one page from the public web, and from nowhere else."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
import socket
import time
import zlib
from collections.abc import AsyncIterator, Callable
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from bot.blog.errors import SourceError
from bot.sources.host import (
    CHUNK_BYTES,
    GZIP,
    Address,
    RefusedError,
    Response,
    is_public,
)

MOST_BYTES = 20_000_000
MOST_SECONDS = 30.0
MOST_REDIRECTS = 5
PERMANENT = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}


class Web:
    """Fetches pages, in limited time and to a limited size.

    Each address is looked at when the connection to it is made, so it does not matter what a
    name stands for at other times, or where redirects lead.

    Args:
        may_reach: whether an address may be connected to.
        most_bytes: larger pages are given up, whether they are compressed or not.
        most_seconds: slower ones, too.
    """

    def __init__(
        self,
        *,
        may_reach: Callable[[Address], bool] = is_public,
        most_bytes: int = MOST_BYTES,
        most_seconds: float = MOST_SECONDS,
    ) -> None:
        self._may_reach = may_reach
        self._most_bytes = most_bytes
        self._most_seconds = most_seconds

    def fetch(
        self,
        url: str,
        *,
        etag: str = "",
        modified: str = "",
        most_bytes: int | None = None,
        most_seconds: float | None = None,
    ) -> Response | None:
        """A page, or None where it is the one with that ``etag`` or ``modified``.

        Args:
            url: its address.
            etag: of the page that is there already.
            modified: likewise.
            most_bytes: for this page, in place of the limit for all.
            most_seconds: likewise.

        Raises:
            SourceError: it cannot be fetched. The message does not name the page.
        """
        headers = {"Accept-Encoding": "gzip", "User-Agent": "Slashpost"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": modified} if modified else {}
        seconds = most_seconds or self._most_seconds
        try:
            return asyncio.run(self._fetch(url, headers, most_bytes or self._most_bytes, seconds))
        except TimeoutError:
            raise SourceError(f"it was not there after {seconds:.0f} seconds") from None
        except (aiohttp.ClientError, OSError, zlib.error, ValueError) as error:
            is_private = isinstance(getattr(error, "os_error", error), PrivateAddressError)
            hint = "Addresses of a private network are not asked." if is_private else ""
            raise SourceError(cause_of(error), hint) from error

    def session(self, most_seconds: float) -> aiohttp.ClientSession:
        """A session that reaches what may be reached, each request within so many seconds."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=self._socket),
            timeout=aiohttp.ClientTimeout(total=most_seconds),
            auto_decompress=False,
        )

    async def _fetch(
        self, url: str, headers: dict[str, str], most_bytes: int, most_seconds: float
    ) -> Response | None:
        async with (
            self.session(most_seconds) as session,
            session.get(url, headers=headers, max_redirects=MOST_REDIRECTS) as response,
        ):
            if response.status == HTTPStatus.NOT_MODIFIED:
                return None
            if response.status != HTTPStatus.OK:
                wait = seconds_of(response.headers.get("Retry-After", ""))
                raise RefusedError(response.status, wait)
            return Response(
                body=await _body(response, most_bytes),
                url=str(response.url),
                content_type=response.headers.get("Content-Type", ""),
                etag=response.headers.get("ETag", ""),
                modified=response.headers.get("Last-Modified", ""),
                moved=_is_moved([one.status for one in response.history], url, response.url),
                via=tuple(str(one.url) for one in response.history),
            )

    def _socket(self, found: tuple[Any, ...]) -> socket.socket:
        """A socket to what a name was found to stand for, if that may be reached."""
        family, kind, protocol, _, address = found
        if not self._may_reach(ipaddress.ip_address(address[0].partition("%")[0])):
            raise PrivateAddressError(f"{address[0]} is no public address")
        return socket.socket(family, kind, protocol)


async def _body(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise SourceError(f"it comes in an encoding that was not asked for: {encoding}")
    parts = bytearray()
    async for part in _parts(response, is_gzip=encoding != "identity"):
        parts += part
        if len(parts) > most_bytes:
            raise SourceError(f"it is larger than {most_bytes:,} bytes")
    return bytes(parts)


async def _parts(response: aiohttp.ClientResponse, *, is_gzip: bool) -> AsyncIterator[bytes]:
    if not is_gzip:
        async for part in response.content.iter_chunked(CHUNK_BYTES):
            yield part
        return
    unzip = zlib.decompressobj(GZIP)
    async for part in response.content.iter_chunked(CHUNK_BYTES):
        yield unzip.decompress(part, CHUNK_BYTES)
        while unzip.unconsumed_tail and not unzip.eof:  # what follows the end stays there
            yield unzip.decompress(unzip.unconsumed_tail, CHUNK_BYTES)
    if not unzip.eof:
        raise SourceError("it ends too early")


def _is_moved(statuses: list[int], asked: str, found: URL) -> bool:
    """Whether a page has moved for good, and no less safely than it was asked for."""
    is_permanent = bool(statuses) and {*statuses} <= PERMANENT
    return is_permanent and (found.scheme == "https" or not asked.startswith("https:"))


def seconds_of(retry_after: str) -> float | None:
    """What a host says about when to ask again: seconds, or a date."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())


class PrivateAddressError(OSError):
    """A name stands for a place that is not on the public web."""


def cause_of(error: Exception) -> str:
    """Why nothing was fetched, in few words."""
    if isinstance(error, aiohttp.TooManyRedirects):
        return "it leads elsewhere again and again"
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return "it is, or leads to, no address of the web"
    if isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
        if cause.errno and cause.errno > 0:
            return os.strerror(cause.errno)  # asyncio's own text names no reason
        return cause.strerror or str(cause)
    if isinstance(error, zlib.error):
        return "its compression is damaged"
    return re.sub(r"https?://\S+", "its address", str(error)) or type(error).__name__
