"""Slashpost's Discord client, put together from the posts and the state."""

from __future__ import annotations

import aiohttp
from discord import VoiceClient

from bot.app import App
from bot.blog import question
from bot.blog.usage import Tell
from bot.chat.client import ShardedSlashpost, Slashpost, Sync
from bot.chat.context import Context
from bot.serve.state import State
from bot.transport.channels import DiscordChannels
from bot.transport.commands import sync_commands
from bot.transport.owners import Owners


def build_client(
    app: App,
    sync: Sync = sync_commands,
    *,
    sharded: bool = False,
    state: State | None = None,
    asker: question.Asker | None = None,
    tell: Tell = lambda _: None,
    http_trace: aiohttp.TraceConfig | None = None,
) -> Slashpost:
    """The bot, not yet logged in.

    Args:
        app: the posts.
        sync: tells Discord the commands; by default whenever they have changed.
        sharded: whether it keeps several connections to the gateway.
        state: who wants to hear of new posts; None where that would be forgotten.
        asker: answers questions; None where no model is named.
        tell: hears of every interaction that was dealt with.
        http_trace: hears of every request to Discord.
    """
    # Or discord.py warns that what it needs for voice, which we do not, is missing.
    VoiceClient.warn_nacl = VoiceClient.warn_dave = False
    client = (ShardedSlashpost if sharded else Slashpost)(
        Context(
            library=app.library,
            pictures=app.pictures,
            subscriptions=state.subscriptions if state else None,
            stopped=state.stopped if state else None,
            backlog=state.backlog if state else None,
            trusted_servers=app.settings.trusted_servers,
            asker=asker,
            observe=tell,
        ),
        sync=sync,
        http_trace=http_trace,
    )
    if state:
        client.context.channels = DiscordChannels(client)
    owners = Owners(client, state.identities if state else None, app.settings.token or "")
    client.context.is_owner = owners.include
    return client
