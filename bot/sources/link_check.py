"""Asks a live site about many links, a few at a time."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp

from bot.sources.web import MOST_REDIRECTS, Web, cause_of, seconds_of

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
