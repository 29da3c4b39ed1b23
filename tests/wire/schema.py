"""Discord's own description of its API, as a judge of everything the bot sends.

The description lies in ``shared/discord/openapi.json`` beside the checkout; tests that
need it are skipped where it is absent. It forgets two things, which are added here:
Discord never heard of a misspelled key, and a URL must be one that Discord opens.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend

from tests import needs

OPENAPI = Path(__file__).parents[3] / "shared" / "discord" / "openapi.json"

GUILD_MEDIA = 16

# Not in the description: what is documented for people only, and what discord.py 2.7 sends
# with every edit and Discord ignores.
# https://docs.discord.com/developers/interactions/application-commands#application-command-object
UNDESCRIBED = {
    "ApplicationCommandCreateRequest": {"nsfw"},
    "ApplicationCommandUpdateRequest": {"nsfw"},
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": {"tts"},
    "IncomingWebhookUpdateRequestPartial": {"tts"},
}

formats = FormatChecker(formats=())


@formats.checks("uri")
def is_url(value: object) -> bool:
    """Whether Discord would take ``value`` as the URL of a button or an image."""
    if not isinstance(value, str):
        return True
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https", "attachment", "discord", "ws"}
        and bool(parts.netloc)
        and not re.search(r"\s", value)
    )


def _union(
    validator: Any, branches: list[dict[str, Any]], payload: object, schema: dict[str, Any]
) -> Iterator[ValidationError]:
    """Judge a union by the branch that speaks of the payload's own kind.

    Trying every branch, as JSON Schema asks, takes twenty times as long on a message
    and ends in "not valid under any of the given schemas".
    """
    del schema
    if all("const" in branch for branch in branches):
        if payload not in [branch["const"] for branch in branches]:
            yield ValidationError(f"{payload!r} is none of the values that Discord knows")
        return
    meant = [branch for branch in branches if _is_meant(branch, payload)]
    if len(meant) == 1:
        yield from validator.descend(payload, meant[0])
    elif not any(validator.evolve(schema=branch).is_valid(payload) for branch in meant):
        yield ValidationError(f"none of the things that Discord takes here: {payload!r}")


def _is_meant(branch: dict[str, Any], payload: object) -> bool:
    """Whether a branch can be what ``payload`` was meant to be: null, or a thing of its type."""
    if payload is None or branch.get("type") == "null":
        return payload is None and branch.get("type") == "null"
    kinds = branch.get("properties", {}).get("type", {}).get("enum")
    return not kinds or not isinstance(payload, dict) or payload.get("type") in kinds


Judge: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"oneOf": _union, "anyOf": _union}
)


# The way to a schema within the description, from the top.
Steps = tuple[str, ...]
JSON_BODY = ("content", "application/json", "schema")


class Description:
    """Discord's API description, made ready to judge payloads.

    Nearly all payloads are good, and a judge written in Rust says so in a fortieth of the
    time. What it does not let pass is judged again by one that says what is wrong.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.paths: dict[str, dict[str, Any]] = document["paths"]
        self.schemas: dict[str, dict[str, Any]] = document["components"]["schemas"]
        for name, known in UNDESCRIBED.items():
            self.schemas[name]["properties"].update(dict.fromkeys(known, True))
        # Discord's own examples number files that go with a request 0, 1, 2…
        # https://docs.discord.com/developers/reference#uploading-files
        ids = self.schemas["MessageAttachmentRequest"]["properties"]
        ids["id"] = {"anyOf": [{"type": "integer"}, ids["id"]]}
        _close(document)
        self._document = document
        self._quick: dict[Steps, jsonschema_rs.Validator] = {}
        self._raw = copy.deepcopy(document)
        _inline(document, document)

    def judge(self, steps: Steps, payload: object, name: str) -> None:
        """Check a payload against one of this description's schemas.

        Raises:
            AssertionError: says where the payload is wrong, and how.
        """
        if self._lets_pass(steps, payload):
            return
        schema: Any = self._document
        for step in steps:
            schema = schema[step]
        error = best_match(Judge(schema, format_checker=formats).iter_errors(payload))
        if error is not None:
            at = "".join(f"[{step!r}]" for step in error.absolute_path)
            raise AssertionError(f"{name}{at}: {error.message[:600]}")

    def _lets_pass(self, steps: Steps, payload: object) -> bool:
        if steps not in self._quick:
            self._quick[steps] = jsonschema_rs.Draft202012Validator(
                {"$ref": f"urn:discord#{self._pointer(steps)}"},
                registry=self._registry,
                validate_formats=True,
                formats={"uri": is_url},
            )
        return self._quick[steps].is_valid(payload)

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        return jsonschema_rs.Registry([("urn:discord", self._raw)])

    def _pointer(self, steps: Steps) -> str:
        """Where a schema stands when no reference is on the way: a JSON pointer for a URI."""
        way: list[str] = []
        node: Any = self._raw
        for step in steps:
            way.append(step)
            node = node[step]
            while "$ref" in node:
                way = node["$ref"].removeprefix("#/").split("/")
                node = self._raw
                for each in way:
                    node = node[each]
        return "".join("/" + quote(step.replace("~", "~0").replace("/", "~1")) for step in way)

    @cached_property
    def _templates(self) -> list[tuple[re.Pattern[str], str]]:
        """Path templates as patterns, those with the fewest placeholders first."""
        ordered = sorted(self.paths, key=lambda path: path.count("{"))
        return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in ordered]

    def operation(self, method: str, path: str) -> tuple[Steps, dict[str, Any]]:
        """Where it is described what ``method`` does at ``path``, and the description.

        Raises:
            AssertionError: Discord has no such operation.
        """
        for pattern, template in self._templates:
            if pattern.fullmatch(path) and method.lower() in self.paths[template]:
                steps = ("paths", template, method.lower())
                return steps, self.paths[template][method.lower()]
        raise AssertionError(f"Discord knows no {method} {path}")


