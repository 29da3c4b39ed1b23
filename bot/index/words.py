"""Text as full-text search takes it, and a person's words as a safe FTS5 query.

FTS5's tokenizer takes a run of Chinese or Japanese for a single word, so that nothing
inside it is ever found. A zero-width space between such characters makes each a word;
a query goes through the same mill and becomes a phrase, which finds any part of a run.
"""

from __future__ import annotations

import re

# Han, kana, and the marks that stand among them. Hangul is written with spaces, but its
# words take endings, so it is searched in the same way.
_CJK = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
_CJK += "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"
_CJK_CHARACTER = re.compile(f"[{_CJK}]")
# First bytes of all these in UTF-8 to see at once that a text has none.
_CJK_FIRST_BYTES = bytes([*range(0xE3, 0xF5)])
_SEAM = "\u200b"

# Around matching words in a snippet. Control characters, which no word contains.
MATCH_START, MATCH_END = "\x02", "\x03"

MAX_TERMS = 32
# Shorter last words are taken as they stand: c++ must not find everything with a c.
MIN_PREFIX = 3
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')


def clean(text: str) -> str:
    """``text`` without what SQLite cannot hold or search: NUL, our marks, lone surrogates."""
    for mark in ("\x00", MATCH_START, MATCH_END):
        text = text.replace(mark, " ")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def searchable(text: str) -> str:
    """``text`` as it is put into the full-text index."""
    text = clean(text)
    encoded = text.encode()
    if len(encoded) == len(encoded.translate(None, _CJK_FIRST_BYTES)):
        return text
    return _CJK_CHARACTER.sub(lambda found: f"{_SEAM}{found[0]}{_SEAM}", text)


def readable(text: str) -> str:
    """Undo ``searchable`` for showing."""
    return text.replace(_SEAM, "")


def match(query: str) -> str | None:
    """An FTS5 expression for what a person typed, or None where it holds no word.

    All words must occur, the last one perhaps only begun; words in double quotes must
    stand together. Operators are words like any other. More than 32 terms are cut.
    """
    terms: list[str] = []
    for found in _TERM.finditer(clean(query)):
        phrase, word = found.groups()
        text = word if phrase is None else phrase
        if any(character.isalnum() for character in text):
            terms.append(_quoted(text))
        if len(terms) == MAX_TERMS:
            break
    if not terms:
        return None
    last = found[2]
    if last and len(last) >= MIN_PREFIX and last[-1].isalnum() and terms[-1] == _quoted(last):
        terms[-1] += "*"
    return " AND ".join(terms)


def _quoted(text: str) -> str:
    return f'"{searchable(text)}"'


def pieces(snippet: str) -> tuple[tuple[str, bool], ...]:
    """A snippet with marks as plain pieces of text, True for matching words."""
    result: list[tuple[str, bool]] = []
    for index, part in enumerate(re.split(f"[{MATCH_START}{MATCH_END}]", readable(snippet))):
        if part:
            result.append((part, index % 2 == 1))
    return tuple(result)
