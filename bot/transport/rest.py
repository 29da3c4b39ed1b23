"""Requests that the bot makes by itself, and what Discord's errors mean for a message."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp
import discord
from discord.http import Route

from bot.announce.message import (
    MessageGone,
    MessageRefused,
    MessengerError,
    NoAccess,
    TokenRejected,
    TryLater,
)
from bot.announce.subscription import PauseReason
from bot.transport.api import DISCORD_ERRORS, RATE_LIMITED, describe, is_transient
from bot.transport.rate_limiter import LimitsGuard, RateLimiter

Payload = dict[str, Any]
T = TypeVar("T")

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
# Discord has been seen to reject good tokens during outages.
UNAUTHORIZED_SECONDS = 30.0
EXCERPT = 120


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
        self._guard = LimitsGuard(client.http)

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
        read: Callable[[Any], T],
        *,
        body: Payload | None = None,
        query: Mapping[str, str | int] | None = None,
        once: bool = False,
        already: int | None = None,
    ) -> T:
        """Make a request and return what ``read`` makes of the answer's JSON.

        discord.py waits where Discord says so, and tries again after a server's error.

        Args:
            route: what is asked, and of whom.
            read: takes the answer apart. What it raises for an answer of another shape, such
                as KeyError, becomes TryLater.
            body: becomes JSON.
            query: the query's parameters.
            once: never ask twice, because twice would be done twice.
            already: the error that says that this was done before; ``read`` gets None.

        Raises:
            MessengerError: the kind says what to do about it.
        """
        assert self.me, "without it there is nobody to ask as"
        await self._rate_limiter.wait()
        options: dict[str, Any] = {"timeout": TIMEOUT, "raise_for_status": self._guard.answered}
        if body is not None:
            options["json"] = body
        if query is not None:
            options["params"] = query
        if once:
            options["files"] = attempts = _Once(self._guard.answered)
            options["raise_for_status"] = attempts.answered
        self._guard.begun()
        answer: Any = None
        try:
            answer = await self._client.http.request(route, **options)
        except asyncio.CancelledError:
            self._guard.cancelled()
            raise
        except DISCORD_ERRORS as error:
            self._guard.failed()
            if already is None or getattr(error, "code", None) != already:
                raise to_messenger_error(error) from error
        except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
            # discord.py reads some of a response itself: its JSON, and its rate limits. And its
            # session is closed while the bot stops, of which aiohttp makes a RuntimeError.
            raise TryLater(f"Discord's answer cannot be read ({describe(error)})") from error
        if isinstance(answer, str):  # discord.py takes only application/json apart
            raise TryLater(f"Discord answered with {excerpt(answer)}")
        try:
            return read(answer)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise TryLater(f"Discord answered with {excerpt(answer)}") from error


class _Once:
    """No files, looked through before each attempt: the second never begins.

    Args:
        note: is told of every response.
    """

    def __init__(self, note: Callable[[aiohttp.ClientResponse], Awaitable[None]]) -> None:
        self._note = note
        self._attempts = 0

    async def answered(self, response: aiohttp.ClientResponse) -> None:
        """End the request at once where discord.py would repeat it after some seconds."""
        await self._note(response)
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise TryLater(f"Discord answers {response.status}")

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
    if error.status == HTTPStatus.UNAUTHORIZED:
        return TokenRejected("Discord rejects the bot's token", UNAUTHORIZED_SECONDS)
    if error.code in BUSY:
        return TryLater(describe(error), BUSY_SECONDS)
    return _permanent(error)


def _permanent(error: discord.HTTPException) -> MessengerError:
    """What is refused again, if nothing changes."""
    if error.code in KINDS:
        return KINDS[error.code](CLOSED[error.code])
    if error.status in CLOSED_STATUSES or error.code in CLOSED:
        why, said = CLOSED.get(error.code), describe(error)
        reason = f"{why} ({said})" if why else said
        return NoAccess(reason, PAUSES.get(error.code, "access"))
    return MessageRefused(describe(error))


def _wait(error: Exception) -> float | None:
    """Seconds that Discord, or Cloudflare before it, says to wait."""
    if not isinstance(error, discord.HTTPException) or error.status != RATE_LIMITED:
        return None
    said = error.response.headers.get("Retry-After", "")
    return float(said) if said.replace(".", "", 1).isdigit() else None


def excerpt(answer: object) -> str:
    """The beginning of an answer in one line, for the log."""
    text = " ".join(str(answer).split())
    if not text:
        return "nothing"
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"
