"""Makes text by other people safe to show: none of its Markdown, mentions or links takes effect.

Titles, summaries, tags and what a reader typed may hold anything: Discord's Markdown,
mentions, line breaks, invisible characters that reorder the line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, urlsplit, urlunsplit

from bot.blog.post import is_web_url
from bot.chat import limits
from bot.rendering.escape import BREAK, clean, escape_line_start, without_everyone
from bot.rendering.escape import escape as escape_marks

# Characters that look like nothing although Unicode calls them letters or symbols.
_BLANK = re.compile(
    "[\\s\u034f\u115f\u1160\u17b4\u17b5\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0]*"
)
# What Discord's client turns into a mention when a choice of an autocomplete is taken.
_MENTION_LIKE = re.compile(r"[@#](?=\w)")
_ELLIPSIS = "…"
# Square brackets cannot be escaped inside a masked link, round ones read as well.
_ROUND_BRACKETS = str.maketrans("[]", "()")
_URL_SAFE = "%/:?#@!$&'+,;=~-._"


def plain(text: str, limit: int) -> str:
    """One line of at most ``limit`` UTF-16 units for places without Markdown, possibly empty."""
    line = " ".join(clean(text).split())
    return "" if _BLANK.fullmatch(line) else clip(line, limit)


def label(text: str, limit: int, *otherwise: str) -> str:
    """Like ``plain``, and never empty: the first of ``otherwise`` that says something, or "?"."""
    return next((line for line in (plain(t, limit) for t in (text, *otherwise)) if line), "?")


def markdown(text: str, limit: int) -> str:
    """One line that shows ``text``, cut to ``limit`` before escaping, as its author typed it."""
    return escape(plain(text, limit))


def escape(line: str) -> str:
    """Escape a cleaned line, so that it does not format, mention, link or name an emoji."""
    return escape_line_start(escape_marks(line))


def without_mentions(line: str) -> str:
    """Keep Discord's client from completing ``@name`` and ``#name`` in a choice to a mention."""
    return _MENTION_LIKE.sub(rf"\g<0>{BREAK}", line)


def is_mention_like(text: str) -> bool:
    """Whether Discord's client might complete part of ``text`` to a mention."""
    return _MENTION_LIKE.search(text) is not None


def chip(text: str, limit: int) -> str:
    """A tag as inline code, which Discord draws as a small box; empty for blank text."""
    line = plain(text.replace("`", "\u02cb"), limit)
    return f"`{without_everyone(line)}`" if line else ""


def chips(texts: Iterable[str], limit: int) -> str:
    """Several tags as chips on one line."""
    return " ".join(filter(None, (chip(text, limit) for text in texts)))


def masked_link(line: str, url: str | None) -> str:
    """A cleaned line that leads to ``url``, or only the line where that cannot be.

    Discord shows a masked link as raw text when its label holds an address itself.
    """
    target = web_url(url, limits.BUTTON_URL)
    if target is None or "://" in line or not line:
        return escape(line)
    return f"[{escape(line.translate(_ROUND_BRACKETS))}]({target})"


def web_url(url: str | None, limit: int) -> str | None:
    """``url`` in ASCII without characters that end a masked link, or None where it cannot be."""
    if url is None or not is_web_url(url):
        return None
    try:
        parts = urlsplit(clean(url))
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
        rest = (quote(part, safe=_URL_SAFE) for part in parts[2:])
        target = urlunsplit((parts.scheme, quote(host, safe=_URL_SAFE), *rest))
        target = without_everyone(target, at="%40")
    except ValueError:  # UnicodeError too: a host that no registry would take
        return None
    return target if length_fits(target, limit) and is_web_url(target) else None


def length_fits(text: str, limit: int) -> bool:
    """Whether Discord takes ``text`` where it allows ``limit`` characters."""
    return limits.length(text) <= limit


def bold(pieces: Iterable[tuple[str, bool]]) -> str:
    """Pieces of one line, the marked ones bold.

    Escaped as a whole: what begins a line, and names of emoji across two pieces, cannot be
    seen in a piece alone. A mark that begins the line keeps the rest from doing so.
    """
    begin, end = "\x02", "\x03"  # plain() leaves neither in a piece
    joined = "".join(
        f"{begin}{piece}{end}" if marked and piece.strip() else piece
        for piece, marked in ((clean(piece), marked) for piece, marked in pieces)
    )
    line = escape(" ".join(joined.split()))
    return line.replace(begin, "**").replace(end, "**")


def clip_pieces(pieces: Iterable[tuple[str, bool]], limit: int) -> list[tuple[str, bool]]:
    """As many of the pieces as fit into ``limit`` UTF-16 units, the last one cut."""
    kept: list[tuple[str, bool]] = []
    left = limit
    for piece, marked in pieces:
        kept.append((clip(piece, left), marked))
        left -= limits.length(piece)
        if left <= 0:
            break
    return kept


def clip(line: str, limit: int) -> str:
    """Cut a line to ``limit`` UTF-16 units, at a word where one ends near, with an ellipsis."""
    if length_fits(line, limit):
        return line
    if limit < 1:
        return ""
    cut = _fitting(line, limit - 1)
    while cut > 0 and _joins(line, cut):
        cut -= 1
    space = line.rfind(" ", 0, cut + 1)
    if space > cut * 2 // 3:
        cut = space
    return line[:cut].rstrip(" ,;:.-\u2013\u2014") + _ELLIPSIS


def _fitting(line: str, limit: int) -> int:
    """How many characters from the start of the line fit into ``limit`` UTF-16 units."""
    units = 0
    for count, char in enumerate(line):
        units += limits.length(char)
        if units > limit:
            return count
    return len(line)


def _joins(line: str, at: int) -> bool:
    """Whether the characters on both sides of ``at`` make one that a reader sees."""
    if not 0 < at < len(line):
        return False
    char = line[at]
    return (
        unicodedata.combining(char) != 0
        or unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\u200d" in (char, line[at - 1])
    )
