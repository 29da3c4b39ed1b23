"""Markdown to HTML, as the generators' parsers read it: CommonMark with GitHub's additions."""

from __future__ import annotations

import re

from markdown import Markdown

from bot.rendering.commonmark import CommonMark

# The marks that Python-Markdown keeps for its own placeholders, and NUL, which is no text.
_NO_TEXT = re.compile("[\x00\x02\x03]")


def html_of(markdown: str) -> str:
    """Convert Markdown to HTML."""
    text = _NO_TEXT.sub("", markdown.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.removesuffix("\n")
    return Markdown(extensions=[CommonMark()]).convert(text)
