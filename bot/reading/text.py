"""A post's words, for full-text search and for counting."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from bot.blog.syntax import WIKILINK

# Passes with a literal to jump to each are ten times faster than one pattern with choices. None
# can run away: each ends at a character that it cannot contain. Nor does any cross a seam.
SEAM = "\x01"
# Marks at the beginning of a line; of a fence, what language it is in, too.
LINE_MARKS = re.compile(r"\n[ ]*[-#>*+=~`][-#>*+=~` ]*(?:(?<=```)[^`\n]*(?=\n)|(?<=~~~)[^\n]*)?")
FOOTNOTE = re.compile(r"\[\^[\w-]{1,40}\]:?")
DEFINITION = re.compile(r"\n[ ]{0,3}\[[^\[\]\n]*\]:[ \t][^\n]*")
LINK = re.compile(r"\[([^\[\]\n]*)\]\([^()\n]*\)")
REFERENCE = re.compile(r"\[(?<![\w\])]\[)([^\[\]\n]*)\]\[[^\[\]\n]*\]")
HTML_TAG = re.compile(rf"<[/A-Za-z!][^<>{SEAM}]*>")
TEMPLATE_TAG = re.compile(rf"\{{[%{{][^{{}}{SEAM}]*[%}}]\}}")
STARS = re.compile(r"\*(?<!\w\*)(?=[^\s*])([^*\n]*)(?<!\s)\*(?!\w)")
UNDERSCORES = re.compile(r"_(?<!\w_)(?=[^\s_])([^_\n]*)(?<!\s)_(?!\w)")
# Below the first row of a table. The rows are next to it.
TABLE_RULE = re.compile(r"\n[ ]*\|?[ ]*:?-+:?[ ]*\|[-:| ]*(?=\n|\Z)")
# Where other than ASCII characters take less than this share of a text's bytes, it is not
# worth looking for scripts without spaces.
FEW = 0.05
# White space becomes a space, everything else an x.
SHAPE = bytes(32 if code in b" \t\n\r\v\f" else 120 for code in range(256))
# Han, Kana, Hangul, with their extensions: scripts that are counted by character.
CJK = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def _shown(wikilink: re.Match[str]) -> str:
    return wikilink[3] or wikilink[2]


# All passes but the first, each with a mark without which there is nothing for it to do.
PASSES: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    ("[^", FOOTNOTE, ""),
    ("]: ", DEFINITION, "\n"),
    ("[[", WIKILINK, _shown),
    ("](", LINK, r"\1"),
    ("][", REFERENCE, r"\1"),
    ("<", HTML_TAG, " "),
    ("{%", TEMPLATE_TAG, " "),
    ("{{", TEMPLATE_TAG, " "),
    ("*", STARS, r"\1"),
    ("_", UNDERSCORES, r"\1"),
)


def words_of(body: str) -> str:
    """Return the text of ``body`` without markup; code stays, since people search for it."""
    text = "\n" + body
    if "-|" in text or "- |" in text or ":|" in text:
        text = _without_pipes(text)
    text = LINE_MARKS.sub("\n", text).replace("![", "[").replace("**", "")
    for mark, pattern, replacement in PASSES:
        if mark in text:
            text = pattern.sub(replacement, text)
    if "&" in text:
        text = html.unescape(text)
    return text.replace("`", "").strip()


def _without_pipes(text: str) -> str:
    """Return ``text`` with the cells of its tables apart, and nothing between them."""
    parts, done = list[str](), 0
    for rule in TABLE_RULE.finditer(text):
        if rule.start() < done:  # a row of dashes within the table before
            continue
        start = text.rfind("\n", done, rule.start())
        end = rule.end()
        while (line_end := text.find("\n", end + 1)) > 0 and "|" in text[end:line_end]:
            end = line_end
        if line_end < 0 and "|" in text[end:]:
            end = len(text)
        head = text[max(start, done) : rule.start()]
        if "|" in head:
            parts += (
                text[done : max(start, done)],
                head.replace("|", " "),
                text[rule.end() : end].replace("|", " "),
            )
            done = end
    return "".join(parts) + text[done:]


def count_words(text: str) -> int:
    """Return the length of ``text`` in words, Chinese, Japanese, Korean characters half a one."""
    data = text.encode()
    if len(data) - len(text) <= len(text) * FEW:
        return _count_spaced(data)
    characters = sum(map(len, CJK.findall(text)))
    return _count_spaced(CJK.sub(" ", text).encode()) + (characters + 1) // 2


def _count_spaced(data: bytes) -> int:
    """Count words between white space, in half the time that split() takes."""
    shape = data.translate(SHAPE)
    return shape.count(b" x") + shape.startswith(b"x")
