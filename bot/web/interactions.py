"""Where Discord posts what it has signed: commands, clicks, what readers type, and events."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

from aiohttp import web
from multidict import MultiMapping
from structlog.contextvars import bound_contextvars

from bot.web.connection import connection_of
from bot.web.server import read_body

PATH = "/interactions"
# https://docs.discord.com/developers/events/webhook-events
EVENTS_PATH = "/events"
# Several times what a form with all its fields filled takes.
MAX_BYTES = 128 * 1024
# https://fly.io/docs/networking/request-headers/
REQUEST_ID_HEADERS = ("Fly-Request-Id", "X-Request-Id")
USABLE_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)


class Reply(Protocol):
    """The answer to one request."""

    @property
    def status(self) -> HTTPStatus:
        """Of the response."""

    @property
    def body(self) -> bytes:
        """JSON, or nothing."""

    def sent(self, *, arrived: bool) -> None:
        """Hear that the body has left, or that the connection was lost before."""


class Receiver(Protocol):
    """Answers signed requests."""

    def refusal(self, headers: MultiMapping[str]) -> HTTPStatus | None:
        """The status to answer with where the headers alone show that nothing else will do."""

    async def receive(
        self, headers: MultiMapping[str], body: bytes, *, proven: Callable[[], None]
    ) -> Reply:
        """Answer one request, whoever sent it; ``proven`` is called once that is known."""


def add_interactions(app: web.Application, receiver: Receiver, path: str = PATH) -> None:
    """Let ``receiver`` answer what is posted to a path."""

    async def post(request: web.Request) -> web.StreamResponse:
        if status := receiver.refusal(request.headers):
            return web.Response(status=status)
        body = await read_body(request, MAX_BYTES)
        connection = connection_of(request)
        if connection is None:
            raise ConnectionResetError
        with bound_contextvars(request_id=request_id(request.headers)):
            reply = await receiver.receive(request.headers, body, proven=connection.prove)
            return await send(request, reply)

    app.router.add_post(path, post)


def request_id(headers: MultiMapping[str]) -> str:
    """What the log calls a request: as the proxy before us does, if there is one."""
    for name in REQUEST_ID_HEADERS:
        if USABLE_ID.fullmatch(given := headers.get(name, "")):
            return given
    return secrets.token_hex(8)


async def send(request: web.Request, reply: Reply) -> web.StreamResponse:
    """Write a reply to its end, and say so: what follows it must not overtake it."""
    response = web.Response(
        status=reply.status,
        body=reply.body,
        content_type="application/json" if reply.body else None,
    )
    arrived = False
    try:
        await response.prepare(request)
        await response.write_eof()
        arrived = True
    finally:
        reply.sent(arrived=arrived)
    return response
