r"""One paragraph of Markdown, HTML or template code as plain text.

No Markdown is converted: a few passes of simple patterns over a short text. Each pattern
is linear, or works on text that was cut to ``LONGEST`` first.
"""

from __future__ import annotations

import html
import re
import unicodedata

from bot.blog.syntax import WIKILINK

# Enough for any summary, and little enough for patterns that look ahead.
LONGEST = 4_000

CODE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`]+)\1(?!`)")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
# What only machines read: comments, template tags and shortcodes, JSX comments, attribute
# lists, images, embeds, footnote marks.
UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|\{%.*?%\}|\{\{.*?\}\}|\{/\*.*?\*/\}|\{[:#.][^{}\n]*\}"
    r"|!\[\[[^\]\n]*\]\]|!\[[^\[\]]*\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])|\[\^[^\]\s]+\]",
    re.DOTALL,
)
LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])"
)
AUTOLINK = re.compile(r"<((?:https?|mailto):[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>")
BREAK = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
TAG = re.compile(r"</?[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>|</?>")
STARS = re.compile(r"(\*{1,3})(?=[^\s*])([^*]*[^\s*])\1")
UNDERSCORES = re.compile(r"(?<![^\W_])(_{1,3})(?=[^\s_])(.*?[^\s_])\1(?![^\W_])", re.DOTALL)
STRIKES = re.compile(r"(~~|==)(?=\S)([^~=]*)\1")
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))

# Characters that mean something to the patterns stand aside while inside code or escaped.
_SPECIAL = "!#$%&()*+./:<=>@[\\]^_`{|}~"
_HIDE = {ord(c): 0xF0000 + ord(c) for c in _SPECIAL}
_HIDE_IN_SPAN = {code: hidden for code, hidden in _HIDE.items() if code != ord("`")}
_SHOW = {hidden: shown for shown, hidden in _HIDE.items()}


def plain(markup: str) -> str:
    """Return what a reader sees of ``markup``, on one line, single-spaced."""
    text = markup[:LONGEST]
    hidden = "`" in text or "\\" in text
    if hidden:
        text = ESCAPE.sub(_hide_escaped, CODE.sub(_hide_code, text))
    if "!" in text or "{" in text or "[^" in text:
        text = UNSEEN.sub("", text)
    if "[" in text:
        text = WIKILINK.sub(_wikilink, text)
        text = LINK.sub(r"\1", text)
        text = LINK.sub(r"\1", text)  # a linked image leaves a link around nothing
    if "<" in text:
        text = TAG.sub("", BREAK.sub(" ", AUTOLINK.sub(r"\1", text)))
    if "*" in text:
        text = STARS.sub(r"\2", STARS.sub(r"\2", text))
    if "_" in text:
        text = UNDERSCORES.sub(r"\2", text)
    if "~~" in text or "==" in text:
        text = STRIKES.sub(r"\2", text)
    if "&" in text:
        text = html.unescape(text)
    if hidden:
        text = text.replace("`", "").translate(_SHOW)
    return tidy(text)


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
