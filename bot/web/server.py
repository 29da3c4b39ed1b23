"""The server that listens."""

from __future__ import annotations

import errno
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.blog.errors import SettingError

log = logging.getLogger(__name__)

# Whoever stops a machine waits 5 seconds or more before killing its processes. An
# interaction is answered within 2.5; what follows the answer is waited for afterwards.
SHUTDOWN_SECONDS = 2.75
LOCAL = "127.0.0.1"


@asynccontextmanager
async def listening(
    app: web.Application,
    port: int,
    *,
    host: str | None = LOCAL,
    what: str = "Listening",
    setting: str = "PORT",
) -> AsyncIterator[int]:
    """Serve ``app``, and give the port.

    In the end no new request is taken, and those that came are answered.

    Args:
        app: the routes.
        port: where to listen; 0 takes a free one.
        host: the address to listen on; None is all that the machine has.
        what: how the log says that it has begun.
        setting: the name under which the port was set.

    Raises:
        SettingError: the port is taken, or not ours to take.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            hint = "Set another port, or stop the program that uses it."
            if error.errno == errno.EADDRNOTAVAIL:
                hint = f"{host} is not an address of this machine."
            raise SettingError(setting, f"cannot listen on {port} ({error})", hint) from error
        # Port 0 gives IPv4 and IPv6 different ones; the shorter address is IPv4's.
        found: int = min(runner.addresses, key=len)[1]
        log.info("%s on port %d%s", what, found, f" of {host}" if host else "")
        yield found
    finally:
        await runner.cleanup()
