"""What another library for Discord, hikari, reads in the messages that the bot sends."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.wire.limits import components_of
from tests.wire.messages import stored

Payload = Mapping[str, Any]

# An environment that is older than the lock file lacks it.
IS_THERE = find_spec("hikari") is not None


@cache
def factory() -> Any:
    """Makes hikari's objects of payloads."""
    entities, rest = (import_module(f"hikari.impl.{name}") for name in ("entity_factory", "rest"))
    return entities.EntityFactoryImpl(rest.RESTApp())


def reads(body: Payload) -> None:
    """Check that hikari, where it is there, reads all of a message: what it says and does.

    Raises:
        AssertionError: something is missing or different.
    """
    if path := os.environ.get("RECORD_BODIES"):  # for rebuild.mjs
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"components": list(body["components"])}) + "\n")
    if not IS_THERE:
        return
    message = stored(dict(body), "1")
    read = list(parts_of(factory().deserialize_message(message).components))
    sent = components_of(message)
    assert [part.type for part in read] == [part["type"] for part in sent]
    for seen, part in zip(read, sent, strict=True):
        for key in ("content", "custom_id", "url", "label", "placeholder"):
            if part.get(key) is not None:
                assert getattr(seen, key) == part[key], f"{key} of {part}"
        if "options" in part:
            values = [option["value"] for option in part["options"]]
            assert [option.value for option in seen.options] == values
        if "items" in part:
            assert len(seen.items) == len(part["items"])


def parts_of(components: Sequence[Any]) -> Iterator[Any]:
    """Hikari's components, and those in them, in reading order."""
    for component in components:
        yield component
        yield from parts_of(getattr(component, "components", ()))
        if accessory := getattr(component, "accessory", None):
            yield accessory
