"""The texts of feeds: plain or HTML, whatever they say of themselves."""

from __future__ import annotations

import re
from html import escape, unescape

# The elements that real entries are made of. Anything else in angle brackets is meant as it
# stands, as in "List<String>" and "the <head> of a page".
_INLINE = (
    "a|abbr|b|bdi|big|br|cite|code|del|dfn|em|font|i|img|ins|kbd|mark|q|s|samp|small|span|strike|"
    "strong|sub|sup|tt|u|var|wbr"
)
_BLOCK = (
    "article|aside|audio|blockquote|center|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]|"
    "header|hr|iframe|li|main|nav|ol|p|picture|pre|script|section|source|style|summary|svg|table|"
    "tbody|td|tfoot|th|thead|tr|ul|video"
)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*|/)?>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_INLINE}|{_BLOCK})(?:\s[^<>]*|/)?>|<!--", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")

MOST_TITLE_LETTERS = 300
TITLE_LETTERS = 70


def is_html(text: str) -> bool:
    """Whether there is an element in it that entries are made of."""
    return bool(_TAG.search(text))


def html_of(text: str, *, is_plain: bool) -> str:
    """A text as HTML. Plain text keeps its lines, and its addresses can be clicked.

    Args:
        text: what a feed holds.
        is_plain: whether the feed says for certain that it is no HTML.
    """
    if not is_plain:
        if is_html(text):
            return text
        text = unescape(text)
    paragraphs = re.split(r"\n[ \t]*\n\s*", text.replace("\r\n", "\n").strip())
    return "".join(f"<p>{_lines(one)}</p>" for one in paragraphs if one.strip())


def _lines(text: str) -> str:
    return "<br>".join(_linked(line.strip()) for line in text.split("\n"))


def _linked(line: str) -> str:
    parts, at = [], 0
    for found in _ADDRESS.finditer(line):
        address = escape(found[0])
        parts += [
            escape(line[at : found.start()], quote=False),
            f'<a href="{address}">{address}</a>',
        ]
        at = found.end()
    return "".join([*parts, escape(line[at:], quote=False)])


def title_of(text: str, *, is_plain: bool) -> str:
    """A title in plain text, in one line."""
    if not is_plain:
        text = unescape(_INLINE_TAG.sub("", text[: 10 * MOST_TITLE_LETTERS]))
    return " ".join(text.split())[:MOST_TITLE_LETTERS]


def words_of(html: str) -> str:
    """What HTML says, in one line."""
    return " ".join(unescape(_ANY_TAG.sub(" ", html)).split())


def beginning_of(html: str) -> str:
    """The beginning of a text that has no title: its first sentence or line, cut at a word."""
    start = html[:20_000]
    first = next(
        filter(None, map(words_of, re.split(r"(?i)<br\s*/?>|</p>|</div>|</h\d>", start))), ""
    )
    sentence = re.match(r".*?[.!?。！？](?=\s|$)", first)  # noqa: RUF001 - as in Chinese
    text = sentence[0] if sentence else first
    if len(text) <= TITLE_LETTERS:
        return text
    cut = text[: TITLE_LETTERS + 1].rpartition(" ")[0] or text[:TITLE_LETTERS]
    return cut.rstrip(" ,;:-") + "…"
