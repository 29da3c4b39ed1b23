"""Callouts: quotes with a kind and a title, in each generator's spelling."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.rendering.block import Block, Paragraph, Quote, Run, plain

_ICONS = {
    "note": "📝",
    "seealso": "📝",
    "info": "💡",
    "tip": "💡",
    "hint": "💡",
    "pitfall": "⚠️",
    "success": "✅",
    "check": "✅",
    "done": "✅",
    "important": "❗",
    "warning": "⚠️",
    "warn": "⚠️",
    "caution": "⚠️",
    "attention": "⚠️",
    "danger": "🔥",
    "error": "🔥",
    "failure": "❌",
    "bug": "🐛",
    "example": "🧪",
    "question": "❓",
    "help": "❓",
    "faq": "❓",
    "quote": "💬",
    "cite": "💬",
    "abstract": "📋",
    "summary": "📋",
    "tldr": "📋",
    "todo": "📌",
    "details": "▸",
}
_NAMES = {"warn": "Warning", "tldr": "TL;DR", "faq": "FAQ"}
# `> [!note] Title`, folded with + or - in Obsidian
MARK = re.compile(r"\[!(\w[\w-]*)\][+-]?[ ]*")


def kind_of(info: str) -> str | None:
    """The kind of callout that a fence's or admonition's words name, or None for no callout."""
    name = re.split(r"[\s\[{|]", info.strip().lower(), maxsplit=1)[0]
    return name if name in _ICONS else None


def callout(kind: str, title: tuple[Run, ...], blocks: tuple[Block, ...]) -> Quote:
    """A callout; without a title, its kind is one, unless the text says the kind itself."""
    if plain(title).casefold() == kind:
        title = ()
    if not title and _says(kind, blocks):
        return Quote(blocks)
    return Quote(blocks, _title(kind, title))


def recognised(blocks: tuple[Block, ...]) -> Quote:
    """A quotation, as a callout where its first line marks it as one."""
    first = blocks[0] if blocks else None
    if not isinstance(first, Paragraph) or not first.runs:
        return Quote(blocks)
    found = MARK.match(first.runs[0].text)
    if not found:
        return Quote(blocks)
    runs = list(first.runs)
    runs[0] = replace(runs[0], text=runs[0].text[found.end() :])
    ends = [position for position, run in enumerate(runs) if run.text == "\n"]
    cut = ends[0] if ends else len(runs)
    title = tuple(run for run in runs[:cut] if run.text)
    rest = tuple(runs[cut + 1 :])
    body = (Paragraph(rest), *blocks[1:]) if rest else blocks[1:]
    return Quote(body, _title(found[1].lower(), title))


def _says(kind: str, blocks: tuple[Block, ...]) -> bool:
    """Whether the text itself begins with the kind's name, as in ``**Note:** Water early.``."""
    first = blocks[0] if blocks else None
    if not isinstance(first, Paragraph):
        return False
    return re.match(rf"{re.escape(kind)}\W", plain(first.runs), re.IGNORECASE) is not None


def _title(kind: str, title: tuple[Run, ...]) -> tuple[Run, ...]:
    icon = _ICONS.get(kind, "📝")
    name = _NAMES.get(kind) or kind.replace("-", " ").capitalize()
    return (Run(f"{icon} "), *(title or (Run(name),)))
