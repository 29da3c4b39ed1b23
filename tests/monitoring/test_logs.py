"""The log says what happened, in lines that programs read, and keeps secrets."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from structlog.contextvars import bound_contextvars

from bot.blog.usage import USAGE, Usage
from bot.monitoring.logs import LineFormatter, report
from bot.monitoring.secrets import HIDDEN, Secrets

TOKEN = "MTA5ODc2NTQzMjEwOTg3NjU0MzI.GaBcDe.abcdefghijklmnopqrstuvwxyz0123456789AB"
SECRETS = Secrets([TOKEN, None])
AS_JSON = LineFormatter(SECRETS, as_json=True)


def usage(**changes: Any) -> Usage:
    """A reader searches in a server."""
    known: dict[str, Any] = {
        "kind": "command",
        "command": "search",
        "options": ("query", "hide"),
        "guild": 123456789012345678,
        "shard": 0,
        "seconds": 0.01234,
        "typed": ("my salary",),
    }
    return Usage(**known | changes)


def record(message: str, *arguments: object, level: int = logging.INFO) -> logging.LogRecord:
    """Something that was logged."""
    trace = sys.exc_info()
    return logging.LogRecord(
        "discord.http", level, "x.py", 1, message, arguments, trace if trace[0] else None
    )


def fields(line: logging.LogRecord, form: logging.Formatter = AS_JSON) -> dict[str, Any]:
    """The fields of a line, the time apart."""
    text = form.format(line)
    assert "\n" not in text, "a line is a line"
    found: dict[str, Any] = json.loads(text)
    assert found.pop("timestamp").endswith("+00:00")
    return found


def test_an_interaction_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot")
    used = usage()
    with bound_contextvars(**{USAGE: used, "request_id": "01HX"}):
        report(used)
        (line,) = caplog.records
        assert fields(line) == {
            "message": "interaction",
            "level": "info",
            "logger": "bot.monitoring.logs",
            "kind": "command",
            "command": "search",
            "options": ["query", "hide"],
            "outcome": "answered",
            "milliseconds": 12.3,
            "guild": "123456789012345678",
            "shard": 0,
            "request_id": "01HX",
        }


def test_what_a_reader_typed_is_logged_for_developers_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    used = usage()
    with bound_contextvars(**{USAGE: used}):
        report(used)
        told, typed = caplog.records
        assert "salary" not in AS_JSON.format(told)
        assert typed.levelname == "DEBUG"
        assert "salary" in fields(typed)["message"]


def test_lines_that_libraries_log_say_during_which_interaction() -> None:
    with bound_contextvars(**{USAGE: usage(shard=None, guild=None), "request_id": "r1"}):
        assert fields(record("Took %d s", 3, level=logging.WARNING)) == {
            "message": "Took 3 s",
            "level": "warning",
            "logger": "discord.http",
            "kind": "command",
            "command": "search",
            "request_id": "r1",
        }
    assert "command" not in fields(record("Took 3 s")), "once it is over"


def test_a_trace_shows_neither_tokens_nor_what_was_typed() -> None:
    def salary(query: str) -> None:
        raise ValueError(f"no such column: {query} ({query!r}) {TOKEN}")

    with bound_contextvars(**{USAGE: usage(typed=("my salary's",))}):
        try:
            salary("my salary's")
        except ValueError:
            text = fields(record("Failed: my salary's", level=logging.ERROR))
    assert text["message"] == f"Failed: {HIDDEN}"
    assert "in salary\n" in text["exception"], "frames stay as they are"
    *_, last = text["exception"].splitlines()
    assert last == f'ValueError: no such column: {HIDDEN} ("{HIDDEN}") {HIDDEN}'


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        "ODk2NTQzMjEwOTg3NjU0MzIx.Zz9_-x.another-bots_token-0123456789ABCDEF",
        "aW50ZXJhY3Rpb246MTIzNDU2Nzg5OmFiY2RlZg==",
    ],
)
def test_tokens_are_hidden_wherever_they_stand(secret: str) -> None:
    assert fields(record(f"a {secret} b"))["message"] == f"a {HIDDEN} b"


def test_the_token_of_an_interaction_is_hidden_in_urls() -> None:
    url = "https://discord.com/api/v10/webhooks/42/{}/messages/@original"
    line = record("We are being rate limited. PATCH %s responded with 429.", url.format("s3cr3t"))
    assert url.format(HIDDEN) in fields(line)["message"]
    assert HIDDEN in fields(record("POST /interactions/7/abc/callback"))["message"]


@given(st.text(), st.lists(st.text(min_size=3), max_size=3))
def test_any_text_is_a_line_without_what_was_typed(message: str, typed: list[str]) -> None:
    with bound_contextvars(**{USAGE: usage(typed=tuple(typed))}):
        said = fields(record("%s", message))["message"]
    if not typed:
        assert said == message
    for word in typed:
        if not word[0].isspace() and word.casefold() not in HIDDEN:
            assert word not in said.splitlines()


def test_a_person_reads_text_in_colours() -> None:
    used = usage()
    coloured = LineFormatter(SECRETS, as_json=False, colours=True)
    line = record("interaction")
    line.reported = used
    assert "\x1b[" in coloured.format(line)
    plain = LineFormatter(SECRETS, as_json=False).format(line)
    assert "\x1b[" not in plain
    assert "command=search" in plain
    assert "outcome=answered" in plain
    assert "salary" not in plain


def test_text_has_traces_below_the_line() -> None:
    try:
        1 / 0  # noqa: B018 - for the trace
    except ZeroDivisionError:
        text = LineFormatter(SECRETS, as_json=False).format(record("Failed"))
    assert text.splitlines()[-1] == "ZeroDivisionError: division by zero"


HOSTILE = "\x1b]0;owned\x07\x1b[2J\n2026-01-01 [info] all is well\x9b31m\u202e"


@given(text=st.text(), as_json=st.booleans())
@example(text=HOSTILE, as_json=True)
@example(text=HOSTILE, as_json=False)
def test_no_line_of_the_log_moves_a_cursor(text: str, as_json: bool) -> None:
    form = LineFormatter(SECRETS, as_json=as_json)
    with bound_contextvars(request_id=text):
        written = form.format(record("The host says: %s", text))
    written = written.encode(errors="replace").decode()
    assert not any(character in written for character in map(chr, (*range(32), *range(127, 160))))
    assert "\u202e" not in written
    if as_json and text.isprintable():
        assert json.loads(written)["message"].endswith(text)


def test_a_trace_keeps_its_lines_and_nothing_else() -> None:
    try:
        int(HOSTILE)
    except ValueError:
        written = LineFormatter(SECRETS, as_json=False).format(record("Failed: %s", HOSTILE))
    assert "Traceback" in written
    assert not any(character in written for character in "\x1b\x07\x9b\u202e")
