"""What Discord enforces and its API description does not state."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

# https://docs.discord.com/developers/components/reference
MAX_COMPONENTS = 40
MAX_CHARACTERS = 4000
# Above this sum of UTF-8 bytes and 12 for each Text Display Discord answers with HTTP 500:
# https://github.com/discord/discord-api-docs/issues/8554
MAX_WEIGHT = 10_170
WEIGHT_OF_A_TEXT = 12
MAX_BUTTONS_IN_A_ROW = 5
# https://docs.discord.com/developers/interactions/application-commands#slash-commands
MAX_COMMAND_CHARACTERS = 8000
MAX_CHOICE_VALUE = 100
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
# https://docs.discord.com/developers/reference#locales
LOCALES = frozenset(locale.value for locale in discord.Locale)

ACTION_ROW, BUTTON, STRING_SELECT, SECTION, TEXT_DISPLAY, LINK = 1, 2, 3, 9, 10, 5
SELECTS = {3, 5, 6, 7, 8}
ONLY_IN_V2 = {9, 10, 11, 12, 13, 14, 17}
V2_FLAG = 1 << 15
NOT_WITH_V2 = ("content", "embeds", "poll", "sticker_ids", "stickers")

Payload = Mapping[str, Any]


def check_limits(payload: Any) -> None:
    """Check what the schema does not say of a message, callback, choice list or command list.

    Args:
        payload: the body of a request; a callback's ``data`` is looked into.

    Raises:
        AssertionError: names the limit that the payload breaks.
    """
    if isinstance(payload, Sequence):
        _check_commands(payload)
        return
    if "type" in payload and "name" in payload:
        _check_commands([payload])
        return
    data = payload.get("data") if "type" in payload else payload
    if not data:
        return
    if data.get("choices") is not None:
        _check_choices(data["choices"], longest_value=MAX_CHOICE_VALUE)
    if data.get("components") is not None and "title" not in data:
        _check_message(data)


def components_of(message: Payload) -> list[Payload]:
    """All components of a message, the nested ones too, in reading order."""
    return list(_walk(message.get("components") or ()))


def _walk(components: Sequence[Payload]) -> Iterator[Payload]:
    for component in components:
        yield component
        yield from _walk(component.get("components") or ())
        if component.get("accessory"):
            yield from _walk([component["accessory"]])


def texts_of(message: Payload) -> list[str]:
    """The contents of a message's Text Displays, in reading order."""
    return [each["content"] for each in components_of(message) if each["type"] == TEXT_DISPLAY]


def _check_message(message: Payload) -> None:
    components = components_of(message)
    assert len(components) <= MAX_COMPONENTS, f"{len(components)} components"
    texts = texts_of(message)
    characters = sum(map(len, texts))
    assert characters <= MAX_CHARACTERS, f"{characters} characters in Text Displays"
    weight = sum(len(text.encode()) + WEIGHT_OF_A_TEXT for text in texts)
    assert weight <= MAX_WEIGHT, f"Text Displays weigh {weight}"
    for text in texts:
        assert text.strip(), "a Text Display without visible text"
    for field in ("custom_id", "id"):
        values = [each[field] for each in components if each.get(field) is not None]
        assert len(values) == len(set(values)), f"the same {field} twice: {_twice(values)}"
    _check_version(message, components)
    for component in components:
        if component["type"] == ACTION_ROW:
            _check_row(component["components"])
        elif component["type"] == BUTTON:
            _check_button(component)
        elif component["type"] == STRING_SELECT:
            _check_select(component)


def _check_version(message: Payload, components: Sequence[Payload]) -> None:
    second = bool((message.get("flags") or 0) & V2_FLAG)
    kinds = {each["type"] for each in components}
    assert second or not kinds & ONLY_IN_V2, f"components {kinds & ONLY_IN_V2} need the V2 flag"
    clash = [field for field in NOT_WITH_V2 if message.get(field)]
    assert not (second and clash), f"Components V2 exclude {clash}"


