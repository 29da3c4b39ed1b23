"""What Discord makes of a text, as an independent parser of its Markdown sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import discord_markdown

_LETTERS = re.compile(r"[^\W_]")


def kinds(markdown: str) -> set[str]:
    """Which marks Discord finds in a text: ``mention``, ``link``, ``spoiler`` or another."""
    tree = discord_markdown.parse(markdown)
    return {node["type"] for node in _nodes(tree)}


def seen(markdown: str) -> str:
    """The text that Discord shows; a list's numbers are marks, not text."""
    return "".join(_text(discord_markdown.parse(markdown)))


def letters(text: str) -> str:
    """Letters and digits of a text, which no mark, box or space is one of."""
    return "".join(_LETTERS.findall(text))


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for each in node:
            yield from _nodes(each)
    elif isinstance(node, dict):
        if "type" in node:
            yield node
        for each in node.values():
            yield from _nodes(each)


def _text(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _text(each)
        return
    if not isinstance(node, dict):
        return
    kind: str | None = node.get("type")
    value: Any = node.get("value")
    if kind in {"text", "code"}:
        yield value if isinstance(value, str) else value["content"]
    elif kind == "code_block":
        yield value["content"]
    elif kind == "link":
        yield from _text(value["text"])
        if not value["text"]:
            yield unquote(value["url"])
    else:
        for each in (value if isinstance(value, dict) else node).values():
            yield from _text(each)