def _close(node: Any) -> None:
    """Let no object pass with keys that nobody described."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            node.setdefault("additionalProperties", False)
        for child in node.values():
            _close(child)
    elif isinstance(node, list):
        for child in node:
            _close(child)


def _inline(node: Any, document: dict[str, Any]) -> None:
    """Put referred schemas in their places."""
    if isinstance(node, dict):
        children: list[tuple[Any, Any]] = list(node.items())
    elif isinstance(node, list):
        children = list(enumerate(node))
    else:
        return
    for key, child in children:
        if isinstance(child, dict) and isinstance(child.get("$ref"), str):
            target: Any = document
            for step in child["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node[key] = target
        else:
            _inline(child, document)


@cache
def _load() -> Description | None:
    if not OPENAPI.is_file():
        return None
    described = json.loads(OPENAPI.read_text(encoding="utf-8"))
    # Documented for people, and in what discord.py sends for an option that takes a forum:
    # https://docs.discord.com/developers/resources/channel#channel-object-channel-types
    described["components"]["schemas"]["ChannelTypes"]["oneOf"].append({"const": GUILD_MEDIA})
    return Description(described)


def description() -> Description:
    """Discord's API description; skips the running test where it is absent."""
    loaded = _load()
    if loaded is None:
        pytest.skip(needs.SHARED)
    return loaded


def validate(schema_name: str, payload: object) -> None:
    """Check a payload against one of Discord's schemas.

    Args:
        schema_name: a key of ``components.schemas``, such as ``MessageCreateRequest``.
        payload: what would be sent, as ``json`` would encode it.

    Raises:
        AssertionError: says where the payload is wrong, and how.
    """
    known = description()
    assert schema_name in known.schemas, f"Discord has no schema {schema_name}"
    known.judge(("components", "schemas", schema_name), payload, schema_name)


def validate_request(
    method: str, path: str, body: object = None, query: Mapping[str, str] | None = None
) -> None:
    """Check a request as Discord would.

    Args:
        method: ``GET``, ``POST``…
        path: without the API's base, such as ``/applications/1/commands``.
        body: decoded JSON, or None for none.
        query: the query's parameters.

    Raises:
        AssertionError: Discord has no such operation, or would refuse the request.
    """
    steps, operation = description().operation(method, path)
    where = f"{method} {path}"
    known = {item["name"] for item in operation.get("parameters", ()) if item["in"] == "query"}
    assert set(query or ()) <= known, f"{where}: unknown parameters {set(query or ()) - known}"
    described = operation.get("requestBody")
    if body is not None:
        assert described, f"{where} takes no body"
        description().judge((*steps, "requestBody", *JSON_BODY), body, where)
    elif described:
        assert not described.get("required"), f"{where} needs a body"


def validate_response(method: str, path: str, status: int, body: object) -> None:
    """Check that an answer of a server that plays Discord is one that Discord could give.

    Raises:
        AssertionError: says what Discord would not answer.
    """
    steps, operation = description().operation(method, path)
    described = operation["responses"].get(str(status))
    where = f"{status} for {method} {path}"
    assert described, f"{where}: Discord answers with another status"
    if body is not None:
        description().judge((*steps, "responses", str(status), *JSON_BODY), body, where)
