"""Configuration in JavaScript or TypeScript, searched for plain values. Nothing is executed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

# Longer ones are no configuration, and are not looked into.
MOST_CHARACTERS = 200_000
# How many tokens stand before the `??` in front of a constant's fallback.
MOST_OF_A_FALLBACK = 12

# One token after the other, each character looked at once: a string or a comment that is
# never closed ends with its line or with the text.
TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?)
    |(?P<string>"(?:\\.|[^"\\\n])*+"?|'(?:\\.|[^'\\\n])*+'?|`(?:\\.|[^`\\])*+`?)
    |(?P<word>[\w$][\w$.-]*+)
    |(?P<sign>\?\?|\|\||=>|\S)""",
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_DECLARING = frozenset({"const", "let", "var"})


class _Tokens:
    """The tokens of a whole script, in order, without its comments."""

    def __init__(self, text: str) -> None:
        self.all = (
            [match[0] for match in TOKEN.finditer(text) if not match["comment"]]
            if len(text) <= MOST_CHARACTERS
            else []
        )

    def at(self, position: int) -> str:
        """The token at a position; empty outside of the script."""
        return self.all[position] if 0 <= position < len(self.all) else ""

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """Where each word or quoted word stands."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for position, token in enumerate(self.all):
            if token[0] in "\"'" or token[0].isalpha() or token[0] in "_$":
                found[_unquoted(token) or token].append(position)
        return dict(found)

    @cached_property
    def ends(self) -> dict[int, int]:
        """The position behind the closing bracket, by the opening one's position."""
        found: dict[int, int] = {}
        opened: list[int] = []
        for position, token in enumerate(self.all):
            if token in _CLOSING:
                opened.append(position)
            elif opened and token == _CLOSING[self.all[opened[-1]]]:
                found[opened.pop()] = position + 1
        return found

    def is_word(self, position: int) -> bool:
        """Whether a name or a number stands there."""
        return re.match(r"[\w$]", self.at(position)) is not None

    def literal(self, position: int) -> str | None:
        """The text, number or truth that stands there, or that the constant there holds."""
        token = self.at(position)
        if (text := _unquoted(token)) is not None:
            return text
        if token in {"true", "false"} or token.replace(".", "").isdigit():
            return token
        return self.constant(token) if self.is_word(position) else None

    def constant(self, name: str) -> str | None:
        """What ``const name = "…"`` holds, or falls back on: ``process.env.URL ?? "…"``."""
        for declared in self.positions.get(name, ()):
            is_typed = self.at(declared + 1) == ":"
            equals = declared + (3 if is_typed else 1)
            if self.at(declared - 1) not in _DECLARING or self.at(equals) != "=":
                continue
            if (text := _unquoted(self.at(equals + 1))) is not None:
                return text
            for behind in range(equals + 1, equals + MOST_OF_A_FALLBACK):
                if self.at(behind) in {"??", "||"}:
                    return _unquoted(self.at(behind + 1))
                if self.at(behind) in {";", ""} | _DECLARING:
                    break
        return None


class Script:
    """A configuration in JavaScript or TypeScript, or a part of one in brackets.

    Args:
        text: the script; longer than ``MOST_CHARACTERS``, it counts as empty.
        start: the first token that counts.
        end: the token behind the last that counts.
    """

    def __init__(self, text: str | _Tokens, start: int = 0, end: int | None = None) -> None:
        self._tokens = _Tokens(text) if isinstance(text, str) else text
        self._start = start
        self._end = len(self._tokens.all) if end is None else end

    def value(self, key: str) -> str | None:
        """The literal after ``key:``, or of the constant that stands there; else None."""
        at = self._tokens.at
        for key_at in self._keys(key):
            if at(key_at + 1) == ":" and at(key_at - 1) not in _DECLARING:
                literal = self._tokens.literal(key_at + 2)
                if literal is not None or self._tokens.is_word(key_at + 2):
                    return literal
        for key_at in self._keys(key):  # `{ url, title: … }` is short for `url: url`
            if at(key_at - 1) in {"{", ","} and at(key_at + 1) in {",", "}"}:
                return self._tokens.constant(key)
        return None

    def values(self, key: str) -> list[str]:
        """The texts in brackets after ``key:``; empty where there are none."""
        for key_at in self._keys(key):
            if self._tokens.at(key_at + 1) == ":" and self._tokens.at(key_at + 2) == "[":
                return self._texts(key_at + 2)
        return []

    def pairs(self) -> Iterator[tuple[str, object]]:
        """Each ``key: value`` whose value is text, a truth or a list of texts, in order."""
        tokens = self._tokens
        for colon in range(self._start + 1, self._end - 1):
            if tokens.at(colon) != ":" or tokens.at(colon - 2) not in {"{", ",", ""}:
                continue
            key = _unquoted(tokens.at(colon - 1)) or tokens.at(colon - 1)
            value = tokens.at(colon + 1)
            if (text := _unquoted(value)) is not None:
                yield key, text
            elif value in {"true", "false"}:
                yield key, value == "true"
            elif value == "[":
                yield key, self._texts(colon + 1)

    def mentions(self, key: str) -> bool:
        """Whether a key of that name is given any value, computed ones and methods included."""
        at, ends = self._tokens.at, self._tokens.ends
        return any(
            at(key_at + 1) == ":" or (at(key_at + 1) == "(" and at(ends.get(key_at + 1, -1)) == "{")
            for key_at in self._keys(key)
        )

    def block(self, key: str) -> Script | None:
        """The part in braces after ``key:``, or None."""
        return next(self._blocks(key), None)

    def blocks(self, key: str) -> list[Script]:
        """All parts in braces after ``key:`` or ``"key",``, in order."""
        return list(self._blocks(key))

    def without(self, *keys: str) -> Script:
        """The same without the parts in braces after these keys."""
        cut = {
            position
            for key in keys
            for opening, end in self._braces(key)
            for position in range(opening, end)
        }
        tokens = enumerate(self._tokens.all[self._start : self._end], start=self._start)
        return Script(" ".join(token for position, token in tokens if position not in cut))

    def _blocks(self, key: str) -> Iterator[Script]:
        for opening, end in self._braces(key):
            yield Script(self._tokens, opening, end)

    def _braces(self, key: str) -> Iterator[tuple[int, int]]:
        """Where the parts in braces after a key begin and end."""
        for key_at in self._keys(key):
            opening, end = key_at + 2, self._tokens.ends.get(key_at + 2)
            is_given = self._tokens.at(key_at + 1) in {":", ","}
            if is_given and self._tokens.at(opening) == "{" and end is not None:
                yield opening, end

    def _keys(self, key: str) -> Iterator[int]:
        for position in self._tokens.positions.get(key, ()):
            if self._start <= position < self._end:
                yield position

    def _texts(self, opening: int) -> list[str]:
        """The texts in the bracket that opens there."""
        end = self._tokens.ends.get(opening, opening + 1)
        inner = self._tokens.all[opening + 1 : end - 1]
        return [text for token in inner if (text := _unquoted(token)) is not None]


def _unquoted(token: str) -> str | None:
    """The text of a string without computed parts; None for any other token."""
    if len(token) < 2 or token[0] not in "\"'`" or token[-1] != token[0]:  # noqa: PLR2004
        return None
    if token[0] == "`" and "${" in token:
        return None
    return re.sub(r"\\(.)", r"\1", token[1:-1])
