"""What commands, clicks and forms need of their interaction, and the record of its use."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import discord
from discord import Interaction, InteractionType, ui
from discord.http import Route
from structlog.contextvars import bound_contextvars

from bot.announce.subscription import Subscriptions
from bot.blog.errors import StateUnavailable
from bot.blog.library import Library
from bot.blog.usage import USAGE, Kind, Outcome, Usage
from bot.chat.context import Context
from bot.chat.i18n import Translator, translator_for
from bot.chat.views.layout import Layout

T = TypeVar("T")

# Discord takes a first answer within three seconds, its way there included:
# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback
PATIENCE_SECONDS = 1.5

KINDS: Mapping[InteractionType, Kind] = {
    InteractionType.application_command: "command",
    InteractionType.autocomplete: "autocomplete",
    InteractionType.component: "component",
    InteractionType.modal_submit: "modal",
}
# https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-type
SUBCOMMANDS = {1, 2}


def context_of(interaction: Interaction) -> Context:
    """What the answer is made from: every client that dispatches to this package holds one."""
    client: Any = interaction.client
    context: Context = client.context
    return context


def library_of(interaction: Interaction) -> Library:
    """The posts."""
    return context_of(interaction).library


def subscriptions_of(interaction: Interaction) -> Subscriptions:
    """Who wants to hear of new posts.

    Raises:
        StateUnavailable: there is no place to keep that.
    """
    found = context_of(interaction).subscriptions
    if found is None:
        raise StateUnavailable(
            "There is no state", "Set SLASHPOST_STATE to a file that can be written."
        )
    return found


def translator_of(interaction: Interaction) -> Translator:
    """Translates into the reader's language."""
    return translator_for(interaction.locale)


def now_of(interaction: Interaction) -> int:
    """When the command was sent or the button clicked, in Unix seconds."""
    return int(interaction.created_at.timestamp())


def chosen_in(interaction: Interaction) -> Sequence[str]:
    """The values that were chosen from a select menu."""
    data: Mapping[str, Any] = interaction.data or {}
    values: Sequence[str] = data.get("values", ())
    return values


async def prepare(interaction: Interaction, making: Awaitable[T], *, hide: bool) -> T:
    """Wait for what an answer needs; where that takes long, tell Discord that one will come.

    Args:
        interaction: what is to be answered.
        making: what to wait for.
        hide: whether the answer will be for the reader alone: that cannot change later.
    """
    return await _prepared(
        making, lambda: interaction.response.defer(ephemeral=hide, thinking=True)
    )


async def prepare_turn(interaction: Interaction, making: Awaitable[T]) -> T:
    """Like ``prepare``, for the view that ``turn`` will show."""

    async def defer() -> None:
        if is_own_answer(interaction):
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=is_aside(interaction), thinking=True)

    return await _prepared(making, defer)


async def _prepared(making: Awaitable[T], defer: Callable[[], Awaitable[object]]) -> T:
    """The result of ``making``, which is cancelled if Discord cannot be told to wait for it."""
    task = asyncio.ensure_future(making)
    try:
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if not done:
            await defer()
        return await task
    finally:
        task.cancel()


async def answer(interaction: Interaction, view: Layout, *, hide: bool = False) -> None:
    """Answer with a new message, for the reader alone where it is to hide or concerns no one else.

    The view is stopped before, since discord.py keeps a sent one in memory with a task of
    15 minutes; its buttons say everything in their custom ids.
    """
    view.stop()
    try:
        if interaction.response.is_done():
            await interaction.edit_original_response(view=view, attachments=view.files)
        else:
            await interaction.response.send_message(
                view=view, files=view.files, ephemeral=hide or not view.concerns_all
            )
    finally:
        view.sent()


def is_aside(interaction: Interaction) -> bool:
    """Whether others read the channel too, so that answers to clicks are for the reader alone."""
    return not interaction.context.dm_channel


def may_share(interaction: Interaction) -> bool:
    """Whether the reader may write where others read, and the bot on their behalf."""
    if not is_aside(interaction):
        return False
    if interaction.guild_id is None:  # a group, whose members may all write
        return True
    permissions = interaction.permissions
    if isinstance(interaction.channel, discord.Thread):
        return permissions.send_messages_in_threads
    return permissions.send_messages


async def answer_aside(interaction: Interaction, view: Layout) -> None:
    """Answer a click with a new message that does not fill a channel others read."""
    await answer(interaction, view, hide=is_aside(interaction))


async def sees_unpublished(interaction: Interaction) -> bool:
    """Whether drafts and posts of the future may be shown to whoever uses the bot.

    Anybody may add the bot to a server of their own and manage it there, so that says
    nothing: it takes the application's owner or team, or a server that the operator named.
    """
    context = context_of(interaction)
    if interaction.guild_id in context.trusted_servers:
        return True
    return await context.is_owner(interaction.user.id)


