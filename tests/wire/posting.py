"""What bots do in channels: messages, threads and posts, as Discord takes them."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from typing import Any

from tests.wire.answers import Answer, Answers, Expected, Refused, Request, route
from tests.wire.guild import (
    DIRECT,
    FORUM,
    NEWS,
    NEWS_THREAD,
    PUBLIC_THREAD,
    thread,
)
from tests.wire.interactions import EPHEMERAL
from tests.wire.messages import edited, stored
from tests.wire.people import ADA, APPLICATION_ID, BEN, Person

Payload = dict[str, Any]

CROSSPOSTED = 1 << 0
REQUIRES_TAG = 1 << 4
CONTAINER = 17
PAGE = 50
ADAS_CHANNEL = "211"
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, MISSING_ACCESS = 10003, 10008, 50001
TAG_NEEDED, PUBLISHED = 40067, 40033
NOT_THE_AUTHOR, WRONG_CHANNEL, ARCHIVED = 50005, 50024, 50083
HAS_A_THREAD, LOCKED = 160004, 160005


def read(answers: Answers, channel: str | int) -> list[Payload]:
    """What people see in a channel, oldest first; of a forum, the first message of each post."""
    found = answers.channels[str(channel)]
    if found["type"] == FORUM:
        posts = [each for each in answers.channels.values() if each.get("parent_id") == found["id"]]
        return [answers.messages[post["id"]] for post in posts if post["id"] in answers.messages]
    return [each for each in answers.messages.values() if each["channel_id"] == found["id"]]


@route("GET", "/channels/{channel}")
async def _get_channel(answers: Answers, request: Request) -> Answer:
    channel = _open(answers, request)
    ids = [each["id"] for each in answers.messages.values() if each["channel_id"] == channel["id"]]
    if channel["type"] == FORUM:
        threads = answers.channels.values()
        ids = [each["id"] for each in threads if each.get("parent_id") == channel["id"]]
    return 200, channel | {"last_message_id": max(ids, key=int, default=None)}


@route("PATCH", "/channels/{channel}")
async def _change_thread(answers: Answers, request: Request) -> Answer:
    found = _open(answers, request)
    about = found["thread_metadata"]
    changes = dict(request.body)
    if about["locked"]:
        raise Expected(403, LOCKED, "Thread is locked")
    archived = changes.pop("archived", about["archived"])
    if about["archived"] and archived:
        raise Expected(400, ARCHIVED, "Thread is archived")
    if archived != about["archived"]:
        about |= {"archived": archived, "archive_timestamp": _now()}
    found |= changes
    return 200, found


@route("POST", "/users/@me/channels")
async def _open_direct_messages(answers: Answers, request: Request) -> Answer:
    known = {each.id: each for each in (ADA, BEN)}
    reader = int(request.body["recipient_id"])
    person = known.get(reader) or Person(reader, f"reader{reader}")
    # A number of its own, as if that reader's channel had always been there.
    its = ADAS_CHANNEL if person == ADA else f"4{reader}"
    channel = {"id": its, "type": DIRECT, "flags": 0, "recipients": [person.payload()]}
    return 200, answers.channels.setdefault(its, channel)


@route("POST", "/channels/{channel}/messages")
async def _send_message(answers: Answers, request: Request) -> Answer:
    channel = _open(answers, request)
    if channel["type"] == FORUM:
        raise Refused(400, WRONG_CHANNEL, "Cannot execute action on this channel type")
    nonce = request.body.get("nonce")
    known = _same(answers, nonce) if request.body.get("enforce_nonce") else None
    if known is not None:
        return 200, known
    about = channel.get("thread_metadata")
    if about and about["locked"]:
        raise Expected(403, LOCKED, "Thread is locked")
    if about and about["archived"]:
        about |= {"archived": False, "archive_timestamp": _now()}
    message = stored(request.body, channel["id"])
    answers.messages[message["id"]] = message
    if nonce is not None:
        message["nonce"] = nonce
        answers.nonces[nonce] = (time.monotonic(), message["id"])
    return 200, message


def _same(answers: Answers, nonce: Any) -> Payload | None:
    """The message with that nonce, if it was sent some minutes ago at most."""
    when, message = answers.nonces.get(nonce, (0.0, ""))
    if not message or time.monotonic() - when > answers.nonce_seconds:
        return None
    return answers.messages.get(message)


@route("POST", "/channels/{channel}/threads")
async def _open_post(answers: Answers, request: Request) -> Answer:
    forum, body = _open(answers, request), request.body
    if forum["type"] != FORUM:
        raise Refused(400, WRONG_CHANNEL, "Cannot execute action on this channel type")
    tags = body.get("applied_tags") or []
    unknown = set(tags) - {tag["id"] for tag in forum["available_tags"]}
    assert not unknown, f"the forum has no tags {unknown}"
    assert len(tags) <= 5, f"{len(tags)} tags"
    if forum["flags"] & REQUIRES_TAG and not tags:
        raise Expected(400, TAG_NEEDED, "A tag is required to create a forum post in this channel")
    message = stored(body["message"], "")
    message["channel_id"] = message["id"]
    answers.messages[message["id"]] = message
    post = _hang(answers, forum, message, body["name"])
    post["applied_tags"] = tags
    return 201, post


@route("POST", "/channels/{channel}/messages/{message}/threads")
async def _start_thread(answers: Answers, request: Request) -> Answer:
    channel, message = _open(answers, request), _message(answers, request)
    if message["id"] in answers.channels:
        raise Expected(400, HAS_A_THREAD, "A thread has already been created for this message")
    message["thread"] = _hang(answers, channel, message, request.body["name"])
    return 201, message["thread"]


def _hang(answers: Answers, parent: Payload, message: Payload, name: str) -> Payload:
    kind = NEWS_THREAD if parent["type"] == NEWS else PUBLIC_THREAD
    ids = int(message["id"]), name, int(parent["id"])
    started = thread(*ids, owner=APPLICATION_ID, kind=kind)
    answers.channels[started["id"]] = started
    return started


@route("POST", "/channels/{channel}/messages/{message}/crosspost")
async def _publish(answers: Answers, request: Request) -> Answer:
    channel, message = _open(answers, request), _message(answers, request)
    if channel["type"] != NEWS:
        raise Refused(400, WRONG_CHANNEL, "Cannot execute action on this channel type")
    if message["flags"] & CROSSPOSTED:
        raise Expected(400, PUBLISHED, "This message has already been crossposted")
    message["flags"] |= CROSSPOSTED
    return 200, message


@route("GET", "/channels/{channel}/messages")
async def _history(answers: Answers, request: Request) -> Answer:
    channel = _open(answers, request)
    if channel["id"] in answers.unreadable:
        return 200, []
    query = request.query
    after, before = int(query.get("after", 0)), int(query.get("before", 1 << 63))
    found = [
        each
        for each in answers.messages.values()
        if each["channel_id"] == channel["id"]
        and after < int(each["id"]) < before
        and not each["flags"] & EPHEMERAL
    ]
    found.sort(key=lambda each: int(each["id"]), reverse="after" not in query)
    if "around" in query:
        found.sort(key=lambda each: abs(int(each["id"]) - int(query["around"])))
    page = found[: int(query.get("limit", PAGE))]
    return _listed(answers, sorted(page, key=lambda each: int(each["id"]), reverse=True))


def _listed(answers: Answers, messages: list[Payload]) -> Answer:
    """A list of messages, as far as Discord can make it."""
    containers = [each for each in messages if CONTAINER in map(_type, each["components"])]
    if containers and not answers.lists_containers:
        raise Expected(500, 0, "500: Internal Server Error")
    return 200, messages


def _type(component: Payload) -> int:
    kind: int = component["type"]
    return kind


@route("GET", "/channels/{channel}/messages/pins")
async def _pins(answers: Answers, request: Request) -> Answer:
    channel = _open(answers, request)
    _, found = _listed(
        answers,
        [
            each
            for each in answers.messages.values()
            if each["channel_id"] == channel["id"] and each["pinned"]
        ],
    )
    items = [{"pinned_at": each["timestamp"], "message": each} for each in found]
    return 200, {"items": items, "has_more": False}


@route("GET", "/guilds/{guild}/messages/search")
async def _search(answers: Answers, request: Request) -> Answer:
    if not answers.is_indexed:
        raise Expected(403, MISSING_ACCESS, "Missing Access")
    query = request.query
    found = [
        [each | {"hit": True}]
        for each in answers.messages.values()
        if each["channel_id"] == query["channel_id"]
        and each["author"]["id"] == query["author_id"]
        and int(each["id"]) > int(query["min_id"])
    ]
    return 200, {
        "messages": found[: int(query["limit"])],
        "doing_deep_historical_index": False,
        "total_results": len(found),
    }


@route("GET", "/channels/{channel}/messages/{message}")
async def _get_message(answers: Answers, request: Request) -> Answer:
    _open(answers, request)
    return 200, _message(answers, request)


@route("PATCH", "/channels/{channel}/messages/{message}")
async def _edit_message(answers: Answers, request: Request) -> Answer:
    about = _open(answers, request).get("thread_metadata")
    if about and about["locked"]:
        raise Expected(403, LOCKED, "Thread is locked")
    if about and about["archived"]:
        raise Expected(400, ARCHIVED, "Thread is archived")
    message = _message(answers, request)
    if message["author"]["id"] != str(APPLICATION_ID):
        raise Refused(403, NOT_THE_AUTHOR, "Cannot edit a message authored by another user")
    # In place, so that what stands beside it, such as its thread, stays its own.
    message |= edited(message, request.body)
    return 200, message


@route("DELETE", "/channels/{channel}/messages/{message}")
async def _delete_message(answers: Answers, request: Request) -> Answer:
    _open(answers, request)
    del answers.messages[_message(answers, request)["id"]]
    return 204, None


@route("GET", "/guilds/{guild}/threads/active")
async def _active_threads(answers: Answers, request: Request) -> Answer:
    its = request.names["guild"]
    return 200, _threads(each for each in _of(answers, "guild_id", its) if not _is_archived(each))


@route("GET", "/channels/{channel}/threads/archived/public")
async def _archived_threads(answers: Answers, request: Request) -> Answer:
    channel = _open(answers, request)
    found = [each for each in _of(answers, "parent_id", channel["id"]) if _is_archived(each)]
    before = request.query.get("before", "9999")
    found = [each for each in found if _archived_at(each) < before]
    found.sort(key=_archived_at, reverse=True)
    limit = int(request.query.get("limit", PAGE))
    return 200, _threads(found[:limit], more=len(found) > limit)


def _of(answers: Answers, field: str, its: str) -> list[Payload]:
    return [
        each
        for each in answers.channels.values()
        if "thread_metadata" in each and each[field] == its
    ]


def _threads(found: Iterable[Payload], *, more: bool = False) -> Payload:
    return {"threads": list(found), "members": [], "has_more": more}


def _is_archived(found: Payload) -> bool:
    archived: bool = found["thread_metadata"]["archived"]
    return archived


def _archived_at(found: Payload) -> str:
    when: str = found["thread_metadata"]["archive_timestamp"]
    return when


def _open(answers: Answers, request: Request) -> Payload:
    """The channel of a request, if the bot gets in."""
    channel = answers.channels.get(request.names["channel"])
    if channel is None:
        raise Expected(404, UNKNOWN_CHANNEL, "Unknown Channel")
    doors = [channel["id"], channel.get("parent_id"), channel.get("guild_id")]
    doors += [person["id"] for person in channel.get("recipients", ())]
    for door in doors:
        if door in answers.closed:
            status, code = answers.closed[door]
            raise Expected(status, code, "The bot may not do that here")
    return channel


def _message(answers: Answers, request: Request) -> Payload:
    message = answers.messages.get(request.names["message"])
    if message is None or message["channel_id"] != request.names["channel"]:
        raise Expected(404, UNKNOWN_MESSAGE, "Unknown Message")
    return message


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()
