"""A post's words, for full-text search and for counting."""

from __future__ import annotations

import html
import re

# One pass over a whole body: link targets, tags, template code, comments, definitions of
# references, and the marks of headings, fences and tables. No part can run away: each ends at
# a character that it cannot contain, or within a bounded distance.
MARKUP = re.compile(
    r"\]\([^()\n]{0,2000}\)|<[/A-Za-z!][^<>]{0,2000}>|\{[%{][^{}]{0,2000}[%}]\}"
    r"|https?://[^\s<>\"')\]]{1,2000}|^[ \t]*(?:`{3,}|~{3,})[^\n]{0,200}|^#{1,6}[ \t]"
    r"|^\[[^\]\n]{1,200}\]:[^\n]{0,2000}",
    re.MULTILINE,
)
# Han, Kana, Hangul, with their extensions: scripts that are counted by character.
CJK = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def words_of(body: str) -> str:
    """Return the text of ``body`` without markup; code stays, since people search for it."""
    text = MARKUP.sub(" ", body)
    if "&" in text:
        text = html.unescape(text)
    return text.replace("**", "").replace("`", "")


def count_words(text: str) -> int:
    """Return the length of ``text`` in words, Chinese, Japanese, Korean characters half a one."""
    if text.isascii():
        return len(text.split())
    runs = CJK.findall(text)
    if not runs:
        return len(text.split())
    return len(CJK.sub(" ", text).split()) + (sum(map(len, runs)) + 1) // 2
