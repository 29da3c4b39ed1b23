"""Slashpost's Discord client and what answers questions, built from posts, state and settings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from hashlib import blake2b
from typing import TYPE_CHECKING

import aiohttp
from discord import VoiceClient

from bot.app import App
from bot.blog import question
from bot.blog.library import Library
from bot.blog.usage import Tell
from bot.chat.client import ShardedSlashpost, Slashpost, Sync
from bot.chat.context import Context
from bot.serve.state import State
from bot.settings import Settings
from bot.transport.channels import DiscordChannels
from bot.transport.commands import sync_commands
from bot.transport.owners import Owners

if TYPE_CHECKING:
    from bot.ask.asker import ModelAsker


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


def build_asker(
    settings: Settings,
    library: Library,
    state: State,
    *,
    scripted: bool = False,
    tell: Callable[[question.Asked], None] = lambda _: None,
) -> ModelAsker | None:
    """What answers questions; None where no model is named.

    Args:
        settings: name the model and its limits.
        library: the posts.
        state: where questions are counted.
        scripted: whether something that only quotes stands in where no model is named.
        tell: hears of each question that was dealt with.

    Raises:
        SettingError: the model's name or address cannot be used.
    """
    if settings.ask.model is None and not scripted:
        return None
    from bot.ask.asker import ModelAsker  # noqa: PLC0415 - most bots have no model
    from bot.ask.model import ScriptedModel  # noqa: PLC0415
    from bot.ask.providers import open_model  # noqa: PLC0415
    from bot.ask.state import (  # noqa: PLC0415
        Budget,
        FollowUps,
        Limits,
        StateCounters,
    )

    model = (
        open_model(settings.ask.model, url=settings.ask.url, key=settings.ask.key or "")
        if settings.ask.model
        else ScriptedModel()
    )
    limits = Limits(
        reader=settings.ask.limit,
        server=settings.ask.server_limit,
        month=settings.ask.budget if settings.ask.model else None,
    )
    key = settings.token or settings.ask.key or ""
    return ModelAsker(
        library,
        model,
        Budget(StateCounters(state.database), limits),
        FollowUps(state.database),
        reader_key=blake2b(key.encode(), digest_size=32).digest(),
        rewrites=settings.ask.rewrite and settings.ask.model is not None,
        max_tokens=settings.ask.sections,
        tell=tell,
    )


def answering(asker: question.Asker | None) -> AbstractAsyncContextManager[None]:
    """See ``blog.Asker.answering``; nothing is done where there is no asker."""
    return asker.answering() if asker else nullcontext()
