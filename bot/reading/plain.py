r"""One paragraph of Markdown, HTML or template code as plain text.

No Markdown is converted: a few passes of simple patterns over a short text. Each pattern
is linear, or works on text that was cut to ``LONGEST`` first.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.blog.dialect import Dialect
from bot.blog.emoji import with_emoji
from bot.blog.html import without_tags
from bot.blog.syntax import DUNDER, RAW, WIKILINK, between

# Enough for any summary, and little enough for patterns that look ahead.
LONGEST = 4_000

CODE = re.compile(r"(?<![`\\])(`{1,3})(?!`)([^`]+)\1(?!`)")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
HARD_BREAK = re.compile(r"\\(?=\n|\Z)")
# What only machines read.
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
UNCLOSED_COMMENT = re.compile(r"<!--.*\Z", re.DOTALL)
# By the field of a dialect that gives them a meaning.
UNSEEN = {
    "shortcodes": (re.compile(r"\{\{[<%].*?\}\}", re.DOTALL),),
    "tags": (re.compile(r"\{#(?!\w).*?#\}", re.DOTALL), re.compile(r"\{%.*?%\}", re.DOTALL)),
    "outputs": (re.compile(r"\{\{(?![<%]).*?\}\}", re.DOTALL),),
    "mdx": (
        re.compile(r"\{/\*.*?\*/\}", re.DOTALL),
        re.compile(r"</?[A-Z][\w.]*(?:\s[^<>]*|/)?>|</?>"),
    ),
}
ATTRIBUTES = re.compile(r"\{:[^{}\n]*\}|(?<=[)\]`*_])\{[.#][^{}\n]*\}|[ ]\{[.#][^{}\n]*\}\s*\Z")
EMBED = re.compile(r"!\[\[[^\]\n]*\]\]")

_TARGET = r"\([^()]*(?:\([^()]*\)[^()]*)*\)"
PICTURE = re.compile(rf"!\[[^\[\]]*\]{_TARGET}")
LINK = re.compile(rf"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]{_TARGET}")
# In a title, brackets and parentheses are a link only around an address.
LINK_IN_TEXT = re.compile(r"\[([^\[\]]*)\]\((?:[^()\s]*[/.#:][^()\s]*(?:\s+[\"'][^()]*)?)\)")
REFERENCE = re.compile(r"(!?)\[([^\[\]]+)\](?:\[([^\[\]]*)\])?")
LABEL = re.compile(r"(?m)^[ >]*\[([^\[\]\n]+)\]:")
AUTOLINK = re.compile(r"<((?:https?|mailto):[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>")
STARS = re.compile(r"(?<![A-Za-z0-9])(\*{1,3})(?=[^\s*])([^*]*[^\s*])\1")
UNDERSCORES = re.compile(r"(?<![^\W_])(_{1,3})(?=[^\s_])(.*?[^\s_])\1(?![^\W_])", re.DOTALL)
STRIKES = re.compile(r"(?<!\w)(~~|==)(?=\S)([^~=]*[^\s~=])\1(?!\w)")
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))

# Characters that the patterns read are replaced while they are inside code or escaped.
_SPECIAL = "!#$%&()*+./:<=>@[\\]^_`{|}~"
_HIDE = {ord(c): 0xF0000 + ord(c) for c in _SPECIAL}
_HIDE_IN_SPAN = {code: hidden for code, hidden in _HIDE.items() if code != ord("`")}
_SHOW = {hidden: shown for shown, hidden in _HIDE.items()}


@dataclass(frozen=True, slots=True)
class Syntax:
    """What marks mean in a text.

    Attributes:
        dialect: of the post's generator; None where nothing is run and all angle brackets but
            those of inline elements are words: in front matter.
        labels: what links and notes of the same body may refer to, as ``labels_of`` has them.
    """

    dialect: Dialect | None = None
    labels: frozenset[str] = frozenset()

    @classmethod
    def of(cls, body: str, dialect: Dialect) -> Syntax:
        """The syntax of a post's body."""
        labels = LABEL.findall(body) if "]:" in body else ()
        return cls(dialect, frozenset(map(_label, labels)))


IN_FRONT_MATTER = Syntax()


def _label(text: str) -> str:
    return " ".join(text.split()).casefold()


