"""What the bot and readers may do in a channel."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import discord
from discord import Permissions

from bot.doctor.result import CheckResult, ok, skipped, wrong
from bot.transport.api import describe
from bot.transport.channels import allowed, names

Payload = Mapping[str, Any]

THREADS = {
    discord.ChannelType.news_thread.value,
    discord.ChannelType.public_thread.value,
    discord.ChannelType.private_thread.value,
}
# To answer commands the bot needs nothing; to write by itself, these.
TO_WRITE = Permissions(view_channel=True, send_messages=True, embed_links=True, attach_files=True)
TO_READ = Permissions(view_channel=True, use_application_commands=True)


async def check_channel(client: discord.Client, channel_id: int | None) -> CheckResult:
    """Whether readers can use commands in a channel, and the bot can write there."""
    if channel_id is None:
        return skipped("permissions", "--channel ID looks at those in a channel")
    http = client.http
    assert client.user is not None, "login() asks for it"
    try:
        channel: Payload = await http.get_channel(channel_id)
        if channel["type"] in THREADS and channel.get("parent_id"):
            channel = await http.get_channel(channel["parent_id"])
        if not channel.get("guild_id"):
            return wrong(
                "permissions", f"{channel_id} is in no server", "Give the id of a server's channel."
            )
        guild: Payload = await http.get_guild(channel["guild_id"])
        member: Payload = await http.get_member(channel["guild_id"], client.user.id)
    except discord.HTTPException as error:
        if error.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            raise
        return wrong(
            "permissions",
            f"the bot does not see the channel {channel_id} ({describe(error)})",
            "Check the id; add the bot to the server (`slashpost invite`); give it View Channel.",
        )
    return judge(channel, guild, member)


def judge(channel: Payload, guild: Payload, member: Payload) -> CheckResult:
    """What is missing for readers, else what is missing for the bot."""
    name = f"#{channel.get('name') or channel['id']}"
    readers = TO_READ & ~allowed(channel, guild)
    bot = TO_WRITE & ~allowed(channel, guild, member)
    if readers:
        return wrong(
            "permissions",
            f"{name}: @everyone lacks {', '.join(names(readers))}, so few see the commands",
            "Allow it in the channel's settings, if they shall.",
        )
    if bot:
        return wrong(
            "permissions",
            f"{name}: to write by itself the bot lacks {', '.join(names(bot))}",
            "Allow it in the channel's settings; commands work without.",
        )
    return ok("permissions", f"{name}: readers can use commands, and the bot can write")
