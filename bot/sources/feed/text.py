"""The texts of feeds: plain or HTML, whatever they say of themselves."""

from __future__ import annotations

import re
from html import escape, unescape

from bot.blog.html import BLOCK, INLINE, VOID, without_tags

# The elements that real entries are made of. Anything else in angle brackets is meant as it
# stands, as in "List<String>" and "the <head> of a page".
_TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(INLINE | BLOCK | VOID))})(?:\s[^<>]*|/)?>|<!--", re.IGNORECASE
)
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(BLOCK))})(?:\s[^<>]*|/)?>", re.IGNORECASE)
_ALT = re.compile(r"""(?i)<img\b[^<>]*?\salt=(?:"([^"<>]+)"|'([^'<>]+)')""")
_ANY_TAG = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")

# WordPress' last line: "The post … appeared first on …", in the blog's own language.
_FOOTER = re.compile(
    r"(?:<p\b[^<>]*>|<br\s*/?>|(?<=>))\s*(?P<before>[^<>]{0,40})"
    r"<a\b[^<>]*\bhref=[\"'](?P<href>[^\"'<>]*)[\"'][^<>]*>[^<>]{1,500}</a>"
    r"(?P<between>[^<>]{1,60})<a\b[^<>]*>[^<>]{1,200}</a>[^<>]{0,5}(?:</p>)?\s*\Z",
    re.IGNORECASE,
)
_PLAIN_FOOTER = re.compile(
    r"\s*\bThe post .{1,300}? (?:appeared first|first appeared) on .{1,100}\Z"
)
FOOTER_LETTERS = 3000
MOST_INDENTATION = 40

MOST_TITLE_LETTERS = 300
MOST_SUMMARY_LETTERS = 5000
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
    paragraphs = re.split(r"(?:\n[ \t]*)+\n", text.replace("\r\n", "\n").strip())
    return "".join(f"<p>{_lines(one)}</p>" for one in paragraphs if one.strip())


def _lines(text: str) -> str:
    return "<br>".join(_indent(line) + _linked(line.strip()) for line in text.split("\n"))


def _indent(line: str) -> str:
    """A line's indentation, in spaces that HTML keeps."""
    return "\xa0" * min(len(line) - len(line.lstrip(" ")), MOST_INDENTATION)


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
        text = unescape(without_tags(text[: 10 * MOST_TITLE_LETTERS], blocks=False))
    return " ".join(text.split())[:MOST_TITLE_LETTERS]


def words_of(html: str) -> str:
    """What HTML says, in one line."""
    text = without_tags(_BLOCK_TAG.sub(" ", html))
    return " ".join(unescape(_ANY_TAG.sub("", text)).split())


def without_footer(html: str, link: str) -> str:
    """An entry's HTML without a last line that says where the entry at ``link`` was published."""
    start = max(0, len(html) - FOOTER_LETTERS)
    start = html.rfind("<p", start) if "<p" in html[start:] else start
    found = _FOOTER.search(html, start)
    if found is None:
        return html
    is_own = _bare(unescape(found["href"])) == _bare(link)
    is_english = found["before"].strip() == "The post" and " first " in f"{found['between']} "
    return html[: found.start()].rstrip() if is_own or is_english else html


def _bare(link: str) -> str:
    return re.split(r"[?#]", link.strip().partition("://")[2], maxsplit=1)[0].rstrip("/")


def summary_of(html: str) -> str:
    """A summary in plain text, in one line, without what a feed's program adds to it."""
    return _PLAIN_FOOTER.sub("", words_of(html[:MOST_SUMMARY_LETTERS]))


def beginning_of(html: str) -> str:
    """The beginning of a text that has no title: its first sentence or line, cut at a word.

    Of a post that is a picture, what the picture shows.
    """
    start = html[:20_000]
    first = next(
        filter(None, map(words_of, re.split(r"(?i)<br\s*/?>|</p>|</div>|</h\d>", start))), ""
    )
    if not first and (alt := _ALT.search(start)):
        first = " ".join(unescape(alt[1] or alt[2]).split())
    sentence = re.match(r".*?[.!?。！？](?=\s|$)", first)  # noqa: RUF001 - as in Chinese
    text = sentence[0] if sentence else first
    if len(text) <= TITLE_LETTERS:
        return text
    cut = text[: TITLE_LETTERS + 1].rpartition(" ")[0] or text[:TITLE_LETTERS]
    return cut.rstrip(" ,;:-") + "…"
