"""The server of the tests, as REST tells of it: roles, a channel, the bot as a member."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.wire.people import ADA, BOT, SERVER_ID

CHANNEL_ID = 210
THREAD_ID = 213
BOT_ROLE_ID = 201

# https://docs.discord.com/developers/resources/channel#channel-object-channel-types
TEXT, DIRECT, NEWS, NEWS_THREAD, PUBLIC_THREAD, FORUM = 0, 1, 5, 10, 11, 15

# What Discord gives @everyone in a new server, as far as it matters here:
# view channel, send messages, embed links, attach files, read history, use application
# commands, create public threads, send messages in threads.
EVERYONE = sum(1 << bit for bit in (10, 11, 14, 15, 16, 31, 35, 38))


def role(role_id: int, name: str, permissions: int) -> dict[str, Any]:
    """A role; the one with the server's own id is @everyone."""
    return {
        "id": str(role_id),
        "name": name,
        "permissions": str(permissions),
        "position": 0 if role_id == SERVER_ID else 1,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role_id != SERVER_ID,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def guild() -> dict[str, Any]:
    """The server, owned by Ada."""
    empty: dict[str, list[Any]] = {"features": [], "emojis": [], "stickers": []}
    ids = ("afk_channel_id", "application_id", "public_updates_channel_id", "rules_channel_id")
    more = ("safety_alerts_channel_id", "system_channel_id", "widget_channel_id")
    texts = ("banner", "description", "discovery_splash", "home_header", "icon", "splash")
    return {
        **empty,
        **dict.fromkeys((*ids, *more, *texts, "vanity_url_code", "incidents_data")),
        "id": str(SERVER_ID),
        "name": "Readers",
        "owner_id": str(ADA.id),
        "roles": [
            role(SERVER_ID, "@everyone", EVERYONE),
            role(BOT_ROLE_ID, "Slashpost", 0),
        ],
        "region": "deprecated",
        "preferred_locale": "en-US",
        "afk_timeout": 300,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "max_members": 500_000,
        "max_presences": None,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "mfa_level": 0,
        "nsfw": False,
        "nsfw_level": 0,
        "premium_progress_bar_enabled": False,
        "premium_subscription_count": 0,
        "premium_tier": 0,
        "system_channel_flags": 0,
        "verification_level": 0,
        "widget_enabled": False,
    }


def channels() -> dict[str, dict[str, Any]]:
    """Channels by id: one for text, and a thread in it."""
    text, in_it = channel(CHANNEL_ID, "general"), thread(THREAD_ID, "about tulips", CHANNEL_ID)
    return {each["id"]: each for each in (text, in_it)}


def channel(
    channel_id: int, name: str, kind: int = TEXT, *, tags: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A channel of the server that the bot is in; a forum has tags."""
    described = {
        "id": str(channel_id),
        "type": kind,
        "guild_id": str(SERVER_ID),
        "name": name,
        "parent_id": None,
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "flags": 0,
    }
    if kind == FORUM:
        described["available_tags"] = [forum_tag(tag, n) for n, tag in enumerate(tags, start=1)]
    return described


def forum_tag(name: str, tag_id: int, *, moderated: bool = False) -> dict[str, Any]:
    """A tag that posts in a forum may carry."""
    emoji = {"emoji_id": None, "emoji_name": None}
    return {"id": str(tag_id), "name": name, "moderated": moderated, **emoji}


def thread(
    thread_id: int, name: str, parent: int, *, owner: int = ADA.id, kind: int = PUBLIC_THREAD
) -> dict[str, Any]:
    """A thread, open to all who see the channel that it is in."""
    return {
        "id": str(thread_id),
        "type": kind,
        "guild_id": str(SERVER_ID),
        "name": name,
        "parent_id": str(parent),
        "owner_id": str(owner),
        "flags": 0,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "rate_limit_per_user": 0,
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": dt.datetime.now(dt.UTC).isoformat(),
            "auto_archive_duration": 1440,
            "locked": False,
        },
    }


def bot_member() -> dict[str, Any]:
    """The bot in the server."""
    names = ("avatar", "avatar_decoration_data", "banner", "collectibles", "nick")
    times = ("communication_disabled_until", "premium_since")
    return {
        **dict.fromkeys((*names, *times)),
        "user": BOT.payload(),
        "roles": [str(BOT_ROLE_ID)],
        "joined_at": "2024-01-11T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }
