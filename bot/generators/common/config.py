"""Reading a site's configuration, whatever language it is written in. Nothing is executed."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping


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
    try:
        value = _data(name, text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("it holds no keys and values")  # noqa: TRY004 - a bad value of text
    result = lowered(value)
    assert isinstance(result, dict)
    return result


def _data(name: str, text: str) -> object:
    # Imported late: many sites have no configuration, and a question at a terminal waits.
    if name.endswith(".json"):
        return json.loads(text)
    if name.endswith(".toml"):
        import tomllib  # noqa: PLC0415

        return tomllib.loads(text)
    import yaml  # noqa: PLC0415

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def python_constants(text: str) -> dict[str, object]:
    """The names that a Python file gives constant values to; the last assignment counts.

    Raises:
        ValueError: the file is no Python.
    """
    try:
        module = ast.parse(text)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(str(error)) from None
    constants: dict[str, object] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                constants[node.targets[0].id] = ast.literal_eval(node.value)
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                constants.pop(node.targets[0].id, None)  # computed: not ours to know
    return constants


_JS_NOISE = re.compile(
    r"""(?P<kept>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|//[^\n]*|/\*.*?\*/""",
    re.DOTALL,
)
_JS_VALUE = r"""\s*(?:"((?:\\.|[^"\\\n])*)"|'((?:\\.|[^'\\\n])*)'|`([^`$\\]*)`|([\w.$]+))"""


class Script:
    """A configuration in JavaScript or TypeScript, searched for plain ``key: "value"`` pairs."""

    def __init__(self, text: str) -> None:
        self._text = self._whole = _JS_NOISE.sub(lambda match: match["kept"] or " ", text)

    def value(self, key: str) -> str | None:
        """The literal after ``key:``, or of the constant that stands there; else None."""
        declared = "(?<!const )(?<!let )(?<!var )"
        name = rf"""{declared}(?<![\w$.-])["']?{re.escape(key)}["']?"""
        found = re.search(rf"{name}\s*:{_JS_VALUE}", self._text)
        if found:
            return self._literal(found)
        # `{ url, title: … }` is short for `url: url`.
        short = re.search(rf"[{{,]\s*{re.escape(key)}\s*[,}}]", self._text)
        return self._constant(key) if short else None

    def mentions(self, key: str) -> bool:
        """Whether a key of that name is given any value, computed ones and methods included."""
        name = rf"""(?<![\w$.-])["']?{re.escape(key)}["']?"""
        return re.search(rf"{name}\s*(?::|\([^)]*\)\s*\{{)", self._text) is not None

    def block(self, key: str) -> Script | None:
        """The part in braces after ``key:``, or None."""
        found = re.search(rf"""(?<![\w$.-])["']?{re.escape(key)}["']?\s*[:,]\s*\{{""", self._text)
        if not found:
            return None
        depth, start = 0, found.end() - 1
        for brace in re.finditer(r"[{}]", self._text[start:]):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                return self._part(start, start + brace.end())
        return None

    def blocks(self, key: str) -> list[Script]:
        """All parts in braces after ``key:`` or ``"key",``, in order."""
        parts = []
        rest = self
        while part := rest.block(key):
            parts.append(part)
            at = rest._text.index(part._text)  # noqa: SLF001
            rest = rest._part(at + 1, None)
        return parts

    def _part(self, start: int, end: int | None) -> Script:
        """A piece of the script, in which the constants of the whole are known."""
        part = Script("")
        part._text, part._whole = self._text[start:end], self._whole
        return part

    def _literal(self, found: re.Match[str] | None) -> str | None:
        if not found:
            return None
        quoted = next((group for group in found.groups()[:3] if group is not None), None)
        if quoted is not None:
            return re.sub(r"\\(.)", r"\1", quoted)
        word = found[4]
        if word in {"true", "false"} or word.replace(".", "").isdigit():
            return word
        return self._constant(word)

    def _constant(self, name: str) -> str | None:
        """What ``const name = "…"`` holds, or falls back on: ``process.env.URL ?? "…"``."""
        declared = rf"\b(?:const|let|var)\s+{re.escape(name)}\s*(?::\s*\w+\s*)?="
        found = re.search(rf"{declared}(?:[^;\n]*?(?:\?\?|\|\|))?{_JS_VALUE}", self._whole)
        return None if found is None or found[4] else self._literal(found)


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