def _check_row(children: Sequence[Payload]) -> None:
    kinds = {child["type"] for child in children}
    if kinds == {BUTTON}:
        assert len(children) <= MAX_BUTTONS_IN_A_ROW, f"{len(children)} buttons in a row"
    else:
        assert len(children) == 1, "a select stands in a row with others"
        assert kinds <= SELECTS, f"component {kinds} in an Action Row"


def _check_button(button: Payload) -> None:
    link = button["style"] == LINK
    assert bool(button.get("url")) == link, f"URL and style disagree: {button}"
    assert bool(button.get("custom_id")) != link, f"custom_id and style disagree: {button}"
    assert (button.get("label") or "").strip() or button.get("emoji"), f"a blank button: {button}"


def _check_select(select: Payload) -> None:
    options = select["options"]
    values = [option["value"] for option in options]
    assert len(values) == len(set(values)), f"the same option twice: {_twice(values)}"
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    assert least <= most <= len(options), f"{least} to {most} of {len(options)} options"
    chosen = sum(bool(option.get("default")) for option in options)
    assert chosen <= most, f"{chosen} options are chosen already, {most} may be"
    assert all(option["label"].strip() for option in options), "an option without visible label"


def _check_choices(choices: Sequence[Payload], *, longest_value: int) -> None:
    for choice in choices:
        assert choice["name"].strip(), "a choice without visible name"
        if isinstance(choice["value"], str):
            assert choice["value"], f"{choice['name']}: an empty value"
            assert len(choice["value"]) <= longest_value, f"{choice['value']}: too long a value"
    names = [choice["name"] for choice in choices]
    assert len(names) == len(set(names)), f"the same choice twice: {_twice(names)}"


def _check_commands(commands: Sequence[Payload]) -> None:
    names = [(command.get("type", 1), command["name"]) for command in commands]
    assert len(names) == len(set(names)), f"the same command twice: {_twice(names)}"
    for command in commands:
        assert _characters(command) <= MAX_COMMAND_CHARACTERS, f"{command['name']} is too long"
        if command.get("type", 1) == 1:
            assert command.get("description"), f"{command['name']} has no description"
            _check_names(command)


def _check_names(command: Payload) -> None:
    """Names of a slash command or option, and those of its options."""
    for locale, name in [(None, command["name"]), *_localized(command, "name")]:
        assert locale is None or locale in LOCALES, f"Discord knows no locale {locale}"
        assert COMMAND_NAME.fullmatch(name), f"not a command name: {name!r}"
        assert name == name.lower(), f"not in lower case: {name!r}"
    for locale, _ in _localized(command, "description"):
        assert locale in LOCALES, f"Discord knows no locale {locale}"
    options = command.get("options") or ()
    names = [option["name"] for option in options]
    assert len(names) == len(set(names)), f"the same option twice: {_twice(names)}"
    needed = [bool(option.get("required")) for option in options]
    assert needed == sorted(needed, reverse=True), "a required option follows one that is not"
    for option in options:
        _check_choices(option.get("choices") or (), longest_value=MAX_CHOICE_VALUE)
        assert not (option.get("choices") and option.get("autocomplete")), option["name"]
        _check_names(option)


def _localized(command: Payload, field: str) -> list[tuple[str, str]]:
    return list((command.get(f"{field}_localizations") or {}).items())


def _characters(command: Payload) -> int:
    """The longest form of name, description and values, options and choices included."""
    total = len(str(command.get("value", "")))
    for field in ("name", "description"):
        forms = [command.get(field) or "", *(text for _, text in _localized(command, field))]
        total += max(map(len, forms))
    parts = [*(command.get("options") or ()), *(command.get("choices") or ())]
    return total + sum(map(_characters, parts))


def _twice(values: Sequence[object]) -> list[object]:
    return [value for value, times in Counter(values).items() if times > 1]
