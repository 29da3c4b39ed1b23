"""``/hooks/…``: where git hosts and cron jobs make the bot refresh its posts.

A machine that Fly suspends when no request is open runs no timers. So these requests stay
open while there is something to send, for as long as their sender waits.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from bot.web.connection import connection_of
from bot.web.server import read_body

log = logging.getLogger(__name__)

PUSH, WAKE, STAY = "/hooks/push", "/hooks/wake", "/hooks/stay"
# Git hosts list the commits of a push in its body.
MAX_BYTES = 256 * 1024
# Git hosts wait for 5 to 10 seconds and then call the hook broken; cron jobs have time, and
# proxies cut off what is silent for a minute.
PUSH_SECONDS = 4.0
WAKE_SECONDS = 55.0
SECONDS_BETWEEN_WARNINGS = 60.0

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

# Hosts that sign the body alone, each in a header of its own: GitHub (Gitea and Forgejo, too),
# Bitbucket, Forgejo, Gitea.
# https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
# https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/
# https://docs.gitea.com/usage/webhooks
BODY_HEADERS = (
    "X-Hub-Signature-256",
    "X-Hub-Signature",
    "X-Forgejo-Signature",
    "X-Gitea-Signature",
)
# GitLab's secret token, which it sends as it is.
# https://docs.gitlab.com/user/project/integrations/webhooks/
TOKEN_HEADER = "X-Gitlab-Token"  # noqa: S105 - a name
# GitLab's signing token: https://github.com/standard-webhooks/standard-webhooks
ID_HEADER, TIME_HEADER, SIGNATURE_HEADER = "webhook-id", "webhook-timestamp", "webhook-signature"
ENCODED_KEY = "whsec_"
# Of a header: several signatures of Standard Webhooks, or a token.
LONGEST_SIGNATURE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What hooks can ask for.

    Attributes:
        refresh: reads the posts again; whether that worked.
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
    """Answers hooks. One whose secret is not set answers 404.

    Args:
        actions: what to do then.
        push_secret: signs what a git host posts, or None.
        wake_secret: lets its bearer wake the bot, or None.
        stay_secret: known to this process alone, which holds a request to itself open.
    """

    def __init__(
        self,
        actions: Actions,
        *,
        push_secret: str | None,
        wake_secret: str | None,
        stay_secret: str,
    ) -> None:
        self._actions = actions
        self._push_secret = push_secret
        self._wake_secret = wake_secret
        self._stay_secret = stay_secret
        self._refreshing: set[asyncio.Task[bool]] = set()
        self._warned: dict[str, float] = {}

    def add_to(self, app: web.Application) -> None:
        """Answer the hooks' addresses."""
        app.router.add_post(PUSH, self.push)
        app.router.add_post(WAKE, self.wake)
        app.router.add_post(STAY, self.stay)

    async def push(self, request: web.Request) -> web.Response:
        """Refresh the posts, if a git host says that the branch has changed."""
        if self._push_secret is None:
            self._warn("A webhook came in, but SLASHPOST_PUSH_SECRET is not set")
            raise web.HTTPNotFound
        body = b""
        if may_be_signed(request.headers):
            body = await read_body(request, MAX_BYTES)
        if not is_signed(request.headers, body, self._push_secret):
            self._warn("A webhook came in whose signature is wrong")
            return _answer(HTTPStatus.FORBIDDEN, error="the signature is wrong")
        _prove(request)
        event = next((request.headers[h] for h in EVENT_HEADERS if h in request.headers), "push")
        if event.lower() in PINGS:
            return _answer(HTTPStatus.OK, ping="pong")
        if event.lower() not in PUSHES:
            return _answer(HTTPStatus.ACCEPTED, ignored=event)
        if not _concerns(_payload(request, body), self._actions.branch):
            return _answer(HTTPStatus.ACCEPTED, ignored="another branch")
        return await self._refresh(PUSH_SECONDS)

    async def wake(self, request: web.Request) -> web.Response:
        """Refresh the posts, and stay awake until what is new has been announced."""
        if self._wake_secret is None:
            self._warn("A request to wake came in, but SLASHPOST_WAKE_SECRET is not set")
            raise web.HTTPNotFound
        if not _has_bearer(request, self._wake_secret):
            self._warn("A request to wake came in without the SLASHPOST_WAKE_SECRET")
            return _answer(HTTPStatus.FORBIDDEN, error="the secret is wrong")
        await read_body(request, MAX_BYTES)
        _prove(request)
        return await self._refresh(WAKE_SECONDS)

    async def stay(self, request: web.Request) -> web.Response:
        """Stay awake until what is new has been announced."""
        if not _has_bearer(request, self._stay_secret):
            return _answer(HTTPStatus.FORBIDDEN, error="another process asks")
        await read_body(request, MAX_BYTES)
        _prove(request)
        return _answer(HTTPStatus.OK, waiting=await self._actions.drained(WAKE_SECONDS))

    async def _refresh(self, seconds: float) -> web.Response:
        """Refresh the posts and announce what is new; say how far that got in some seconds."""
        clock = asyncio.get_running_loop().time
        until = clock() + seconds
        # It goes on when the sender has hung up.
        task = asyncio.ensure_future(self._actions.refresh())
        self._refreshing.add(task)
        task.add_done_callback(self._refreshing.discard)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if done and not task.result():
            return _answer(HTTPStatus.BAD_GATEWAY, error="the posts cannot be looked at now")
        waiting = await self._actions.drained(max(0.0, until - clock()))
        status = HTTPStatus.OK if done and not waiting else HTTPStatus.ACCEPTED
        return _answer(status, posts=await self._actions.posts(), waiting=waiting)

    def _warn(self, message: str) -> None:
        """Log what a stranger can cause as often as he likes; each message once a minute."""
        now = asyncio.get_running_loop().time()
        if now - self._warned.get(message, -SECONDS_BETWEEN_WARNINGS) >= SECONDS_BETWEEN_WARNINGS:
            self._warned[message] = now
            log.warning(message)


