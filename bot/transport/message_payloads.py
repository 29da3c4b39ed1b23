"""Messages and threads of Discord's answers, as far as announcing reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.announce.message import Sent

Payload = dict[str, Any]

# https://docs.discord.com/developers/resources/message#message-object-message-flags
CROSSPOSTED = 1 << 0


@dataclass(frozen=True, slots=True)
class Found:
    """A message in a channel's history.

    Attributes:
        id: its id.
        author: id of who wrote it.
        sent: where it is.
        buttons: the parts of each custom id, between colons.
    """

    id: int
    author: int
    sent: Sent
    buttons: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """A forum's post. ``archived`` is the time when it was archived, or empty."""

    id: int
    owner: int
    parent: int
    archived: str


def to_found(message: Payload) -> Found:
    """A message."""
    return Found(
        id=int(message["id"]),
        author=int(message["author"]["id"]),
        sent=to_sent(message),
        buttons=tuple(tuple(custom_id.split(":")) for custom_id in _custom_ids(message)),
    )


def to_page(answer: Sequence[Payload]) -> list[Found]:
    """A list of messages."""
    return [to_found(message) for message in answer]


def to_threads(answer: Payload) -> list[Thread]:
    """A list of threads."""
    return [
        Thread(
            id=int(thread["id"]),
            owner=int(thread["owner_id"]),
            parent=int(thread["parent_id"]),
            archived=(thread.get("thread_metadata") or {}).get("archive_timestamp") or "",
        )
        for thread in answer["threads"]
    ]


def to_sent(message: Payload) -> Sent:
    """Where a message is."""
    thread = message.get("thread")
    return Sent(
        channel=int(message["channel_id"]),
        message=int(message["id"]),
        thread=int(thread["id"]) if thread else None,
        published=bool(message.get("flags", 0) & CROSSPOSTED),
    )


def _custom_ids(node: Mapping[str, Any]) -> Iterator[str]:
    if "custom_id" in node:
        yield node["custom_id"]
    for child in (*node.get("components", ()), *filter(None, [node.get("accessory")])):
        yield from _custom_ids(child)
