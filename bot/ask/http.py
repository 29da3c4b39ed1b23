"""One request to a model's API, the events of its answer, and what its errors mean."""

from __future__ import annotations

import asyncio
import codecs
import email.utils
import json
import re
import time
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.ask.model import Failure, ModelError

# Until the first text, and between two pieces of it.
PATIENCE_SECONDS = 20.0
# For the whole answer, however steadily it arrives.
MAX_SECONDS = 90.0
CONNECT_SECONDS = 5.0
# A provider that asks for a longer pause than this is not asked again.
MAX_RETRY_SECONDS = 5.0
DEFAULT_RETRY_SECONDS = 1.0
MAX_ERROR_BYTES = 20_000
MAX_ERROR_CHARACTERS = 300
MAX_ANSWER_BYTES = 4_000_000
# An event of a chat model holds a few words. One that grows beyond this is not an event.
MAX_EVENT_CHARACTERS = 1_000_000

_LINE_END = re.compile(r"\r\n|\n|\r")
_OVERLOADED = 529  # Anthropic's own status


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model answers.

    Attributes:
        url: the address that requests are posted to.
        headers: sent with each request; they hold the key.
        secret: the key, which no message may repeat.
        patience: seconds until the first text, and between two pieces of it.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    secret: str = field(default="", repr=False)
    patience: float = PATIENCE_SECONDS

    @property
    def host(self) -> str:
        """The host, which is all that messages name."""
        return urlsplit(self.url).hostname or "?"


class Rejected(Exception):
    """The API refuses a request: 400 or 422, which another body may mend."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@asynccontextmanager
async def post(endpoint: Endpoint, body: Mapping[str, Any]) -> AsyncIterator[AsyncIterator[Event]]:
    """Post a request; the context gives the events of its answer.

    An answer that is one JSON document arrives as one event named ``document``. The request
    is repeated once where the API is busy or broken and the pause it asks for is short.
    Redirects are not followed, since they would carry the key elsewhere.

    Raises:
        Rejected: 400 or 422.
        ModelError: everything else that goes wrong.
    """
    timeout = aiohttp.ClientTimeout(total=MAX_SECONDS, sock_connect=CONNECT_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            response = await _posted(session, endpoint, body)
            async with response:
                if response.content_type == "application/json":
                    data = await _limited(response, MAX_ANSWER_BYTES)
                    yield _one(Event("document", data.decode("utf-8", "replace")))
                else:
                    yield events(response.content.iter_any())
    except TimeoutError:
        raise too_slow(endpoint) from None
    except EventTooLongError as error:
        raise ModelError("unavailable", f"{endpoint.host}: {error}") from None
    except (aiohttp.ClientPayloadError, ConnectionError) as error:
        message = f"{endpoint.host} closed the connection: {_safe(str(error), endpoint)}"
        raise ModelError("cut", message) from None
    except (aiohttp.ClientError, OSError) as error:
        message = f"{endpoint.host} cannot be reached: {_safe(str(error), endpoint)}"
        raise ModelError("unavailable", message) from None


async def _posted(
    session: aiohttp.ClientSession, endpoint: Endpoint, body: Mapping[str, Any]
) -> aiohttp.ClientResponse:
    for is_last in (False, True):
        response = await session.post(
            endpoint.url, json=body, headers=dict(endpoint.headers), allow_redirects=False
        )
        if response.status == HTTPStatus.OK:
            return response
        async with response:
            message = await _message_of(response, endpoint)
        if response.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise Rejected(response.status, message)
        error = _failure(response.status, response.headers, message, endpoint)
        pause = DEFAULT_RETRY_SECONDS if error.retry_after is None else error.retry_after
        may_help = error.kind in {"busy", "unavailable"} and pause <= MAX_RETRY_SECONDS
        may_help &= response.status != HTTPStatus.PAYMENT_REQUIRED
        if is_last or not may_help:
            raise error
        await asyncio.sleep(pause)
    raise AssertionError


async def _one(event: Event) -> AsyncIterator[Event]:
    yield event


async def _limited(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The beginning of a body, at most ``limit`` bytes."""
    data = bytearray()
    async for part in response.content.iter_any():
        data += part
        if len(data) >= limit:
            break
    return bytes(data[:limit])


async def _message_of(response: aiohttp.ClientResponse, endpoint: Endpoint) -> str:
    text = (await _limited(response, MAX_ERROR_BYTES)).decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        text = error_text(json.loads(text)) or text
    return _safe(text, endpoint)


def error_text(document: Any) -> str:
    """The message in a provider's error document; each provider has its own shape."""
    if isinstance(document, list):
        document = document[0] if document else None
    if not isinstance(document, dict):
        return document if isinstance(document, str) else ""
    for key in ("error", "message", "detail", "msg"):
        if found := document.get(key):
            return found if isinstance(found, str) else error_text(found) or json.dumps(found)
    return ""


def failed(kind: Failure, text: str, endpoint: Endpoint) -> ModelError:
    """An error that the API reports inside its answer."""
    return ModelError(kind, f"{endpoint.host} says: {_safe(text, endpoint)}")


def too_slow(endpoint: Endpoint) -> ModelError:
    """The error for an answer that does not come, or does not go on."""
    message = f"{endpoint.host} sent no text for {endpoint.patience:.0f} seconds"
    return ModelError("slow", message)


def _failure(
    status: int, headers: Mapping[str, str], message: str, endpoint: Endpoint
) -> ModelError:
    kind: Failure = "unavailable"
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
        kind = "rejected"
    elif status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.PAYMENT_REQUIRED, _OVERLOADED}:
        kind = "busy"
    pause = retry_after(headers)
    return ModelError(kind, f"{endpoint.host} answers {status}: {message}", retry_after=pause)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, as a response asks; None where it does not.

    Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after, and OpenAI's
    ``retry-after-ms``.
    """
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        value = headers.get("Retry-After", "")
        if not value:
            return None
        if value.strip().isdecimal():
            return float(value)
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _safe(text: str, endpoint: Endpoint) -> str:
    """One line without the key and without control characters."""
    if endpoint.secret:
        text = text.replace(endpoint.secret, "[hidden]")
    text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())[:MAX_ERROR_CHARACTERS]


class EventTooLongError(ValueError):
    """A line or an event of the stream is longer than ``MAX_EVENT_CHARACTERS``."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its type (``message`` by default) and its data lines, joined."""

    name: str
    data: str


async def events(chunks: AsyncIterable[bytes]) -> AsyncIterator[Event]:
    """Yield the server-sent events of a stream. Chunks may end anywhere, even inside a character.

    Comments and events without data are dropped. An event that the stream does not end with
    an empty line is dropped too, as the standard asks:
    https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

    Raises:
        EventTooLongError: an event does not end.
    """
    name, data, size = "", list[str](), 0
    async for line in _lines(chunks):
        if not line:
            if data:
                yield Event(name or "message", "\n".join(data))
            name, data, size = "", [], 0
            continue
        size += len(line)
        if size > MAX_EVENT_CHARACTERS:
            raise EventTooLongError("an event of the stream does not end")
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field == "event":
            name = value


async def _lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    rest = ""
    async for chunk in chunks:
        text = rest + decoder.decode(chunk)
        # A carriage return at the end may be the first half of a line end.
        held = "\r" if text.endswith("\r") else ""
        *lines, rest = _LINE_END.split(text.removesuffix(held))
        rest += held
        for line in lines:
            yield line
        if len(rest) > MAX_EVENT_CHARACTERS:
            raise EventTooLongError("a line of the stream does not end")
    if rest.endswith("\r"):
        yield rest.removesuffix("\r")
