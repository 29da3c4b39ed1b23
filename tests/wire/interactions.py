"""What Discord sends when a reader does something, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.wire.limits import components_of, texts_of
from tests.wire.people import ADA, APPLICATION_ID, Person, Place, new_id

Payload = dict[str, Any]
Value = str | int | bool

EPHEMERAL = 1 << 6
DEFERRED_MESSAGE, DEFERRED_UPDATE, CHOICES = 5, 6, 8
SUBCOMMAND, SELECT = 1, 3
OPTION_TYPES = {str: 3, int: 4, bool: 5}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody in front of a Discord client: who, where, in which language."""

    person: Person = ADA
    place: Place = Place.SERVER
    locale: str = "en-US"

    def command(self, name: str, /, **options: Value) -> Payload:
        """They send a slash command, which may be one of a group: ``announce here``."""
        group, *inner = name.split()
        given = _options(options)
        for each in reversed(inner):
            given = [{"type": SUBCOMMAND, "name": each, "options": given}]
        return self._interaction(2, {**_invoked(group), "options": given})

    def typing(self, name: str, focused: str, text: str, /, **options: Value) -> Payload:
        """They type into an option, and want suggestions."""
        at_hand = [*_options(options), {**_options({focused: text})[0], "focused": True}]
        return self._interaction(4, {**_invoked(name), "options": at_hand})

    def click(self, message: Payload, custom_id: str) -> Payload:
        """They press a button."""
        data = {"custom_id": custom_id, "component_type": 2, "id": 1}
        return self._interaction(3, data) | {"message": message}

    def choose(self, message: Payload, custom_id: str, *values: str) -> Payload:
        """They choose from a select."""
        data = {"custom_id": custom_id, "component_type": 3, "id": 1, "values": list(values)}
        return self._interaction(3, data) | {"message": message}

    def submit(
        self, custom_id: str, modal: Payload, *texts: str, message: Payload | None = None
    ) -> Payload:
        """They send a modal, with these texts (or chosen values) in its labels.

        Args:
            custom_id: that of the modal.
            modal: as the bot sent it.
            texts: one for each label.
            message: that of the button which opened the modal, if it was one.
        """
        components = []
        for number, (label, text) in enumerate(zip(modal["components"], texts, strict=False), 1):
            item = label["component"]
            given = {"values": [text]} if item["type"] == SELECT else {"value": text}
            filled = {**given, "type": item["type"], "id": 100 + number}
            filled["custom_id"] = item["custom_id"]
            components.append({"type": 18, "id": number, "component": filled})
        opened_by = {} if message is None else {"message": message}
        data = {"custom_id": custom_id, "components": components}
        return self._interaction(5, data) | opened_by

    def _interaction(self, kind: int, data: Payload) -> Payload:
        return {
            "id": new_id(),
            "application_id": str(APPLICATION_ID),
            "type": kind,
            "token": f"interaction-{new_id()}",
            "version": 1,
            "data": data,
            **self.place.payload(self.person, self.locale),
        }


def _invoked(name: str) -> Payload:
    return {"id": new_id(), "name": name, "type": 1}


def _options(options: Mapping[str, Value]) -> list[Payload]:
    return [
        {"name": name, "type": OPTION_TYPES[type(value)], "value": value}
        for name, value in options.items()
    ]


@dataclass(slots=True)
class Exchange:
    """An interaction and everything that the bot answered to it.

    Attributes:
        interaction: what Discord sent.
        callback: the bot's first answer, as sent.
        message: the message that this interaction made or changed, as Discord keeps it.
        sent: bodies of messages that the bot sent or edited, in order.
        followups: further messages, as Discord keeps them.
    """

    interaction: Payload
    callback: Payload | None = None
    message: Payload | None = None
    sent: list[Payload] = field(default_factory=list)
    followups: list[Payload] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def shown(self) -> Payload:
        """The message that the reader sees in the end."""
        found = self.followups[-1] if self.followups else self.message
        assert found is not None, f"nothing to see, only {self.callback}"
        return found

    @property
    def text(self) -> str:
        """All that can be read in that message."""
        return "\n".join(texts_of(self.shown))

    @property
    def is_private(self) -> bool:
        """Whether only the reader sees it."""
        return bool(self.shown["flags"] & EPHEMERAL)

    @property
    def custom_ids(self) -> list[str]:
        """Buttons and selects of that message, in reading order."""
        return [each["custom_id"] for each in components_of(self.shown) if each.get("custom_id")]

    @property
    def choices(self) -> Sequence[Payload]:
        """The suggestions, for an autocomplete."""
        assert self.callback is not None
        assert self.callback["type"] == CHOICES, f"no suggestions, but {self.callback}"
        suggested: list[Payload] = self.callback["data"]["choices"]
        return suggested
