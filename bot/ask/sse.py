"""Server-sent events, read from the chunks of a response.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import codecs
import re
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass

# An event of a chat model holds a few words. One that grows beyond this is not an event.
MAX_EVENT_CHARACTERS = 1_000_000

_LINE_END = re.compile(r"\r\n|\n|\r")


class EventTooLongError(ValueError):
    """A line or an event of the stream is longer than ``MAX_EVENT_CHARACTERS``."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its type (``message`` by default) and its data lines, joined."""

    name: str
    data: str


async def events(chunks: AsyncIterable[bytes]) -> AsyncIterator[Event]:
    """Yield the events of a stream. Chunks may end anywhere, even inside a character.

    Comments and events without data are dropped. An event that the stream does not end with
    an empty line is dropped too, as the standard asks.

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