def _prove(request: web.Request) -> None:
    """Let the connection know that its request has proven who sent it."""
    if connection := connection_of(request):
        connection.prove()


def _has_bearer(request: web.Request, secret: str) -> bool:
    """Whether a request holds the secret; takes the same time for every wrong one."""
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


def may_be_signed(headers: Mapping[str, str]) -> bool:
    """Whether there is a signature at all, before the body is read that it belongs to."""
    names = (*BODY_HEADERS, TOKEN_HEADER, SIGNATURE_HEADER)
    return any(1 < len(headers.get(name, "")) <= LONGEST_SIGNATURE for name in names)


def is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether one of the headers proves that its sender knows the secret.

    A request that is sent again proves it again: what follows from it does no harm twice.

    Args:
        headers: of the request, whatever their case.
        body: as it came.
        secret: shared with the host.
    """
    return any(hmac.compare_digest(one, other) for one, other in _proofs(headers, body, secret))


def _proofs(headers: Mapping[str, str], body: bytes, secret: str) -> Iterator[tuple[bytes, bytes]]:
    """What headers say beside what they should say."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
    for name in BODY_HEADERS:
        if given := headers.get(name):
            yield _bytes(given.removeprefix("sha256=")), signature
    if given := headers.get(TOKEN_HEADER):
        yield _bytes(given), secret.encode()
    if given := headers.get(SIGNATURE_HEADER):
        start = f"{headers.get(ID_HEADER, '')}.{headers.get(TIME_HEADER, '')}."
        digest = hmac.digest(_key(secret), _bytes(start) + body, hashlib.sha256)
        for one in given.split():
            yield _bytes(one.removeprefix("v1,")), base64.b64encode(digest)


def _key(secret: str) -> bytes:
    """The key of Standard Webhooks, which has its prefix where it is encoded."""
    if secret.startswith(ENCODED_KEY):
        try:
            return base64.b64decode(secret.removeprefix(ENCODED_KEY), validate=True)
        except ValueError:
            pass
    return secret.encode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
