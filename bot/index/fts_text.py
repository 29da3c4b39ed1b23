"""Text as FTS5 takes it and gives it back.

Two texts are made of each: one that is kept to be shown, and the same folded, which FTS5
indexes. Both have the same tokens at the same places, so that ``highlight()`` finds in the
first what matched in the second. docs/decisions/0016-search-folds-outside-sqlite.md says why.

FTS5's tokenizer takes a run of Chinese, Japanese or Thai for a single word, so that nothing
inside it is ever found. A zero-width space between such characters makes each a token; in a
query they become a phrase, which finds any part of a run.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from bot.blog.section import Passage

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


# Characters of context: about three lines of a message.
SNIPPET = 240
BEFORE = 60
# More matches than these make no better snippet.
MOST_MATCHES = 300
# Letters by which forms of one word are told from other words.
STEM = 5
_MATCH = re.compile(f"{MATCH_START}([^{MATCH_START}{MATCH_END}]*){MATCH_END}")
_SPACE = re.compile(r"\s+")

Snippet = tuple[tuple[str, bool], ...]


class MarkedPost(NamedTuple):
    """The texts of a post with marks around the words that match.

    Attributes:
        headings, body: the passages' with ``SEPARATOR`` between them.
        anchors: of each passage.
    """

    title: str
    headings: str
    summary: str
    body: str
    anchors: Sequence[str | None]


class Match(NamedTuple):
    """What matches a query in a post; see ``blog.Hit``."""

    snippet: Snippet
    heading: str | None = None
    section: str | None = None


def best_match(marked: MarkedPost) -> Match:
    """The passage with most of the words; the beginning where the title has as many."""
    passages = list(zip(_split(marked.headings), _split(marked.body), marked.anchors, strict=False))
    scores = [_score(heading, text) for heading, text, _ in passages]
    best = max(range(len(scores)), key=lambda i: scores[i], default=None)
    if best is None or scores[best] == (0, 0):
        return Match(_of_post(marked))
    heading, text, anchor = passages[best]
    if not anchor or len(marked_stems(marked.title)) >= scores[best][0]:
        with_text = [text for _, text, _ in passages if MATCH_START in text]
        return Match(excerpt(with_text[0]) if with_text else _of_post(marked))
    snippet = excerpt(text) if text else _of_post(marked)
    return Match(snippet, readable(_unmarked(heading)), anchor)


def passages_in(headings: str, body: str, anchors: str) -> tuple[Passage, ...]:
    """The sections of a post, as the columns of ``texts`` and ``bodies`` hold them."""
    return tuple(
        Passage(readable(heading) or None, anchor, readable(text))
        for heading, text, anchor in zip(
            headings.split(SEPARATOR), body.split(SEPARATOR), json.loads(anchors), strict=False
        )
    )


def excerpt(text: str) -> Snippet:
    """The stretch of a marked text with most of the words, in a few lines."""
    matches = [found for _, found in zip(range(MOST_MATCHES), _MATCH.finditer(text), strict=False)]
    start = _best_start(matches)
    begin = max(0, start - BEFORE)
    if begin:
        space = text.find(" ", begin, start)
        begin = space + 1 if space >= 0 else begin
    end = begin + SNIPPET
    if end < len(text):
        space = text.rfind(" ", start + 1, end)
        end = space if space > (begin + end) // 2 else end
    cut = _balanced(text[begin:end])
    cut = _SPACE.sub(" ", cut).strip()
    return pieces(("…" if begin else "") + cut + ("…" if end < len(text) else ""))


def _best_start(matches: Sequence[re.Match[str]]) -> int:
    """Where the stretch with most different words, then most words, begins; 0 without any."""
    best, start = (0, 0), 0
    for i, first in enumerate(matches):
        within = []
        for found in matches[i:]:
            if found.end() > first.start() + SNIPPET - BEFORE:
                break
            within.append(found[1].casefold()[:STEM])
        score = len(set(within)), len(within)
        if score > best:
            best, start = score, first.start()
    return start


def _of_post(marked: MarkedPost) -> Snippet:
    """What to show of a post of which no passage holds a word."""
    if MATCH_START in marked.summary:
        return excerpt(marked.summary)
    return pieces(marked.title)


def _score(heading: str, text: str) -> tuple[int, int]:
    """How many different words a passage holds, and how often, in its heading above all."""
    in_heading, in_text = marked_stems(heading), marked_stems(text)
    return len(in_heading | in_text), 10 * len(in_heading) + min(len(in_text), 9)


def first_mark(marked: str) -> str | None:
    """The first word that matches in a text."""
    found = _MATCH.search(marked)
    return readable(found[1]) if found else None


def marked_stems(marked: str) -> set[str]:
    """The beginnings of the words that match in a text."""
    if MATCH_START not in marked:
        return set()
    return {found[1].casefold()[:STEM] for found in _MATCH.finditer(marked)}


def _split(marked: str) -> Iterator[str]:
    """The passages; a phrase that spans two of them is marked in both."""
    for passage in marked.split(SEPARATOR):
        yield _balanced(passage)


def _balanced(marked: str) -> str:
    """A piece of a marked text with the marks that were cut off put back."""
    first_start, first_end = marked.find(MATCH_START), marked.find(MATCH_END)
    if first_end >= 0 and (first_start < 0 or first_end < first_start):
        marked = MATCH_START + marked
    if marked.rfind(MATCH_START) > marked.rfind(MATCH_END):
        marked += MATCH_END
    return marked


def _unmarked(text: str) -> str:
    return text.replace(MATCH_START, "").replace(MATCH_END, "")
