"""The list of an application's commands, as Discord keeps and tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.wire.people import APPLICATION_ID, new_id

Payload = dict[str, Any]

TRANSLATIONS = ("name_localizations", "description_localizations")


class CommandStore:
    """Global commands; rewriting one keeps its id, changing it makes a new version."""

    def __init__(self) -> None:
        self._commands: list[Payload] = []

    def replace(self, sent: Sequence[Payload]) -> list[Payload]:
        """Take a whole new list, and return it as Discord does."""
        before = {(old["type"], old["name"]): old for old in self._commands}
        self._commands = [
            self._kept(command, before.get((command.get("type", 1), command["name"])))
            for command in sent
        ]
        return self._commands

    def tell(self, *, translated: bool) -> list[Payload]:
        """The list, with its translations or without."""
        return self._commands if translated else [_untranslated(each) for each in self._commands]

    def id_of(self, name: str) -> str:
        """The id that a clickable mention of a command holds."""
        (found,) = [command["id"] for command in self._commands if command["name"] == name]
        return str(found)

    @staticmethod
    def _kept(command: Payload, before: Payload | None) -> Payload:
        permissions = command.get("default_member_permissions")
        contexts = command.get("contexts")
        kept: Payload = {
            "id": before["id"] if before else new_id(),
            "application_id": str(APPLICATION_ID),
            "version": new_id(),
            "type": command.get("type", 1),
            "name": command["name"],
            "description": command.get("description") or "",
            "default_member_permissions": None if permissions is None else str(permissions),
            "dm_permission": 1 in contexts if contexts else command.get("dm_permission", True),
            "contexts": sorted(contexts) if contexts else None,
            "integration_types": sorted(command.get("integration_types") or [0]),
            "nsfw": bool(command.get("nsfw")),
            **_translations(command),
        }
        if command.get("options"):
            kept["options"] = [_option(option) for option in command["options"]]
        if before and before | {"version": kept["version"]} == kept:
            return before
        return kept


def _translations(command: Payload) -> Payload:
    """Translations; an empty mapping comes back as null."""
    return {key: command.get(key) or None for key in TRANSLATIONS}


def _option(option: Payload) -> Payload:
    """An option; what is false or empty is left out."""
    kept: Payload = {key: value for key, value in option.items() if value or type(value) is int}
    if "options" in kept:
        kept["options"] = [_option(child) for child in kept["options"]]
    if "choices" in kept:
        kept["choices"] = [
            choice | {"name_localizations": choice.get("name_localizations") or None}
            for choice in kept["choices"]
        ]
    return kept | _translations(option)


def _untranslated(part: Payload) -> Payload:
    told = {key: value for key, value in part.items() if key not in TRANSLATIONS}
    for children in ("options", "choices"):
        if children in told:
            told[children] = [_untranslated(child) for child in told[children]]
    return told