def plain(markup: str, syntax: Syntax = IN_FRONT_MATTER, *, entities: bool = True) -> str:
    """Return what a reader sees of ``markup``, on one line, single-spaced.

    Args:
        markup: Markdown with HTML.
        syntax: what marks mean.
        entities: whether ``&amp;`` still means a character.
    """
    text = markup[:LONGEST]
    if syntax.dialect and syntax.dialect.markdown == "html":
        text = without_tags(COMMENT.sub("", text))
        return tidy(html.unescape(text) if entities else text)
    if syntax.dialect and syntax.dialect.tags and "{%" in text:
        text = between(text, RAW, lambda _, inner: inner.translate(_HIDE_IN_SPAN))
    hidden = "`" in text or "\\" in text or not text.isascii()
    if hidden:
        text = HARD_BREAK.sub(" ", ESCAPE.sub(_hide_escaped, CODE.sub(_hide_code, text)))
    for pattern in _unseen(syntax.dialect) if "{" in text or "<" in text else ():
        text = pattern.sub("", text)
    if "[" in text:
        text = _without_links(text, syntax)
    if "<" in text:
        text = without_tags(AUTOLINK.sub(r"\1", text), blocks=syntax.dialect is not None)
    text = _without_emphasis(text)
    if syntax.dialect and syntax.dialect.emoji:
        text = with_emoji(text)
    if entities and "&" in text:
        text = html.unescape(text)
    if hidden:
        text = text.replace("`", "").translate(_SHOW)
    return tidy(text)


def _unseen(dialect: Dialect | None) -> Iterator[re.Pattern[str]]:
    """What of a text only machines read."""
    yield COMMENT
    if dialect is not None:
        yield UNCLOSED_COMMENT
        yield ATTRIBUTES
        for field, patterns in UNSEEN.items():
            if getattr(dialect, field):
                yield from patterns


def _without_links(text: str, syntax: Syntax) -> str:
    if syntax.dialect and syntax.dialect.wikilinks:
        text = WIKILINK.sub(_wikilink, EMBED.sub("", text))
    link = LINK if syntax.dialect else LINK_IN_TEXT
    text = link.sub(r"\1", PICTURE.sub("", text))
    text = link.sub(r"\1", text)  # a linked image leaves a link around nothing
    return without_references(text, syntax.labels) if syntax.labels else text


def without_references(text: str, labels: frozenset[str]) -> str:
    """A text in which only the words stay of links, pictures and notes that refer to a label."""

    def words(found: re.Match[str]) -> str:
        is_picture, shown, label = found.groups()
        if _label(label or shown) not in labels:
            return found[0]
        return "" if is_picture or shown.startswith("^") else shown

    return REFERENCE.sub(words, text)


def _without_emphasis(text: str) -> str:
    if "*" in text:
        text = STARS.sub(r"\2", STARS.sub(r"\2", text))
    if "_" in text:
        text = UNDERSCORES.sub(_emphasised, text)
    if "~~" in text or "==" in text:
        text = STRIKES.sub(r"\2", text)
    return text


def _emphasised(found: re.Match[str]) -> str:
    is_name = found[1] == "__" and DUNDER.fullmatch(found[2])
    return found[0] if is_name else found[2]


def tidy(text: str) -> str:
    """Return ``text`` on one line, single-spaced, without characters that show nothing."""
    text = " ".join(text.split())
    if text.isprintable() and text.isascii():
        return text
    text = text.translate(INVISIBLE)
    if not text.isprintable():  # joiners and direction marks are kept: scripts need them
        text = "".join(c if unicodedata.category(c) not in {"Cc", "Cs"} else " " for c in text)
    return " ".join(text.split())


def cut(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` characters, cut after a word, with an ellipsis."""
    if len(text) <= limit:
        return text
    end = text.rfind(" ", 0, limit)
    if end < limit * 2 // 3:  # a script without spaces, or one endless word
        end = limit - 1
        while end > limit // 2 and (
            unicodedata.combining(text[end]) or "\u200d" in text[end - 1 : end + 1]
        ):
            end -= 1
    return text[:end].rstrip(" ,;:.\u2013\u2014-(\u3001\u3002\uff0c") + "…"


def shelter(markup: str) -> str:
    """Return ``markup`` with the special characters inside its code spans hidden."""
    return CODE.sub(lambda span: span[0].translate(_HIDE_IN_SPAN), markup)


def unshelter(markup: str) -> str:
    """Return ``markup`` as it was before ``shelter``."""
    return markup if markup.isascii() else markup.translate(_SHOW)


def _hide_code(found: re.Match[str]) -> str:
    return found[2].strip().translate(_HIDE)


def _hide_escaped(found: re.Match[str]) -> str:
    return found[1].translate(_HIDE)


def _wikilink(found: re.Match[str]) -> str:
    return found[3] or found[2].partition("#")[0] or found[2]
