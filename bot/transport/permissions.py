"""What a member may do in a channel, worked out from roles and overwrites.

Over HTTP there is no cache of servers that would know.
https://docs.discord.com/developers/topics/permissions#permission-overwrites
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from discord import Permissions

Payload = Mapping[str, Any]

ROLE, MEMBER = 0, 1
# All that a timeout leaves, even to a moderator.
IN_TIMEOUT = Permissions(view_channel=True, read_message_history=True)
# What needs the right to write, wherever that is.
WRITING = Permissions(
    mention_everyone=True, embed_links=True, attach_files=True, send_tts_messages=True
)
# As Discord's settings call them in English, where that is not discord.py's name.
SETTINGS_NAMES = {
    "read_messages": "View Channel",
    "send_messages_in_threads": "Send Messages in Threads",
    "mention_everyone": "Mention @everyone, @here, and All Roles",
}
IN_FORUMS = {"send_messages": "Create Posts"}
READ_HISTORY = "Read Message History"


def allowed(
    channel: Payload, guild: Payload, member: Payload | None = None, *, thread: bool = False
) -> Permissions:
    """What a member may do in a channel; without one, what @everyone may.

    Args:
        channel: with ``permission_overwrites``; a thread's parent.
        guild: with ``roles`` and ``owner_id``.
        member: with ``roles`` and ``user``.
        thread: whether it is about the threads in that channel.
    """
    granted = _granted(channel, guild, member)
    if granted.administrator:
        return granted
    if not (granted.send_messages_in_threads if thread else granted.send_messages):
        granted &= ~WRITING
    return granted if granted.view_channel else Permissions.none()


def _granted(channel: Payload, guild: Payload, member: Payload | None) -> Permissions:
    everyone = guild["id"]
    roles = {everyone, *(member["roles"] if member else ())}
    user = member["user"]["id"] if member else None
    base = Permissions.none()
    for role in guild["roles"]:
        if role["id"] in roles:
            base |= Permissions(int(role["permissions"]))
    if user == guild["owner_id"] or base.administrator:
        return Permissions.all()
    overwrites: Sequence[Payload] = channel.get("permission_overwrites") or ()
    for group in (
        [o for o in overwrites if o["id"] == everyone],
        [o for o in overwrites if o["type"] == ROLE and o["id"] in roles - {everyone}],
        [o for o in overwrites if o["type"] == MEMBER and o["id"] == user],
    ):
        for overwrite in group:
            base &= ~Permissions(int(overwrite["deny"]))
        for overwrite in group:
            base |= Permissions(int(overwrite["allow"]))
    return base & IN_TIMEOUT if member and is_timed_out(member) else base


def is_timed_out(member: Payload) -> bool:
    """Whether moderators have silenced a member for now."""
    until = member.get("communication_disabled_until")
    return bool(until) and dt.datetime.fromisoformat(str(until)) > dt.datetime.now(dt.UTC)


def names(permissions: Permissions, *, forum: bool = False) -> tuple[str, ...]:
    """Permissions as Discord's settings call them in English."""
    known = SETTINGS_NAMES | (IN_FORUMS if forum else {})
    return tuple(
        known.get(name, name.replace("_", " ").title()) for name, given in permissions if given
    )
