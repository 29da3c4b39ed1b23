"""Messages as Discord keeps them, which is more than what a bot sends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import count
from typing import Any

from tests.wire.people import APPLICATION_ID, BOT, new_id

Payload = dict[str, Any]

LOADING = 1 << 7
# https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type
COMPONENT, MODAL_SUBMIT = 3, 5
# What Discord fills in, by component type.
DEFAULTS: dict[int, Payload] = {
    3: {"min_values": 1, "max_values": 1},
    11: {"description": None, "spoiler": False},
    14: {"divider": True, "spacing": 1},
    17: {"accent_color": None, "spoiler": False},
}
# What Discord takes and does not tell again.
FORGOTTEN = {"required"}


def stored(body: Payload, channel_id: str, *, cause: Payload | None = None) -> Payload:
    """The message that Discord makes of a request's body.

    Args:
        body: what the bot sent.
        channel_id: where it appears.
        cause: the interaction that it answers, if it does.
    """
    message: Payload = {
        "id": new_id(),
        "channel_id": channel_id,
        "author": BOT.payload(),
        "type": 0 if cause is None else 20,
        "timestamp": _now(),
        "edited_timestamp": None,
        "pinned": False,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "application_id": str(APPLICATION_ID),
    }
    if cause is not None:
        message["webhook_id"] = str(APPLICATION_ID)
        message["interaction_metadata"] = _metadata(cause)
    return message | _content(body)


def edited(message: Payload, body: Payload) -> Payload:
    """What becomes of a message by an edit; only the keys that are sent change."""
    flags = (message["flags"] | body.get("flags", 0)) & ~LOADING
    content = {key: value for key, value in _content(body).items() if key in body}
    return message | content | {"flags": flags, "edited_timestamp": _now()}


def _content(body: Payload) -> Payload:
    ids = count(1)
    return {
        "content": body.get("content") or "",
        "embeds": body.get("embeds") or [],
        "components": [_kept(each, ids) for each in body.get("components") or []],
        "flags": body.get("flags") or 0,
    }


def _kept(component: Payload, ids: Iterator[int]) -> Payload:
    """A component as Discord keeps it: numbered in reading order, images fetched."""
    kept: Payload = {k: v for k, v in component.items() if v is not None and k not in FORGOTTEN}
    kept = {**DEFAULTS.get(component["type"], {}), **kept, "id": component.get("id") or next(ids)}
    if "components" in kept:
        kept["components"] = [_kept(child, ids) for child in kept["components"]]
    if "accessory" in kept:
        kept["accessory"] = _kept(kept["accessory"], ids)
    if "emoji" in kept:
        kept["emoji"] = {k: v for k, v in kept["emoji"].items() if v is not None}
    if "items" in kept:
        kept["items"] = [DEFAULTS[11] | item | {"media": _media(item)} for item in kept["items"]]
    if "media" in kept:
        kept["media"] = _media(kept)
    return kept


def _media(holder: Payload) -> Payload:
    url = holder["media"]["url"]
    return {"id": new_id(), "url": url, "proxy_url": url, "width": 0, "height": 0}


def _metadata(cause: Payload) -> Payload:
    metadata: Payload = {
        "id": cause["id"],
        "type": cause["type"],
        "user": cause["user"] if "user" in cause else cause["member"]["user"],
        "authorizing_integration_owners": cause["authorizing_integration_owners"],
    }
    if cause["type"] == MODAL_SUBMIT and "message" in cause:
        # What opened the form; for a button on the bot's own message.
        metadata["triggering_interaction_metadata"] = {
            **metadata,
            "type": COMPONENT,
            "interacted_message_id": cause["message"]["id"],
        }
    elif "message" in cause:
        metadata["interacted_message_id"] = cause["message"]["id"]
    return metadata


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()
