"""The bot over a websocket: always connected, hearing of every interaction at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient

from bot.transport.api import (
    DISCORD_ERRORS,
    describe,
    finish_running,
    log_in,
    refusal,
    until_reached,
    without_nulls,
)

log = logging.getLogger(__name__)

# Hosts wait 5 seconds or more after SIGTERM before they kill a process.
FINISH_SECONDS = 1.5
CLOSE_SECONDS = 3.0
SESSION_EVENTS = {"READY", "RESUMED"}
INTERACTION = "INTERACTION_CREATE"


async def run_gateway(
    client: discord.Client, token: str, passed_over: Callable[[str], None] = lambda _: None
) -> None:
    """Serve Discord until cancelled, then disconnect.

    While Discord cannot be reached, this keeps trying and says so in the log.

    Args:
        client: the bot.
        token: its token.
        passed_over: hears of each event that cannot be parsed, by its type.

    Raises:
        DiscordRefused: Discord rejects the token or the application's settings.
    """
    _survive_bad_events(client, passed_over)
    try:
        with _reconnects_in_one_line():
            await _serve(client, token)
    except DISCORD_ERRORS as error:
        raise refusal(error) from error
    finally:
        await finish_running(FINISH_SECONDS)
        await _close(client)
        log.info("Disconnected")


async def connections_wanted(token: str) -> int:
    """How many connections Discord recommends for the bot, once it can be asked.

    One suffices for a thousand servers or so, and 2,500 are the most that one may serve:
    https://docs.discord.com/developers/events/gateway#sharding

    Raises:
        DiscordRefused: Discord rejects the token.
    """

    async def ask() -> int:
        http = HTTPClient(loop=discord.utils.MISSING)
        try:
            await http.static_login(token)
            connections, _, _ = await http.get_bot_gateway()
        finally:
            await http.close()
        return connections

    try:
        return await until_reached(ask)
    except DISCORD_ERRORS as error:
        raise refusal(error) from error


async def _serve(client: discord.Client, token: str) -> None:
    """Log in, find the gateway, and stay connected to it."""
    await until_reached(lambda: log_in(client, token))
    gateway = await until_reached(client.http.get_bot_gateway)
    # discord.py opens its first socket here without asking Discord where the gateway is.
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway[1])
    while not client.is_closed():
        try:
            await client.connect()
        except AttributeError:
            # When the first socket cannot be opened, discord.py 2.7 waits, and then reads an
            # attribute of the socket that is None.
            if client.ws is not None:
                raise


async def _close(client: discord.Client) -> None:
    """Close the connection, without waiting for a gateway that does not answer."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await client.close()
    except TimeoutError:
        await client.http.close()


def _survive_bad_events(client: discord.Client, passed_over: Callable[[str], None]) -> None:
    """Pass over an event that discord.py cannot parse, which would end the connection for good.

    Readers and bots write parts of events, and Discord adds new ones. The first of each type is
    logged; of those that follow, ``passed_over`` hears.
    """
    parsers = client._connection.parsers  # noqa: SLF001 - known nowhere else
    logged: set[str] = set()

    def survive(event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
        def parse_or_log(data: Any) -> None:
            try:
                parse(without_nulls(data) if event == INTERACTION else data)
            except Exception:
                # READY and what a session begins with are for discord.py to handle.
                if event in SESSION_EVENTS:
                    raise
                passed_over(event)
                if event not in logged:
                    logged.add(event)
                    log.exception("Passed over an event %s that cannot be parsed", event)

        return parse_or_log

    for event, parse in list(parsers.items()):
        parsers[event] = survive(event, parse)


@contextlib.contextmanager
def _reconnects_in_one_line() -> Iterator[None]:
    """Shorten the stack trace with which discord.py reports each lost connection."""

    def shorten(record: logging.LogRecord) -> bool:
        cause = record.exc_info[1] if record.exc_info else None
        said = str(record.msg)
        if cause is not None and said.startswith(("Attempting a reconnect", "Failed to connect")):
            record.msg = "Lost the connection (%s); " + said[0].lower() + said[1:]
            record.args = (describe(cause), *(record.args or ()))
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = None
        return True

    loggers = [logging.getLogger(f"discord.{name}") for name in ("client", "shard")]
    for logger in loggers:
        logger.addFilter(shorten)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(shorten)
