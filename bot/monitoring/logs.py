"""The log: one line for each thing that happens, for a person or for a machine.

Everything is logged with the standard library's ``logging``, by us and by the libraries that
we use, and formatted here. docs/observability.md describes the fields.
"""

from __future__ import annotations

import logging
from typing import Any, TextIO

from structlog import contextvars, dev, processors, stdlib
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.blog.usage import USAGE, Usage
from bot.monitoring.secrets import Secrets

log = logging.getLogger(__name__)

# Where a record holds the usage that it reports; USAGE is the one during which it was made.
REPORTED = "reported"


def log_to(
    stream: TextIO,
    *,
    secrets: Secrets,
    as_json: bool,
    level: int = logging.INFO,
    others: int = logging.INFO,
) -> None:
    """Write the log of this process to ``stream``, unless it goes somewhere already.

    Args:
        stream: takes the lines.
        secrets: hides what must not be in them.
        as_json: whether each line is a JSON object; else text, coloured on a terminal.
        level: from which level on the bot's own records are written.
        others: the same for the libraries that it is made of.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(secrets, as_json=as_json, colours=stream.isatty()))
    logging.basicConfig(handlers=[handler], level=others)
    logging.getLogger("bot").setLevel(level)


def report(usage: Usage) -> None:
    """Log that an interaction has been dealt with."""
    log.info("interaction", extra={REPORTED: usage})
    if usage.typed:
        log.debug("typed: %s", usage.typed)


def formatter(secrets: Secrets, *, as_json: bool, colours: bool = False) -> logging.Formatter:
    """What makes a line of a record."""
    chain: list[Processor] = [
        stdlib.ExtraAdder(allow=(REPORTED,)),
        stdlib.add_log_level,
        stdlib.add_logger_name,
        stdlib.ProcessorFormatter.remove_processors_meta,
        contextvars.merge_contextvars,
        processors.TimeStamper(fmt="iso", utc=True),
        processors.format_exc_info,
        Sifter(secrets),
    ]
    if as_json:
        chain += [processors.EventRenamer("message"), processors.JSONRenderer(ensure_ascii=False)]
    else:
        plain = dev.plain_traceback  # others print variables, which hold what readers typed
        chain.append(dev.ConsoleRenderer(colors=colours, exception_formatter=plain, pad_event_to=0))
    return stdlib.ProcessorFormatter(processors=chain)


class Sifter:
    """A processor that says which interaction a line belongs to, and hides what is secret."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def __call__(self, _logger: WrappedLogger, level: str, event: EventDict) -> EventDict:
        """Put a usage's fields in its place."""
        usage: Usage | None = event.pop(USAGE, None)
        reported: Usage | None = event.pop(REPORTED, None)
        typed = usage.typed if usage and level != "debug" else ()
        event["event"] = self._secrets.hide(event["event"], typed)
        if "exception" in event:
            event["exception"] = self._secrets.hide(event["exception"], typed)
        if reported:
            event.update(place_of(reported) | result_of(reported))
        elif usage:
            event.update(place_of(usage))
        return event


def place_of(usage: Usage) -> dict[str, Any]:
    """What tells an interaction from others. Ids are text: numbers of JSON lose digits."""
    place: dict[str, Any] = {"kind": usage.kind, "command": usage.command}
    if usage.guild is not None:
        place["guild"] = str(usage.guild)
    if usage.shard is not None:
        place["shard"] = usage.shard
    return place


def result_of(usage: Usage) -> dict[str, Any]:
    """What became of an interaction."""
    return {
        "options": list(usage.options),
        "outcome": usage.outcome,
        "milliseconds": round(usage.seconds * 1000, 1),
    }
