"""Text as FTS5 takes it and gives it back.

Two texts are made of each: one that is kept to be shown, and the same folded, which FTS5
indexes. Both have the same tokens at the same places, so that ``highlight()`` finds in the
first what matched in the second. docs/decisions/0016-search-folds-outside-sqlite.md says why.

FTS5's tokenizer takes a run of Chinese, Japanese or Thai for a single word, so that nothing
inside it is ever found. A zero-width space between such characters makes each a token; in a
query they become a phrase, which finds any part of a run.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Scripts without spaces between words: Han, kana and their marks, Thai, Lao, Burmese, Khmer.
# Hangul is written with spaces, but its words take endings.
_UNSPACED = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
_UNSPACED += "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"
_UNSPACED += "\u0e01-\u0e4e\u0e81-\u0ece\u0edc-\u0edf\u1000-\u103f\u1050-\u109d"
_UNSPACED += "\u1780-\u17d3\uaa60-\uaa7f"
_HALF_WIDTH = "\uff65-\uff9f"
# Marks that readers leave out when they type: accents, Hebrew points, Arabic vowel signs and
# lengthening, the Indic nukta, joiners and soft hyphens.
_OPTIONAL = "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
_OPTIONAL += "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
_OPTIONAL += "\u093c\u09bc\u0a3c\u0abc\u0b3c\u00ad\u200c\u200d"
# Letters that Unicode does not take apart, with what people type who have another keyboard.
_SPELLED = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "\u0131": "i",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "\u017f": "s",
    "ĸ": "k",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "\u0671": "\u0627",
}
# Letters of their own, although Unicode takes them for one with a mark.
_WHOLE = frozenset("йїўѓќ")
_NO_SPACE = "\u200b"
# A token of its own where such characters do not stand together: FTS5 sees no spaces.
_GAP = "\ue0b7"
# Signs that make another word of a letter, as in C++ and C#. Characters for private use, which
# are token characters, stand for them.
_SIGNS = re.compile(r"\+\+(?<=[A-Za-z]\+\+)|#(?<=\b[A-Za-z]#)(?!\w)")
_AS_LETTERS = {ord("+"): "\ue02b", ord("#"): "\ue023"}
_AS_SIGNS = {"\ue02b": "+", "\ue023": "#"}
# Replacing a character in a long text takes a tenth of the time of translating the text.
_FEW = 8

# What the tables are tokenized by: marks and joiners belong to their words, and the folding
# is ours.
TOKENIZER = (
    "unicode61 remove_diacritics 0 categories ''L* M* N* Co'' tokenchars ''\u00ad\u200c\u200d''"
)

# Around matching words in a snippet. Control characters, which no word contains.
MATCH_START, MATCH_END = "\x02", "\x03"
# Between the passages of a post.
SEPARATOR = "\x1e"


def clean(text: str) -> str:
    """``text`` without what SQLite cannot hold or search: NUL, our marks, lone surrogates."""
    if text.isascii() and text.isprintable():
        return text  # most titles and names
    for mark in ("\x00", MATCH_START, MATCH_END, SEPARATOR):
        text = text.replace(mark, " ")
    if text.isascii():
        return text
    for letter in (*_AS_SIGNS, _GAP):
        text = text.replace(letter, " ")
    return text.encode("utf-8", "replace").decode("utf-8")


def searchable(text: str) -> str:
    """``text`` with its tokens told apart, to be shown by way of ``readable``."""
    text = clean(text)
    if "++" in text or "#" in text:
        text = _SIGNS.sub(lambda found: found[0].translate(_AS_LETTERS), text)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    characters = set(text)
    if any(map(_is_unspaced, characters)):
        text = _half_width().sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
        text = _gap().sub(rf"\g<0>{_GAP}", text)
        text = _unspaced().sub(lambda found: f"{_NO_SPACE}{found[0]}{_NO_SPACE}", text)
    if any(map(_is_optional, characters)):
        text = _without_token().sub(" ", text)
    return text


def folded(text: str) -> str:
    """A ``searchable`` text as it is indexed and looked for: the same tokens, spelled plainly."""
    if text.isascii():
        return text
    special = {one: plain for one in set(text) if (plain := _fold(one)) != one}
    if len(special) > _FEW:
        return text.translate({ord(one): plain for one, plain in special.items()})
    for one, plain in special.items():
        text = text.replace(one, plain)
    return text


def readable(text: str) -> str:
    """Undo ``searchable`` for showing."""
    for letter, sign in _AS_SIGNS.items():
        text = text.replace(letter, sign)
    return text.replace(_NO_SPACE, "").replace(_GAP, "")


def plain_letters(text: str) -> str:
    """``text`` in the letters by which it is searched."""
    return folded(unicodedata.normalize("NFC", text))


def quoted(text: str) -> str:
    """Words that must stand together, as FTS5 takes them, whatever signs they hold."""
    return '"' + folded(searchable(text)).replace('"', " ") + '"'


def pieces(snippet: str) -> tuple[tuple[str, bool], ...]:
    """A snippet with marks as plain pieces of text, True for matching words."""
    result: list[tuple[str, bool]] = []
    for index, part in enumerate(re.split(f"[{MATCH_START}{MATCH_END}]", readable(snippet))):
        if part:
            result.append((part, index % 2 == 1))
    return tuple(result)


@cache
def _fold(character: str) -> str:
    """A character in plain spelling; itself where that would make or unmake a token."""
    if character.isascii():
        return character
    if _is_optional(character):
        return ""
    if not _in_token(character):
        return character
    letters = [
        _SPELLED.get(letter, letter)
        for part in unicodedata.normalize("NFKC", character).casefold()
        for letter in (part if part in _WHOLE else unicodedata.normalize("NFKD", part))
        if letter in _WHOLE or not _is_optional(letter)
    ]
    plain = unicodedata.normalize("NFC", "".join(letters))
    return plain if plain and all(map(_in_token, plain)) else character


def _in_token(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "Co"


@cache
def _is_optional(character: str) -> bool:
    return re.match(f"[{_OPTIONAL}]", character) is not None


@cache
def _is_unspaced(character: str) -> bool:
    return _unspaced().match(character) is not None


# Compiled when they are needed: each takes five milliseconds.
@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{_UNSPACED}]")


@cache
def _gap() -> re.Pattern[str]:
    """What stands between two characters that are tokens, unless a line ends there."""
    return re.compile(
        rf"(?<=[{_UNSPACED}])(?![ \t]*\n[ \t]*[{_UNSPACED}])[^\w{_UNSPACED}]+(?=[{_UNSPACED}])"
    )


@cache
def _half_width() -> re.Pattern[str]:
    return re.compile(f"[{_HALF_WIDTH}]+")


@cache
def _without_token() -> re.Pattern[str]:
    """Optional marks that belong to no letter: folded, they would leave an empty token."""
    return re.compile(rf"(?<![^\W_])(?<![{_OPTIONAL}])[{_OPTIONAL}]+(?![^\W_])")
