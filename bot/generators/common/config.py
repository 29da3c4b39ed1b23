"""Reading a site's configuration, whatever language it is written in. Nothing is executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from types import MappingProxyType

import yaml

from bot.generators.common import data

# A value that only running the configuration would tell.
COMPUTED = object()
# Longer ones are no configuration.
MOST_PYTHON = 200_000
MOST_JOINED = 10_000
# What reads the environment of the build, with a value for where it says nothing.
_ENVIRONMENT = re.compile(r"(?:os\.)?(?:getenv|environ\.get)")


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


def python_constants(
    text: str, known: Mapping[str, object] = MappingProxyType({})
) -> dict[str, object]:
    """The names that a Python file gives values to, over those ``known`` before; the last counts.

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
    constants = dict(known)
    for node in module.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) else None
        if value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]  # type: ignore[attr-defined]
        if isinstance(node, ast.AugAssign):
            value = ast.BinOp(ast.Name(getattr(node.target, "id", "")), node.op, value)
        try:
            found = _value(value, constants)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            found = COMPUTED
        constants |= {target.id: found for target in targets if isinstance(target, ast.Name)}
    return constants


def _value(node: ast.expr, constants: Mapping[str, object]) -> object:
    """A literal, a constant, or text and lists that are only put together.

    Raises:
        ValueError: it is computed, or longer than any setting.
    """
    match node:
        case ast.Name():
            value = constants.get(node.id, COMPUTED)
        case ast.BinOp(op=ast.Add()):
            left, right = _value(node.left, constants), _value(node.right, constants)
            is_sum = type(left) is type(right) and isinstance(left, str | list | tuple)
            value = left + right if is_sum else COMPUTED  # type: ignore[operator]
        case ast.JoinedStr():
            parts = [_value(part, constants) for part in node.values]
            value = "".join(map(str, parts)) if all(isinstance(p, str) for p in parts) else COMPUTED
        case ast.FormattedValue(conversion=-1, format_spec=None):
            value = _value(node.value, constants)
        case ast.Call(args=[_, ast.Constant(value=str() as default)]) if _ENVIRONMENT.fullmatch(
            ast.unparse(node.func)
        ):
            value = default
        case _:
            value = ast.literal_eval(node)
    if value is COMPUTED or (isinstance(value, str | list | tuple) and len(value) > MOST_JOINED):
        raise ValueError(node)
    return value


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
