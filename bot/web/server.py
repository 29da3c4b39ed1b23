"""The server that listens, and what holds for every request before its handler reads it."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from aiohttp import http_exceptions, web
from aiohttp.typedefs import Middleware

from bot.blog.errors import SettingError
from bot.web.connection import LIMITS, READ_BYTES, Connections, Limits, connection_of

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

LOCAL = "127.0.0.1"
# Whoever stops a machine waits 5 seconds or more before killing its processes. An
# interaction is answered within 2.5; what follows the answer is waited for afterwards.
SHUTDOWN_SECONDS = 2.75
# How many connections wait in the kernel, and how many are accepted before those that are open
# have their turn: a new one of Discord's must not be the oldest before it has been read.
BACKLOG, ACCEPTED_AT_ONCE = 512, 16
READ_SECONDS = 5.0
# A proxy adds some headers to those of its client; cookies of the domain may be among them.
MAX_HEADERS = 96
# https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
# A proxy in front of the bot speaks https, and browsers heed the last line only there.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}
# How metrics call a refusal, by the status of its response.
REFUSALS = {
    400: "malformed",
    401: "unproven",
    403: "unproven",
    404: "unknown",
    405: "unknown",
    408: "slow",
    413: "large",
    415: "encoded",
    431: "large",
    503: "crowded",
}
CLIENT_FAULTS = (http_exceptions.HttpProcessingError, web.RequestPayloadError, ConnectionError)


@asynccontextmanager
async def listening(
    app: web.Application,
    port: int,
    *,
    host: str | None = LOCAL,
    what: str = "Listening",
    setting: str = "PORT",
    limits: Limits = LIMITS,
    refused: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[int]:
    """Serve ``app``, and give the port.

    In the end no new request is taken, and those that came are answered.

    Args:
        app: the routes.
        port: where to listen; 0 takes a free one.
        host: the address to listen on; None is all that the machine has.
        what: how the log says that it has begun.
        setting: the name under which the port was set.
        limits: what clients may hold.
        refused: hears why a request or a connection was refused, in one of the words of
            ``REFUSALS``.

    Raises:
        SettingError: the port is taken, or not ours to take.
    """
    app.middlewares.append(_admission(refused))
    app.on_response_prepare.append(_add_headers)
    logger = logging.getLogger(f"{__name__}.{what.lower()}")
    faults = _ClientFaults(refused)
    logger.addFilter(faults)
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=logger,
        shutdown_timeout=SHUTDOWN_SECONDS,
        auto_decompress=False,
        read_bufsize=READ_BYTES,
        max_headers=MAX_HEADERS,
        lingering_time=limits.drain_seconds,
        keepalive_timeout=2 * limits.known_idle_seconds,  # a Connection sees to that
    )
    await runner.setup()
    assert runner.server is not None
    limits = replace(limits, connections=_within_descriptors(limits.connections))
    connections = Connections(runner.server, limits, refused)
    try:
        try:
            sock = _bind(host, port)
        except OSError as error:
            hint = "Set another port, or stop the program that uses it."
            if error.errno == errno.EADDRNOTAVAIL:
                hint = f"{host} is not an address of this machine."
            raise SettingError(setting, f"cannot listen on {port} ({error})", hint) from error
        server = await asyncio.get_running_loop().create_server(
            connections, sock=sock, backlog=ACCEPTED_AT_ONCE
        )
        sock.listen(BACKLOG)
        found: int = sock.getsockname()[1]
        log.info("%s on port %d%s", what, found, f" of {host}" if host else "")
        try:
            yield found
        finally:
            server.close()
    finally:
        await runner.cleanup()
        logger.removeFilter(faults)


def _bind(host: str | None, port: int) -> socket.socket:
    """A socket for an address, or for all that the machine has."""
    if host is None and socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        except OSError as error:
            if error.errno not in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
                raise
    family = socket.AF_INET6 if host and ":" in host else socket.AF_INET
    return socket.create_server((host or "", port), family=family)


async def read_body(request: web.Request, limit: int) -> bytes:
    """The body as it was sent.

    Args:
        request: whose sender has proven nothing yet.
        limit: bytes that it may have.

    Raises:
        web.HTTPException: it is larger, takes longer than ``READ_SECONDS``, or is broken.
    """
    if (request.content_length or 0) > limit:
        raise web.HTTPRequestEntityTooLarge(limit, request.content_length or 0)
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            while chunk := await request.content.readany():
                body += chunk
                if len(body) > limit:
                    raise web.HTTPRequestEntityTooLarge(limit, len(body))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, http_exceptions.HttpProcessingError):
        raise web.HTTPBadRequest from None
    except ConnectionError as error:
        # The request keeps this error. Its trace would keep the request, and what has been read
        # of it, until the next garbage collection.
        error.__traceback__ = None
        raise ConnectionResetError from None
    else:
        return bytes(body)
    finally:
        body.clear()


def _admission(refused: Callable[[str], None]) -> Middleware:
    """Refuse encoded bodies, bound the time around the handler, and count what is refused."""

    @web.middleware
    async def admit(
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        connection = connection_of(request)
        if connection is not None:
            connection.begin()
        response: web.StreamResponse | None = None
        try:
            if request.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise web.HTTPUnsupportedMediaType(text="Send the body as it is.\n")
            response = await handler(request)
        except web.HTTPException as error:
            # Not the error itself, whose trace would keep the request in memory.
            response = web.Response(status=error.status, text=error.text)
            if "Allow" in error.headers:
                response.headers["Allow"] = error.headers["Allow"]
        finally:
            is_read = request.content.is_eof()
            if response is not None:
                if why := REFUSALS.get(response.status):
                    refused(why)
                if not is_read:
                    response.force_close()
            if connection is not None:
                connection.end(is_read=is_read)
        return response

    return admit


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Forbid what a response does not need; none says what runs."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "slashpost"  # aiohttp would tell versions


class _ClientFaults(logging.Filter):
    """Keeps what clients do wrong out of the log, which is for what goes wrong here."""

    def __init__(self, refused: Callable[[str], None]) -> None:
        super().__init__()
        self._refused = refused

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, CLIENT_FAULTS):
            return True
        self._refused("malformed")
        return False


def _within_descriptors(connections: int) -> int:
    """As many connections as leave half of the process's descriptors for all else."""
    if sys.platform == "win32":  # which has no such limit
        return connections
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return connections if soft == resource.RLIM_INFINITY else min(connections, soft // 2)
