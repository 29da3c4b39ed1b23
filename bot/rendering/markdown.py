"""Markdown to HTML, as the generators' parsers read it: CommonMark with GitHub's additions."""

from __future__ import annotations

import re

from markdown import Markdown

from bot.rendering.commonmark import CommonMark

# CommonMark's line ends, and the marks that Python-Markdown keeps for its own placeholders.
_LINE_END = re.compile(r"\r\n?")
_PLACEHOLDER_MARKS = str.maketrans({"\x02": None, "\x03": None, "\0": "\ufffd"})


def html_of(markdown: str) -> str:
    """Convert Markdown to HTML."""
    text = _LINE_END.sub("\n", markdown).translate(_PLACEHOLDER_MARKS).removesuffix("\n")
    return Markdown(extensions=[CommonMark()]).convert(text)
