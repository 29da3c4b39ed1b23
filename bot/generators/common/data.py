"""YAML, TOML and JSON as plain data: of front matter and of every site's configuration.

A hostile file costs no more than its size: what is nested too deeply, or grows too large once
its aliases are filled in, is refused before anything is made of it.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML built without libyaml: the same result, ten times slower
    from yaml import SafeLoader  # type: ignore[assignment]

# No front matter and no configuration comes near these. Parsers recurse on the C stack, which
# bears some thousands of levels.
DEEPEST = 64
MOST_VALUES = 50_000
# Text counts as one value for each so many characters: copies of it add up, too.
VALUE_CHARACTERS = 64
MOST_BYTES = 1_000_000


class TooMuchError(ValueError):
    """Data that is nested too deeply, or too large."""


class Quoted(str):
    """Text that stands in quotes where YAML 1.1 would make a time of it without them."""

    __slots__ = ()


class Loader(SafeLoader):
    """YAML in which only ``true``, ``false`` and null are more than text.

    YAML 1.1 would turn the title ``1.10`` into 1.1, the tag ``no`` into false, the time
    ``12:30`` into 750, and fail on the date ``2017-02-29``. The author's spelling is kept.
    """

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        """Return the tag of a node that names none."""
        if kind is yaml.ScalarNode:
            return SPECIAL.get(value, TEXT) if implicit[0] else TEXT
        return OTHERS[kind]


BOOL, NULL, MERGE, TEXT, LIST, MAPPING = (
    f"tag:yaml.org,2002:{name}" for name in ("bool", "null", "merge", "str", "seq", "map")
)
SPECIAL = dict.fromkeys(("true", "True", "TRUE", "false", "False", "FALSE"), BOOL)
SPECIAL |= dict.fromkeys(("", "~", "null", "Null", "NULL"), NULL) | {"<<": MERGE}
OTHERS: dict[type[yaml.Node], str] = {yaml.SequenceNode: LIST, yaml.MappingNode: MAPPING}

TIME = re.compile(r"\d{4}-\d\d?-\d\d?[Tt \t]+\d\d?:")

# Libyaml compares each directive with all before it.
DIRECTIVES = re.compile(r"(?:^%[^\n]*\n[^%\n]*){9}", re.MULTILINE)


def load_yaml(text: str) -> Any:
    """Return what YAML holds, as dicts, lists, text, truth and None.

    Raises:
        yaml.YAMLError: it is broken.
        TooMuchError: it is nested too deeply, or too large with its aliases filled in.
    """
    if len(text) > MOST_BYTES:
        raise TooMuchError(f"it is longer than {MOST_BYTES} characters")
    # Each level and each value needs one of these signs: little text cannot hold much.
    if "&" in text or "%" in text or sum(map(text.count, "[{-?:,")) > DEEPEST:
        _measure(text)
    node = Loader(text).get_single_node()
    return None if node is None else _plain_value(node, {})


def _measure(text: str) -> None:
    """Raise TooMuchError for what is not to be loaded; takes no more stack for deep nesting."""
    if text.startswith("%") and DIRECTIVES.match(text):
        raise TooMuchError("it begins with too many directives")
    size = _Size()
    for event in yaml.parse(text, Loader=Loader):
        size.add(event)


class _Size:
    """Counts the values of YAML as its events come, those of aliases each time."""

    def __init__(self) -> None:
        self._total = 0
        self._of_anchors: dict[str, int] = {}
        self._opened: list[tuple[str | None, int]] = []

    def add(self, event: yaml.Event) -> None:
        """Count one event.

        Raises:
            TooMuchError: it is too deep, or one too many.
        """
        if isinstance(event, yaml.AliasEvent):
            anchor = event.anchor or ""
            if any(anchor == opened for opened, _ in self._opened):
                raise TooMuchError(f"*{anchor} holds itself")
            self._total += self._of_anchors.get(anchor, 1)
        elif isinstance(event, yaml.ScalarEvent):
            self._opened.append((event.anchor, self._total))
            self._total += 1 + len(event.value) // VALUE_CHARACTERS
            self._close()
        elif isinstance(event, yaml.CollectionStartEvent):
            self._opened.append((event.anchor, self._total))
            self._total += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        if len(self._opened) > DEEPEST:
            raise TooMuchError(f"it is nested deeper than {DEEPEST} levels")
        if self._total > MOST_VALUES:
            raise TooMuchError(f"it holds more than {MOST_VALUES} values")

    def _close(self) -> None:
        anchor, before = self._opened.pop()
        if anchor:
            self._of_anchors[anchor] = self._total - before


def _plain_value(node: yaml.Node, known: dict[int, Any]) -> Any:
    """Return a node's value, whatever tag it carries; ``known`` holds those of aliases."""
    kind = type(node)
    if kind is yaml.ScalarNode:
        if node.tag == BOOL:
            return node.value.lower() == "true"
        if node.tag == NULL:
            return None
        is_quoted = getattr(node, "style", None) and TIME.match(node.value)
        return Quoted(node.value) if is_quoted else node.value
    key = id(node)
    if key not in known:
        if kind is yaml.SequenceNode:
            known[key] = items = list[Any]()
            items.extend(_plain_value(item, known) for item in node.value)
        else:
            known[key] = mapping = dict[str, Any]()
            _fill(mapping, node.value, known)
    return known[key]


