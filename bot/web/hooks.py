"""``/hooks/…``: where others tell that there is something to do, which wakes a sleeping machine.

A machine that Fly suspends when no request is open runs no timers. So these requests stay
open while there is something to send, for as long as whoever made them waits.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from bot.web.signatures import is_signed

log = logging.getLogger(__name__)

PUSH, WAKE, STAY = "/hooks/push", "/hooks/wake", "/hooks/stay"
READ_SECONDS = 5.0
# Git hosts wait for 5 to 10 seconds and then call the hook broken; cron jobs have time, and
# proxies cut off what is silent for a minute.
PUSH_SECONDS = 4.0
WAKE_SECONDS = 55.0

# What hosts call the event in question, and the one that only asks whether somebody is there.
EVENT_HEADERS = (
    "X-GitHub-Event",
    "X-Forgejo-Event",
    "X-Gitea-Event",
    "X-GitLab-Event",
    "X-Event-Key",
)
PUSHES = frozenset({"push", "push hook", "repo:push"})
PINGS = frozenset({"ping", "diagnostics:ping"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What there is to do when somebody rings.

    Attributes:
        refresh: looks at the posts; whether that worked.
        drained: waits, for some seconds at most, until what is new has been announced; how
            many messages still wait.
        posts: how many posts there are.
        branch: name of the branch that matters, or None for the repository's main one.
    """

    refresh: Callable[[], Awaitable[bool]]
    drained: Callable[[float], Awaitable[int]]
    posts: Callable[[], Awaitable[int]]
    branch: str | None = None


class Hooks:
    """Answers hooks. One without a secret is not there.

    Args:
        work: what to do then.
        push_secret: signs what a git host posts, or None.
        wake_secret: lets its bearer wake the bot, or None.
        stay_secret: known to this process alone, which holds a request open to itself.
    """

    def __init__(
        self, work: Work, *, push_secret: str | None, wake_secret: str | None, stay_secret: str
    ) -> None:
        self._work = work
        self._push_secret = push_secret
        self._wake_secret = wake_secret
        self._stay_secret = stay_secret
        self._looks: set[asyncio.Task[bool]] = set()

    def add_to(self, app: web.Application) -> None:
        """Answer the hooks' addresses."""
        app.router.add_post(PUSH, self.push)
        app.router.add_post(WAKE, self.wake)
        app.router.add_post(STAY, self.stay)

    async def push(self, request: web.Request) -> web.Response:
        """Look at the posts, if a git host says that the branch has changed."""
        body = await _read(request)
        if self._push_secret is None:
            log.warning("A push was told of, but SLASHPOST_PUSH_SECRET is not set")
            raise web.HTTPNotFound
        if not is_signed(request.headers, body, self._push_secret):
            log.warning("A push was told of whose signature is wrong")
            return _answer(HTTPStatus.FORBIDDEN, error="the signature is wrong")
        event = next((request.headers[h] for h in EVENT_HEADERS if h in request.headers), "push")
        if event.lower() in PINGS:
            return _answer(HTTPStatus.OK, ping="pong")
        if event.lower() not in PUSHES:
            return _answer(HTTPStatus.ACCEPTED, ignored=event)
        if not _concerns(_payload(request, body), self._work.branch):
            return _answer(HTTPStatus.ACCEPTED, ignored="another branch")
        return await self._look(PUSH_SECONDS)

    async def wake(self, request: web.Request) -> web.Response:
        """Look at the posts, and stay awake until what is new has been announced."""
        await _read(request)
        if self._wake_secret is None:
            log.warning("Somebody would wake the bot, but SLASHPOST_WAKE_SECRET is not set")
            raise web.HTTPNotFound
        if not _bears(request, self._wake_secret):
            log.warning("Somebody would wake the bot without its SLASHPOST_WAKE_SECRET")
            return _answer(HTTPStatus.FORBIDDEN, error="the secret is wrong")
        return await self._look(WAKE_SECONDS)

    async def stay(self, request: web.Request) -> web.Response:
        """Stay awake until what is new has been announced."""
        await _read(request)
        if not _bears(request, self._stay_secret):
            return _answer(HTTPStatus.FORBIDDEN, error="another process asks")
        return _answer(HTTPStatus.OK, waiting=await self._work.drained(WAKE_SECONDS))

    async def _look(self, seconds: float) -> web.Response:
        """Look at the posts and announce them, and tell how far that got in some seconds."""
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        # It goes on when whoever asked has hung up.
        look = asyncio.ensure_future(self._work.refresh())
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)
        done, _ = await asyncio.wait({look}, timeout=seconds)
        if done and not look.result():
            return _answer(HTTPStatus.BAD_GATEWAY, error="the posts cannot be looked at now")
        waiting = await self._work.drained(max(0.0, until - clock()))
        status = HTTPStatus.OK if done and not waiting else HTTPStatus.ACCEPTED
        return _answer(status, posts=await self._work.posts(), waiting=waiting)


async def _read(request: web.Request) -> bytes:
    """The body, of which the server takes no more than a mebibyte."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None


def _bears(request: web.Request, secret: str) -> bool:
    """Whether a request brings a secret; takes the same time for every wrong one."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), secret.encode())
    return right and kind.lower() == "bearer"


def _payload(request: web.Request, body: bytes) -> Mapping[str, Any]:
    """What a host says of the event: JSON, on GitHub perhaps within a form."""
    try:
        if request.content_type == "application/x-www-form-urlencoded":
            body = parse_qs(body.decode())["payload"][0].encode()
        found = json.loads(body)
    except (ValueError, KeyError, RecursionError):
        raise web.HTTPBadRequest(text="This is no JSON.\n") from None
    return found if isinstance(found, dict) else {}


def _concerns(payload: Mapping[str, Any], branch: str | None) -> bool:
    """Whether a push may have changed the branch; in doubt it has."""
    pushed = payload.get("ref")
    project = payload.get("repository") or payload.get("project")
    main = project.get("default_branch") if isinstance(project, dict) else None
    wanted = branch or main
    return not (isinstance(pushed, str) and wanted) or pushed == f"refs/heads/{wanted}"


def _answer(status: HTTPStatus, **said: object) -> web.Response:
    return web.json_response(said, status=status)
