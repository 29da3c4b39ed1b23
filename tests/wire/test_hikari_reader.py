"""hikari judges the bot's messages, and notices what it cannot read."""

from __future__ import annotations

from typing import Any

import pytest

from tests import needs
from tests.wire import hikari_reader
from tests.wire.hikari_reader import reads
from tests.wire.messages import stored

pytestmark = pytest.mark.skipif(not hikari_reader.IS_THERE, reason=needs.HIKARI)

BUTTON = {"type": 2, "style": 2, "label": "Read", "custom_id": "read:1"}
TEXT = {"type": 10, "content": "Hello"}
MENU = {"type": 3, "custom_id": "tag", "options": [{"label": "a", "value": "b"}]}
FRAME: dict[str, Any] = {
    "type": 17,
    "components": [
        TEXT,
        {"type": 9, "components": [TEXT], "accessory": BUTTON},
        {"type": 12, "items": [{"media": {"url": "https://example.org/a.png"}}]},
        {"type": 1, "components": [MENU]},
    ],
}


def test_a_message_of_all_kinds_of_components_is_read() -> None:
    reads({"flags": 1 << 15, "components": [FRAME]})


def test_what_hikari_does_not_know_is_noticed() -> None:
    unknown = {**FRAME, "components": [TEXT, {**TEXT, "type": 99}]}
    with pytest.raises(AssertionError):
        reads({"flags": 1 << 15, "components": [unknown]})


def test_what_it_reads_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def altered(body: dict[str, Any], _: str) -> dict[str, Any]:
        message = stored(body, "1")
        message["components"][0]["content"] = Shifting("Hello")
        return message

    monkeypatch.setattr(hikari_reader, "stored", altered)
    with pytest.raises(AssertionError, match="content of"):
        reads({"flags": 1 << 15, "components": [TEXT]})


class Shifting(str):
    """A text that equals no other, as one would that is read wrongly."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True