def _fill(
    mapping: dict[str, Any], pairs: list[tuple[yaml.Node, yaml.Node]], known: dict[int, Any]
) -> None:
    for key, value in pairs:
        if key.tag == MERGE:
            merged = _plain_value(value, known)
            for other in merged if isinstance(merged, list) else [merged]:
                if isinstance(other, dict):
                    mapping.update({k: v for k, v in other.items() if k not in mapping})
        elif isinstance(key, yaml.ScalarNode):  # no field has a list for its name
            mapping[key.value] = _plain_value(value, known)


# A key of so many parts takes tomllib time that grows with their square.
_DOTTED = re.compile(
    r"(?<![\w.-])(?:(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+){%d}" % DEEPEST  # noqa: UP031
)


def load_toml(text: str) -> dict[str, Any]:
    """Return what TOML holds.

    Raises:
        tomllib.TOMLDecodeError: it is broken.
        TooMuchError: it is nested too deeply, or too large.
    """
    if len(text) > MOST_BYTES:
        raise TooMuchError(f"it is longer than {MOST_BYTES} characters")
    if _DOTTED.search(text):
        raise TooMuchError(f"it is nested deeper than {DEEPEST} levels")
    if text.count("\n") > MOST_VALUES:
        raise TooMuchError(f"it holds more than {MOST_VALUES} values")
    try:
        value = tomllib.loads(text)
    except RecursionError:
        raise TooMuchError(f"it is nested deeper than {DEEPEST} levels") from None
    return within_limits(value)  # type: ignore[no-any-return]


def load_json(text: str) -> Any:
    """Return what JSON holds.

    Raises:
        json.JSONDecodeError: it is broken.
        TooMuchError: it is nested too deeply, or too large.
    """
    if len(text) > MOST_BYTES:
        raise TooMuchError(f"it is longer than {MOST_BYTES} characters")
    try:
        return within_limits(json.loads(text))
    except RecursionError:
        raise TooMuchError(f"it is nested deeper than {DEEPEST} levels") from None


def within_limits(value: Any) -> Any:
    """Return ``value``, in which nothing is there twice.

    Raises:
        TooMuchError: it is nested too deeply, or holds too many values.
    """
    count, level = 0, [value]
    for _ in range(DEEPEST + 1):
        count += len(level)
        if count > MOST_VALUES:
            raise TooMuchError(f"it holds more than {MOST_VALUES} values")
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        if not inner:
            return value
        level = inner
    raise TooMuchError(f"it is nested deeper than {DEEPEST} levels")
