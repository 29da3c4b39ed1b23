"""One post of a feed: its texts, plain or HTML whatever they say of themselves, and its file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote, urlsplit

from bot.blog.html import BLOCK, INLINE, VOID, with_words, without_tags

# The elements that real entries are made of. Anything else in angle brackets is meant as it
# stands, as in "List<String>" and "the <head> of a page".
_TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(INLINE | BLOCK | VOID))})(?:\s[^<>]*|/)?>|<!--", re.IGNORECASE
)
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(BLOCK))})(?:\s[^<>]*|/)?>", re.IGNORECASE)
_ALT = re.compile(r"""(?i)<img\b[^<>]*?\salt=(?:"([^"<>]+)"|'([^'<>]+)')""")
_ANY_TAG = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")

# What a whole text that was escaped twice begins and ends with.
_ALL_HTML = re.compile(
    rf"\s*<(?:{'|'.join(sorted(BLOCK))})(?:\s[^<>]*)?>.*</[a-z]\w*\s*>\s*",
    re.IGNORECASE | re.DOTALL,
)
_FILE_OF_FOLDER = re.compile(r"/index\.(?:html?|php)$", re.IGNORECASE)
# What newsletters, advertisers and feeds add to a link.
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|mc_[ce]id|igshid|mkt_tok|_hs\w+|ref)$", re.IGNORECASE
)

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


def page_of(link: str) -> str | None:
    """The same for all addresses of one page; None for those of no page but a site's front."""
    parts = urlsplit(link)
    host = re.sub(r"^www\.|:(?:80|443)?$", "", parts.netloc.rpartition("@")[2].lower())
    path = _FILE_OF_FOLDER.sub("", unquote(parts.path)).rstrip("/")
    query = "&".join(
        part for part in parts.query.split("&") if not _TRACKING.match(part.partition("=")[0])
    )
    return f"{host}{path}?{query}" if path or query else None


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
        if _ALL_HTML.fullmatch(text):
            return text
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
    return " ".join(unescape(_ANY_TAG.sub("", with_words(text))).split())


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


@dataclass(frozen=True, slots=True)
class Medium:
    """Sound or a film: its absolute address, and how long it is (``12:34``) or empty."""

    url: str
    length: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One post of a feed.

    Attributes:
        id: what the feed knows it by; empty where it has none, or shares it with others.
        title: plain text; made from the text where the feed has none.
        link: absolute, or empty.
        date, updated: ISO 8601, a day or a moment, or empty.
        tags, authors: plain text.
        summary: plain text, or empty where it is only the beginning of ``html``.
        image: absolute address of a picture, or empty.
        language: a language tag, or empty.
        html: what the post says.
        media: sound and films that belong to it.
        first_title: the title that it had when it was first seen; empty until the next look.
    """

    id: str = ""
    title: str = ""
    link: str = ""
    date: str = ""
    updated: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    summary: str = ""
    image: str = ""
    language: str = ""
    html: str = ""
    media: tuple[Medium, ...] = ()
    first_title: str = ""


PREFORMATTED = re.compile(r"<(/?)(pre|textarea)\b[^<>]*>", re.IGNORECASE)
SPACE = re.compile(r"\s+")
# After these a line may end, so that what reads a post line by line finds its paragraphs.
END_OF_BLOCK = re.compile(
    r"(?<=[>])\s*(?=<(?:p|h[1-6]|ul|ol|dl|pre|table|blockquote|figure|div|section|hr)\b)",
    re.IGNORECASE,
)
# What marks links, comments and templates in Markdown of several kinds, and is text in HTML.
MARKS = re.compile(r"\[\[|%%|\{\{|\{%")
PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
# A page's name at the end of its address, where that says more than a number would.
NAMED = re.compile(r"[^\W\d_]", re.UNICODE)


def document_of(entry: Entry) -> bytes:
    """The entry as a file that any reader of posts understands. Its front matter is JSON."""
    fields = {
        "title": _as_text(entry.title),
        "date": entry.date,
        "updated": entry.updated,
        "tags": [_as_text(tag.removeprefix("#")) for tag in entry.tags],
        "authors": entry.authors,
        "description": _as_text(entry.summary),
        "image": entry.image,
        "lang": entry.language,
        "canonical_url": entry.link,
        "slug": _slug(entry),
    }
    front_matter = json.dumps({name: value for name, value in fields.items() if value})
    body = entry.html + "".join(map(_player, entry.media))
    text = f"{front_matter}\n\n{_as_markdown(body)}\n"
    return text.replace("\0", "").encode("utf-8", "replace")


def _as_text(text: str) -> str:
    """A feed's text for front matter, where others write Markdown."""
    return PUNCTUATION.sub(r"\\\g<0>", text)


def _slug(entry: Entry) -> str:
    """The end of a link's path, unless it is a number only, as in ``/?p=123``; else the title.

    The first title, since an entry that is edited is the same post.
    """
    name = unquote(urlsplit(entry.link).path).rstrip("/").rpartition("/")[2]
    stem = re.sub(r"\.(?:html?|php|aspx?)$", "", name, flags=re.IGNORECASE)
    if NAMED.search(stem):
        return stem
    return (
        re.sub(r"[\W_]+", "-", (entry.first_title or entry.title).lower())
        .strip("-")[:60]
        .strip("-")
        or "post"
    )


def _player(medium: Medium) -> str:
    """A link to sound or a film, with its length."""
    name = unquote(urlsplit(medium.url).path).rpartition("/")[2] or urlsplit(medium.url).netloc
    length = f" · {escape(medium.length)}" if medium.length else ""
    return f'<p>▶ <a href="{escape(medium.url)}">{escape(name)}</a>{length}</p>'


def _as_markdown(html: str) -> str:
    """HTML that Markdown takes for HTML from beginning to end.

    Markdown would end it at an empty line, and take what is indented below for code.
    """
    lines: list[str] = []
    at = 0
    inside = ""
    for tag in PREFORMATTED.finditer(html):
        is_end, name = bool(tag[1]), tag[2].lower()
        if not is_end and not inside:
            lines.append(_flowing(html[at : tag.start()]))
            at, inside = tag.start(), name
        elif is_end and name == inside:
            lines.append(_kept(html[at : tag.end()]))
            at, inside = tag.end(), ""
    lines.append((_kept if inside else _flowing)(html[at:]))
    whole = "\n".join(filter(None, lines))
    return f"<div>\n{MARKS.sub(_as_entities, whole)}\n</div>" if whole else ""


def _as_entities(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(letter)};" for letter in found[0])


def _flowing(html: str) -> str:
    return END_OF_BLOCK.sub("\n", SPACE.sub(" ", html)).strip()


def _kept(html: str) -> str:
    return re.sub(r"\r\n?|\n", "&#10;", html.strip())
