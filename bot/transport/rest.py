"""Requests that the bot makes by itself, and what Discord's errors mean for a message."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.announce.delivery import MessageGone, MessageRefused, MessengerError, NoAccess, TryLater
from bot.announce.subscription import PauseReason
from bot.transport.api import DISCORD_ERRORS, RATE_LIMITED, describe, is_transient
from bot.transport.rate_limiter import RateLimiter

Payload = dict[str, Any]

# Longer than Discord takes, and well within the minutes for which it knows a nonce.
TIMEOUT = aiohttp.ClientTimeout(total=20)

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
UNKNOWN_SERVER, UNKNOWN_MESSAGE = 10004, 10008
ARCHIVED, LOCKED = 50083, 160005
UNKNOWN_USER, NO_DIRECT_MESSAGES, NO_COMMON_SERVER = 10013, 50007, 50278
CLOSED = {
    10003: "the channel is gone",
    UNKNOWN_SERVER: "the bot is not in the server",
    UNKNOWN_USER: "there is no such user any more",
    40067: "the forum takes no post without a tag",
    50001: "the bot does not see the channel",
    NO_DIRECT_MESSAGES: "this reader takes no direct messages from the bot",
    50008: "this kind of channel takes no messages",
    50013: "the bot lacks a permission in the channel",
    50024: "this kind of channel takes no announcements",
    NO_COMMON_SERVER: "this reader shares no server with the bot any more",
    ARCHIVED: "the thread is archived",
    LOCKED: "the thread is locked",
    UNKNOWN_MESSAGE: "the message is gone",
}
# What passes, although the status says otherwise: direct messages opened too fast, too many
# edits of old messages, too many open threads.
BUSY = {20016, 20022, 20028, 30046, 40003, 160006, 160007}
BUSY_SECONDS = 600.0


class Archived(NoAccess):
    """The thread must be opened again before anything in it can change."""


class Locked(NoAccess):
    """Moderators closed the thread for good."""


PAUSES: dict[int, PauseReason] = {
    UNKNOWN_SERVER: "left",
    UNKNOWN_USER: "gone",
    NO_DIRECT_MESSAGES: "closed",
    NO_COMMON_SERVER: "closed",
}
KINDS: dict[int, type[MessengerError]] = {
    ARCHIVED: Archived,
    LOCKED: Locked,
    UNKNOWN_MESSAGE: MessageGone,
}
CLOSED_STATUSES = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


class Rest:
    """Sends requests within the rate limits.

    Args:
        client: the bot; nothing of its cache is used.
        rate_limiter: shared by everything that uses the same token.
    """

    def __init__(self, client: discord.Client, rate_limiter: RateLimiter) -> None:
        self._client = client
        self._rate_limiter = rate_limiter

    @property
    def me(self) -> int:
        """The bot's own user.

        Raises:
            TryLater: it has not logged in yet, though it may know who it was the last time.
        """
        if self._client.application is None or self._client.user is None:
            raise TryLater("the bot has not logged in yet")
        return self._client.user.id

    async def ask(
        self,
        route: Route,
        *,
        body: Payload | None = None,
        query: Mapping[str, str | int] | None = None,
        once: bool = False,
        already: int | None = None,
    ) -> Any:
        """Make a request and return the JSON of the answer.

        discord.py waits where Discord says so, and tries again after a server's error.

        Args:
            route: what is asked, and of whom.
            body: becomes JSON.
            query: the query's parameters.
            once: never ask twice, because twice would be done twice.
            already: the error that says that this was done before; None is returned.

        Raises:
            MessengerError: the kind says what to do about it.
        """
        assert self.me, "without it there is nobody to ask as"
        await self._rate_limiter.turn()
        options: dict[str, Any] = {"timeout": TIMEOUT}
        if body is not None:
            options["json"] = body
        if query is not None:
            options["params"] = query
        if once:
            options["files"] = _Once()
        try:
            return await self._client.http.request(route, **options)
        except asyncio.CancelledError:
            self._free_buckets()
            raise
        except DISCORD_ERRORS as error:
            if already is not None and getattr(error, "code", None) == already:
                return None
            raise to_messenger_error(error) from error

    def _free_buckets(self) -> None:
        """Mend what discord.py 2.7 leaves behind when a request is cancelled at its very end.

        The rate limit of that route has nothing left then and nobody who would refill it, so
        each later request waits for 30 seconds first, which is longer than a turn lasts.
        """
        for bucket in self._client.http._buckets.values():  # noqa: SLF001 - known nowhere else
            if bucket.remaining <= 0 and not bucket.outgoing and bucket.expires is None:
                bucket.reset()  # type: ignore[no-untyped-call]


class _Once:
    """No files, looked through before each attempt: the second never begins."""

    def __init__(self) -> None:
        self._attempts = 0

    def __iter__(self) -> Iterator[discord.File]:
        self._attempts += 1
        if self._attempts > 1:
            raise TryLater("Discord did not take it at the first attempt")
        return iter(())


def to_messenger_error(error: Exception) -> MessengerError:
    """An exception of discord.py as one of ``Messenger``."""
    if isinstance(error, discord.RateLimited):
        return TryLater(describe(error), error.retry_after)
    if not isinstance(error, discord.HTTPException) or is_transient(error):
        return TryLater(describe(error), _wait(error))
    # A token that is not valid any more is not the channel's fault.
    if error.code in BUSY or error.status == HTTPStatus.UNAUTHORIZED:
        return TryLater(describe(error), BUSY_SECONDS)
    if error.code in KINDS:
        return KINDS[error.code](CLOSED[error.code])
    if error.status in CLOSED_STATUSES or error.code in CLOSED:
        reason = CLOSED.get(error.code) or describe(error)
        return NoAccess(reason, PAUSES.get(error.code, "access"))
    return MessageRefused(describe(error))


def _wait(error: Exception) -> float | None:
    """Seconds that Discord, or Cloudflare before it, says to wait."""
    if not isinstance(error, discord.HTTPException) or error.status != RATE_LIMITED:
        return None
    said = error.response.headers.get("Retry-After", "")
    return float(said) if said.replace(".", "", 1).isdigit() else None
