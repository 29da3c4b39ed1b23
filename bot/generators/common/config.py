"""Reading a site's configuration, whatever language it is written in. Nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import yaml

from bot.generators.common import data

# A value that only running the configuration would tell.
COMPUTED = object()
# Longer ones are no configuration.
MOST_PYTHON = 200_000
MOST_JOINED = 10_000


def lowered(value: object) -> object:
    """The same data with all keys of mappings as lower-case text."""
    if isinstance(value, dict):
        return {str(key).lower(): lowered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [lowered(item) for item in value]
    return value


def parse(name: str, text: str) -> dict[str, object]:
    """The mapping in a TOML, YAML or JSON file, keys in lower case.

    Raises:
        ValueError: the file cannot be parsed, or holds no mapping.
    """
    value = _data(name, text)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("it holds no keys and values")  # noqa: TRY004 - a bad value of text
    result = lowered(value)
    assert isinstance(result, dict)
    return result


def _data(name: str, text: str) -> object:
    if name.endswith(".json"):
        return data.load_json(text)
    if name.endswith(".toml"):
        return data.load_toml(text)
    try:
        return data.load_yaml(text)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def python_constants(text: str) -> dict[str, object]:
    """The names that a Python file gives values to; the last assignment counts.

    A value that is computed is ``COMPUTED``.

    Raises:
        ValueError: the file is no Python.
    """
    if len(text) > MOST_PYTHON:
        raise ValueError(f"it is longer than {MOST_PYTHON} characters")
    try:
        module = ast.parse(text)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(str(error)) from None
    constants: dict[str, object] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                value = _joined(node.value, constants)
                if value is None:
                    value = ast.literal_eval(node.value)
                constants[node.targets[0].id] = value
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                constants[node.targets[0].id] = COMPUTED
    return constants


def _joined(node: ast.expr, constants: Mapping[str, object]) -> str | None:
    """Text that is only put together: ``PREFIX + "/x/"``, ``f"{PREFIX}/x/"``, ``PREFIX``.

    Raises:
        ValueError: it is longer than any setting.
    """
    text: str | None = None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.Name):
        known = constants.get(node.id)
        text = known if isinstance(known, str) else None
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        pieces = _joined(node.left, constants), _joined(node.right, constants)
        text = None if None in pieces else "".join(map(str, pieces))
    elif isinstance(node, ast.FormattedValue):
        is_plain = node.conversion == -1 and node.format_spec is None
        text = _joined(node.value, constants) if is_plain else None
    elif isinstance(node, ast.JoinedStr):
        parts = [_joined(part, constants) for part in node.values]
        text = None if None in parts else "".join(map(str, parts))
    if text is not None and len(text) > MOST_JOINED:
        raise ValueError(text[:MOST_JOINED])
    return text


def text_at(config: Mapping[str, object], *keys: str) -> str | None:
    """The text below nested keys, or None where there is none."""
    value: object = config
    for key in keys:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value.strip() or None if isinstance(value, str) else None


def mapping_at(config: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    """The mapping below nested keys, empty where there is none."""
    value: object = config
    for key in keys:
        if not isinstance(value, Mapping):
            return {}
        value = value.get(key)
    return value if isinstance(value, Mapping) else {}


def merged(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Both mappings in one, the second one's values winning, level by level."""
    result = dict(under)
    for key, value in over.items():
        old = result.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[key] = merged(old, value) if both else value  # type: ignore[arg-type]
    return result
