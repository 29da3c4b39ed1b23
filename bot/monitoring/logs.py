"""The log: one line for each thing that happens, for a person or for a machine.

Everything is logged with the standard library's ``logging``, by us and by the libraries that
we use, and formatted here. docs/observability.md describes the fields.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Any, TextIO

from structlog import dev
from structlog.contextvars import get_contextvars
from structlog.processors import JSONRenderer
from structlog.typing import Processor

from bot.blog.usage import USAGE, Usage
from bot.monitoring.secrets import Secrets

log = logging.getLogger(__name__)

# What is typed there is a question to somebody, which no log may hold.
UNLOGGED = frozenset({"ask", "AskedFurther"})
# Where a record holds the usage that it reports; USAGE is the one during which it was made.
REPORTED = "reported"
# What JSON leaves as it is, and terminals or editors obey.
CONTROLS = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


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
    handler.setFormatter(LineFormatter(secrets, as_json=as_json, colours=stream.isatty()))
    logging.basicConfig(handlers=[handler], level=others)
    logging.getLogger("bot").setLevel(level)


def report(usage: Usage) -> None:
    """Log that an interaction has been dealt with."""
    log.info("interaction", extra={REPORTED: usage})
    if usage.typed and usage.command not in UNLOGGED:
        log.debug("typed: %s", usage.typed)


class LineFormatter(logging.Formatter):
    """Makes a line of a record, which says what is logged during which interaction.

    Args:
        secrets: hides what must not be in it.
        as_json: whether it is a JSON object; else text, with a trace below it.
        colours: whether text is coloured.
    """

    def __init__(self, secrets: Secrets, *, as_json: bool, colours: bool = False) -> None:
        super().__init__()
        self._secrets = secrets
        self._as_json = as_json
        self._render: Processor
        if as_json:
            self._message = "message"
            self._render = JSONRenderer(ensure_ascii=False)
        else:
            self._message = "event"
            plain = dev.plain_traceback  # others print variables, which hold what readers typed
            self._render = dev.ConsoleRenderer(
                colors=colours, exception_formatter=plain, pad_event_to=0
            )

    def format(self, record: logging.LogRecord) -> str:
        """Give the line, without its end."""
        context = get_contextvars()
        usage: Usage | None = context.pop(USAGE, None)
        reported: Usage | None = getattr(record, REPORTED, None)
        typed = usage.typed if usage and record.levelno > logging.DEBUG else ()
        event: dict[str, Any] = {
            "timestamp": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            self._message: record.getMessage(),
            **context,
        }
        if reported:  # by us, in words that need no look
            event |= place_of(reported) | result_of(reported)
        else:
            event[self._message] = self._secrets.hide(event[self._message], typed)
            if usage:
                event |= place_of(usage)
        if record.exc_info:
            trace = self.formatException(record.exc_info)
            event["exception"] = self._secrets.hide(trace, typed)
        if self._as_json:
            return CONTROLS.sub(_escape_json, str(self._render(None, event["level"], event)))
        for name, value in event.items():
            if isinstance(value, str):
                lines = value.split("\n") if name == "exception" else [value]
                event[name] = "\n".join(map(escape_controls, lines))
        return str(self._render(None, event["level"], event))


def escape_controls(text: str) -> str:
    """``text`` with what moves a terminal's cursor, or a reader's eye, written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _escape_json(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


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
