"""One use of the bot by a reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["command", "autocomplete", "component", "modal"]
Outcome = Literal["answered", "outdated", "late", "failed"]

# The name by which structlog's context variables hold the usage that is going on, so that
# whatever is logged meanwhile can say what it belongs to.
USAGE = "usage"


@dataclass(slots=True, kw_only=True)
class Usage:
    """What happened to an interaction, without who it was.

    Attributes:
        kind: whether a command was sent, its option typed, a button or menu used, or a form
            (a modal) sent.
        command: the command's name, or that of the button, menu or form.
        options: names of the options that were given.
        guild: id of the server, or None in a direct message or a group.
        shard: number of the gateway's shard, or None over HTTP.
        outcome: how it ended: ``answered``; ``outdated`` for a button that this
            version does not know; ``late`` when Discord did not wait for the answer;
            ``failed`` for an error.
        seconds: from its arrival until the answer had been sent.
        typed: what the reader wrote or chose, which only a developer may see.
    """

    kind: Kind
    command: str
    options: tuple[str, ...] = ()
    guild: int | None = None
    shard: int | None = None
    outcome: Outcome = "answered"
    seconds: float = 0.0
    typed: tuple[str, ...] = field(default=(), repr=False)


Tell = Callable[[Usage], None]
