"""Text as full-text search takes it and gives it back.

FTS5's tokenizer takes a run of Chinese or Japanese for a single word, so that nothing
inside it is ever found. A zero-width space between such characters makes each a word;
a query goes through the same mill and becomes a phrase, which finds any part of a run.
"""

from __future__ import annotations

import re
from functools import cache

# Han, kana, and the marks that stand among them. Hangul is written with spaces, but its
# words take endings, so it is searched in the same way.
_CJK = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
_CJK += "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"
# First bytes of all these in UTF-8 to see at once that a text has none.
_CJK_FIRST_BYTES = bytes([*range(0xE3, 0xF5)])
_NO_SPACE = "\u200b"
# Signs that make another word of a letter, as in C++ and C#. Characters for private use, which
# FTS5 takes for letters, stand in for them.
_SIGNS = re.compile(r"\+\+(?<=[A-Za-z]\+\+)|#(?<=\b[A-Za-z]#)(?!\w)")
_AS_LETTERS = {ord("+"): "\ue02b", ord("#"): "\ue023"}
_AS_SIGNS = {"\ue02b": "+", "\ue023": "#"}

# Around matching words in a snippet. Control characters, which no word contains.
MATCH_START, MATCH_END = "\x02", "\x03"
# Between the passages of a post.
SEAM = "\x1e"


def clean(text: str) -> str:
    """``text`` without what SQLite cannot hold or search: NUL, our marks, lone surrogates."""
    if text.isascii() and text.isprintable():
        return text  # most titles and names
    for mark in ("\x00", MATCH_START, MATCH_END, SEAM):
        text = text.replace(mark, " ")
    if text.isascii():
        return text
    for letter in _AS_SIGNS:
        text = text.replace(letter, " ")
    return text.encode("utf-8", "replace").decode("utf-8")


def searchable(text: str) -> str:
    """``text`` as it is put into the full-text index."""
    text = clean(text)
    if "++" in text or "#" in text:
        text = _SIGNS.sub(lambda found: found[0].translate(_AS_LETTERS), text)
    if text.isascii():
        return text
    encoded = text.encode()
    if len(encoded) == len(encoded.translate(None, _CJK_FIRST_BYTES)):
        return text
    return _cjk_character().sub(lambda found: f"{_NO_SPACE}{found[0]}{_NO_SPACE}", text)


@cache
def _cjk_character() -> re.Pattern[str]:
    # Compiled when it is needed: that takes five milliseconds.
    return re.compile(f"[{_CJK}]")


def readable(text: str) -> str:
    """Undo ``searchable`` for showing."""
    for letter, sign in _AS_SIGNS.items():
        text = text.replace(letter, sign)
    return text.replace(_NO_SPACE, "")


def quoted(text: str) -> str:
    """Words that must stand together, as FTS5 takes them, whatever signs they hold."""
    return '"' + searchable(text).replace('"', " ") + '"'


def pieces(snippet: str) -> tuple[tuple[str, bool], ...]:
    """A snippet with marks as plain pieces of text, True for matching words."""
    result: list[tuple[str, bool]] = []
    for index, part in enumerate(re.split(f"[{MATCH_START}{MATCH_END}]", readable(snippet))):
        if part:
            result.append((part, index % 2 == 1))
    return tuple(result)