def is_own_answer(interaction: Interaction) -> bool:
    """Whether the clicked message answers the reader who clicked."""
    message = interaction.message
    asked = message.interaction_metadata if message is not None else None
    return asked is not None and asked.user.id == interaction.user.id


async def turn(interaction: Interaction, view: Layout) -> None:
    """Turn the clicked message to ``view``; for someone else's message, answer aside.

    A reader who pages through the answer to another's command gets a copy of their own
    instead of turning the page under everyone's eyes.
    """
    if not is_own_answer(interaction):
        await answer_aside(interaction, view)
        return
    view.stop()
    try:
        if interaction.response.is_done():
            await interaction.edit_original_response(view=view, attachments=view.files)
        else:
            await interaction.response.edit_message(view=view, attachments=view.files)
    finally:
        view.sent()


async def direct_messages(interaction: Interaction) -> discord.PartialMessageable:
    """The reader's channel of direct messages.

    discord.py opens it with a number as the reader's id, where Discord describes a string.
    """
    route, body = Route("POST", "/users/@me/channels"), {"recipient_id": str(interaction.user.id)}
    channel = await interaction.client.http.request(route, json=body)
    return interaction.client.get_partial_messageable(int(channel["id"]))


async def open_form(interaction: Interaction, form: ui.Modal) -> None:
    """Answer with a form, which Discord calls a modal.

    discord.py would keep it in memory until it is sent, and know none after a restart. It
    is stopped before, since its custom id says all that sending it means.
    """
    form.stop()
    await interaction.response.send_modal(form)


def typed_in(interaction: Interaction) -> Mapping[str, str | Sequence[str]]:
    """What was typed into a form or chosen in it, by its items' custom ids."""
    data: Mapping[str, Any] = interaction.data or {}
    items = _items(data.get("components", ()))
    return {item["custom_id"]: item.get("values", item.get("value", "")) for item in items}


def _items(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if "custom_id" in component:
            yield component
        inner = [component["component"]] if "component" in component else ()
        yield from _items([*inner, *component.get("components", ())])


@contextmanager
def observed(interaction: Interaction, name: str = "") -> Iterator[None]:
    """Tell the context's observer of an interaction once it has been dealt with.

    Args:
        interaction: of a kind in ``KINDS``.
        name: what was used, where that is no command: a custom id holds what was searched for.
    """
    usage = usage_of(interaction, name)
    interaction.extras[USAGE] = usage
    started = time.perf_counter()
    with bound_contextvars(**{USAGE: usage}):
        try:
            yield
        except BaseException:
            usage.outcome = "failed"
            raise
        finally:
            usage.seconds = time.perf_counter() - started
            context_of(interaction).observe(usage)


def ended(interaction: Interaction, outcome: Outcome) -> None:
    """Record that an interaction was not simply answered."""
    usage: Usage | None = interaction.extras.get(USAGE)
    if usage is not None:
        usage.outcome = outcome


def name_of(interaction: Interaction) -> str:
    """Name what was used, for the log: ``/latest`` or ``ReadPost``."""
    usage: Usage | None = interaction.extras.get(USAGE)
    if usage is None:
        return "an interaction"
    return usage.command if usage.kind in {"component", "modal"} else f"/{usage.command}"


def usage_of(interaction: Interaction, name: str) -> Usage:
    """The usage record of an interaction that has just come."""
    data: Mapping[str, Any] = interaction.data or {}
    command, options = command_in(data)
    given = [data.get("custom_id"), *data.get("values", ()), *(o.get("value") for o in options)]
    return Usage(
        kind=KINDS[interaction.type],
        command=name or command,
        options=tuple(option["name"] for option in options),
        guild=interaction.guild_id,
        shard=shard_of(interaction),
        typed=tuple(value for value in given if isinstance(value, str) and value),
    )


def command_in(data: Mapping[str, Any]) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """The full name of the command that was sent, such as ``announce here``, and its options."""
    name: str = data.get("name", "")
    options: Sequence[Mapping[str, Any]] = data.get("options", ())
    while options and options[0]["type"] in SUBCOMMANDS:
        name, options = f"{name} {options[0]['name']}", options[0].get("options", ())
    return name, options


def shard_of(interaction: Interaction) -> int | None:
    """The shard that the interaction came over: https://docs.discord.com/developers/events/gateway#sharding."""
    client = interaction.client
    if client.ws is None:  # over HTTP
        return None  # type: ignore[unreachable] # discord.py says that there always is one
    return ((interaction.guild_id or 0) >> 22) % (client.shard_count or 1)
