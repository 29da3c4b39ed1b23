"""Asks whether the public page of a post is there."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from bot.sources.host import Address, is_public
from bot.sources.web import MOST_REDIRECTS, PrivateAddressError, cause_of

HEAD_SECONDS, GET_SECONDS = 5.0, 10.0
REDIRECTS = {301, 302, 303, 307, 308}
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
HEADERS = {"User-Agent": "Slashpost", "Accept": "text/html, */*;q=0.8", "Cache-Control": "no-cache"}


class HttpPageProbe:
    """Asks for pages on the public web: implements ``announce.PageProbe``.

    Args:
        may_reach: whether an address may be connected to.
        head_seconds, get_seconds: how long each kind of request may take, redirects included.
    """

    def __init__(
        self,
        *,
        may_reach: Callable[[Address], bool] = is_public,
        head_seconds: float = HEAD_SECONDS,
        get_seconds: float = GET_SECONDS,
    ) -> None:
        self._may_reach = may_reach
        self._seconds = {"HEAD": head_seconds, "GET": get_seconds}

    async def problem(self, link: str) -> str:
        """Why a reader who opens the link finds no page; empty if there is one, or none to ask."""
        if not URL(link).absolute or URL(link).scheme not in {"http", "https"}:
            return ""
        # Not every server knows HEAD: what it says counts only where all is well.
        try:
            if not problem_of(await self._status("HEAD", link)):
                return ""
        except (aiohttp.ClientError, OSError, ValueError):
            pass  # a timeout, too, is an OSError
        try:
            return problem_of(await self._status("GET", link))
        except OwnNetworkError:
            return ""
        except TimeoutError:
            return f"it was not there after {self._seconds['GET']:.0f} seconds"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return cause_of(error)

    async def _status(self, method: str, link: str) -> int:
        """The status of a page, after redirects.

        Raises:
            OwnNetworkError: the link itself leads to no public address.
            aiohttp.ClientError, OSError, TimeoutError, ValueError: no page can be reached.
        """
        turned_away: list[str] = []

        def connect(found: tuple[Any, ...]) -> socket.socket:
            family, kind, protocol, _, address = found
            if not self._may_reach(ipaddress.ip_address(address[0].partition("%")[0])):
                turned_away.append(address[0])
                raise PrivateAddressError(f"{address[0]} is no public address")
            return socket.socket(family, kind, protocol)

        url = URL(link)
        timeout = aiohttp.ClientTimeout(total=self._seconds[method])
        connector = aiohttp.TCPConnector(socket_factory=connect, force_close=True)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            for _ in range(MOST_REDIRECTS + 1):
                try:
                    status, location = await self._ask(session, method, url)
                except OSError as error:
                    if turned_away and url == URL(link):
                        raise OwnNetworkError(str(error)) from error
                    raise
                if status not in REDIRECTS or not location:
                    return status
                url = url.join(URL(location))
                if url.scheme not in {"http", "https"}:
                    raise ValueError("it leads to no address of the web")
        raise ValueError("it leads elsewhere again and again")

    async def _ask(
        self, session: aiohttp.ClientSession, method: str, url: URL
    ) -> tuple[int, str | None]:
        async with session.request(method, url, headers=HEADERS, allow_redirects=False) as response:
            return response.status, response.headers.get("Location")


class OwnNetworkError(OSError):
    """A link leads into the bot's own network, where it asks nobody."""


def problem_of(status: int) -> str:
    """What is wrong with a page by its status.

    A host that turns the bot away (401, 403, 429…) may well show the page to people.
    """
    if status in GONE or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"its host answers {status}"
    return ""
