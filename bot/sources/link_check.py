"""Asks whether pages are there: of many links a few at a time, or of one before it is announced."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from bot.sources.host import Address, is_public
from bot.sources.web import MOST_REDIRECTS, PrivateAddressError, Web, cause_of, seconds_of

AT_ONCE = 4
# Between the beginnings of two requests to one host.
SECONDS_BETWEEN = 0.1
MOST_SECONDS = 15.0
# A host that asks to be left alone is, but nobody waits longer at a terminal.
MOST_SECONDS_TO_WAIT = 60.0
BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
# So many failures before any answer, and a host is asked no more.
MOST_FAILURES = 10


class LinkAnswer(NamedTuple):
    """What became of one link.

    Attributes:
        url: the link.
        status: of HTTP after redirects, or None without an answer.
        problem: why a reader who opens it does not find the page; empty where there is one.
    """

    url: str
    status: int | None
    problem: str


@dataclass
class _Host:
    """What is known of one host.

    Attributes:
        next_request: monotonic seconds before which no request begins.
        failures: how many requests brought no answer; None once one did.
    """

    next_request: float = 0.0
    failures: int | None = 0

    @property
    def is_away(self) -> bool:
        return self.failures is not None and self.failures >= MOST_FAILURES


class LinkCheck:
    """Asks about links: with ``HEAD``, and with ``GET`` where that is not answered by 200.

    Args:
        web: reaches what may be reached.
        seconds_between: from one request to a host to the next.
    """

    def __init__(self, web: Web, *, seconds_between: float = SECONDS_BETWEEN) -> None:
        self._web = web
        self._seconds_between = seconds_between
        self._hosts: dict[str, _Host] = defaultdict(_Host)

    async def answers(self, links: Iterable[str]) -> AsyncIterator[LinkAnswer]:
        """The answer to each link once, as they come."""
        waiting = iter(dict.fromkeys(links))
        async with self._web.session(MOST_SECONDS) as session:
            tasks: set[asyncio.Task[LinkAnswer]] = set()
            try:
                while True:
                    while len(tasks) < AT_ONCE and (link := next(waiting, None)) is not None:
                        tasks.add(asyncio.create_task(self._answer(session, link)))
                    if not tasks:
                        return
                    done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        yield task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, session: aiohttp.ClientSession, link: str) -> LinkAnswer:
        host = self._hosts[urlsplit(link).netloc.lower()]
        if host.is_away:
            return LinkAnswer(link, None, "its host does not answer")
        for method in ("HEAD", "GET", "GET"):
            await self._wait(host)
            try:
                async with session.request(
                    method, link, headers={"User-Agent": "Slashpost"}, max_redirects=MOST_REDIRECTS
                ) as response:
                    host.failures = None
                    answer = LinkAnswer(link, response.status, _problem(link, response))
                    wait = seconds_of(response.headers.get("Retry-After", ""))
            except TimeoutError:
                answer, wait = LinkAnswer(link, None, f"no answer in {MOST_SECONDS:.0f} s"), None
            except (aiohttp.ClientError, OSError, ValueError) as error:
                answer, wait = LinkAnswer(link, None, cause_of(error)), None
            if answer.status is None and host.failures is not None:
                host.failures += 1
            if not answer.problem:
                break
            if answer.status in BUSY and wait is not None:
                host.next_request = time.monotonic() + min(wait, MOST_SECONDS_TO_WAIT)
            elif method == "GET":
                break
        return answer

    async def _wait(self, host: _Host) -> None:
        """Wait for this request's turn."""
        now = time.monotonic()
        turn = max(now, host.next_request)
        host.next_request = turn + self._seconds_between
        await asyncio.sleep(turn - now)


def _problem(link: str, response: aiohttp.ClientResponse) -> str:
    if response.status != HTTPStatus.OK:
        return f"it answers {response.status}"
    is_front = response.url.path in {"", "/"}
    if response.history and is_front and urlsplit(link).path.strip("/"):
        return "it leads to the front page"
    return ""


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
