"""Records what readers use, for whoever runs the bot."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from discord import Interaction, InteractionType
from structlog.contextvars import bound_contextvars

from bot.blog.usage import USAGE, Kind, Outcome, Usage
from bot.chat.interaction import context_of

KINDS: Mapping[InteractionType, Kind] = {
    InteractionType.application_command: "command",
    InteractionType.autocomplete: "autocomplete",
    InteractionType.component: "component",
    InteractionType.modal_submit: "modal",
}
# https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-type
SUBCOMMANDS = {1, 2}


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
