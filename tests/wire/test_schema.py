"""The judge itself: it lets pass what Discord takes, and says what Discord would refuse."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.wire.limits import check_limits
from tests.wire.schema import validate, validate_request, validate_response

Change = Callable[[dict[str, Any]], object]


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


def answer() -> dict[str, Any]:
    """A reply with one section and a row of two buttons."""
    thumbnail = {"type": 11, "media": {"url": "https://blog.example/cover.png"}}
    section = {"type": 9, "components": [text("**Hello**")], "accessory": thumbnail}
    read = {"type": 2, "style": 2, "label": "Read", "custom_id": "read"}
    link = {"type": 2, "style": 5, "label": "Open", "url": "https://blog.example/hello/"}
    row = {"type": 1, "components": [read, link]}
    container = {"type": 17, "components": [section, row]}
    return {"type": 4, "data": {"flags": 1 << 15, "components": [container]}}


def command(**changes: Any) -> dict[str, Any]:
    return {"name": "latest", "type": 1, "description": "The newest posts", **changes}


def inner(reply: dict[str, Any]) -> Any:
    return reply["data"]["components"][0]["components"]


def buttons(reply: dict[str, Any]) -> Any:
    return inner(reply)[1]["components"]


def test_a_good_answer_passes() -> None:
    validate("CreateMessageInteractionCallbackRequest", answer())
    validate_request("POST", "/interactions/1/token/callback", answer())
    check_limits(answer())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda a: buttons(a)[0].update(label="x" * 81), r"\[0\]\['label'\]: .* is too long"),
        (lambda a: buttons(a)[0].update(lable="x"), "'lable' was unexpected"),
        (lambda a: buttons(a)[1].update(url="javascript:alert()"), r"\['url'\].* not a 'uri'"),
        (lambda a: inner(a)[0].pop("accessory"), "'accessory' is a required property"),
        (lambda a: inner(a)[0]["components"][0].update(content=""), "non-empty"),
        (lambda a: inner(a).append({"type": 17, "components": [text("x")]}), "none of the things"),
        (lambda a: a["data"].update(flags="x"), r"\['flags'\]: 'x' is not of type 'integer'"),
        (lambda a: a.update(type=99), "none of the things"),
    ],
)
def test_a_bad_answer_is_refused_with_the_place_that_is_wrong(
    change: Change, complaint: str
) -> None:
    reply = answer()
    change(reply)
    with pytest.raises(AssertionError, match=complaint):
        validate_request("POST", "/interactions/1/token/callback", reply)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda a: inner(a).extend([text("x")] * 34), "41 components"),
        (lambda a: inner(a).append(text("x" * 3992)), "4001 characters"),
        (lambda a: inner(a).append(text("語" * 3400)), "weigh 10233"),
        (lambda a: inner(a).append(text(" \n")), "without visible text"),
        (lambda a: buttons(a).append(buttons(a)[0]), "the same custom_id twice"),
        (lambda a: buttons(a).extend(buttons(a)[1:] * 4), "6 buttons"),
        (lambda a: buttons(a)[0].pop("custom_id"), "custom_id and style disagree"),
        (lambda a: buttons(a)[0].pop("label"), "a blank button"),
        (lambda a: a["data"].update(flags=64), "need the V2 flag"),
        (lambda a: a["data"].update(content="x"), "exclude"),
    ],
)
def test_an_unwritten_limit_is_kept(change: Change, complaint: str) -> None:
    reply = copy.deepcopy(answer())
    change(reply)
    with pytest.raises(AssertionError, match=complaint):
        check_limits(reply)


def test_autocomplete_takes_25_choices_of_which_no_two_look_the_same() -> None:
    choices = [{"name": f"Post {n}", "value": f"post-{n}"} for n in range(25)]
    reply: dict[str, Any] = {"type": 8, "data": {"choices": choices}}
    validate("ApplicationCommandAutocompleteCallbackRequest", reply)
    check_limits(reply)
    choices[1]["name"] = choices[0]["name"]
    with pytest.raises(AssertionError, match="the same choice twice"):
        check_limits(reply)
    choices[1] = {"name": "Long", "value": "x" * 101}
    with pytest.raises(AssertionError, match="too long a value"):
        check_limits(reply)
    choices.append({"name": "One more", "value": "more"})
    with pytest.raises(AssertionError, match="none of the things"):
        validate("ApplicationCommandAutocompleteCallbackRequest", reply)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"name_localizations": {"de": "Neueste"}}, "lower case"),
        ({"name_localizations": {"fr": "les dernières"}}, "not a command name"),
        ({"name_localizations": {"es": "último"}}, "no locale es"),
        ({"description": ""}, "no description"),
        (
            {
                "options": [
                    {"type": 3, "name": "tag", "description": "x"},
                    {"type": 3, "name": "count", "description": "x", "required": True},
                ]
            },
            "required option follows",
        ),
    ],
)
def test_a_command_that_discord_would_refuse_is_named(
    wrong: dict[str, Any], complaint: str
) -> None:
    check_limits([command(name_localizations={"ja": "最新"})])
    with pytest.raises(AssertionError, match=complaint):
        check_limits([command(**wrong)])


def test_only_operations_that_discord_has_are_let_pass() -> None:
    commands = "/applications/1/commands"
    validate_request("GET", commands, query={"with_localizations": "true"})
    validate_request("PUT", commands, [command()])
    wrong: list[tuple[str, str, Any, dict[str, str], str]] = [
        ("GET", "/applications/1/comands", None, {}, "no GET"),
        ("GET", commands, {}, {}, "takes no body"),
        ("PUT", commands, None, {}, "needs a body"),
        ("GET", commands, None, {"localized": "true"}, "unknown parameters"),
    ]
    for method, path, body, query, complaint in wrong:
        with pytest.raises(AssertionError, match=complaint):
            validate_request(method, path, body, query)


def test_the_loopback_server_may_only_answer_as_discord_does() -> None:
    validate_response("GET", "/gateway", 200, {"url": "ws://127.0.0.1/"})
    with pytest.raises(AssertionError, match="'url' is a required property"):
        validate_response("GET", "/gateway", 200, {})
    with pytest.raises(AssertionError, match="another status"):
        validate_response("GET", "/gateway", 201, {})
