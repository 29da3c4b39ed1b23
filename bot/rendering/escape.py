"""Text into Discord's Markdown, so that Discord reads in it what the author wrote.

What Discord reads: https://support.discord.com/hc/en-us/articles/210298617 and, for
mentions, https://discord.com/developers/docs/reference#message-formatting
"""

from __future__ import annotations

import re

# Between characters that would otherwise mean something to Discord; no reader sees it.
BREAK = "\u2060"  # word joiner

_SPECIAL = re.compile(r"[\\*_~`|\[\]<]")
_LINE_START = re.compile(r"(?m)^(\s*)(#{1,3}|-#|>{1,3}|[-*+]|\d+[.)])(?=\s|$)")
_ADDRESS = re.compile(r"\b(https?)://|\b(discord\.gg)/", re.IGNORECASE)
# Zero-width and direction-changing characters let a text look like another one. Joiners
# stay: Indic scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028-\u202e\u2061-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff]"
)
_TICK_PAIR = re.compile("`(?=`)")


def clean(text: str) -> str:
    """Drop control characters and invisible ones that could make a text look like another."""
    return _INVISIBLE.sub("", text)


def escape(text: str) -> str:
    """Escape a piece of running text so that it carries no markup, mention or link."""
    text = _SPECIAL.sub(r"\\\g<0>", clean(text))
    text = text.replace("@", f"@{BREAK}")
    return _ADDRESS.sub(lambda m: f"{m[1]}{BREAK}:/{BREAK}/" if m[1] else f"{m[2]}{BREAK}/", text)


def escape_line_start(line: str) -> str:
    """Escape what makes a heading, quote, list or small print at the start of a line."""

    def escaped(found: re.Match[str]) -> str:
        mark = found[2]
        if mark[0].isdigit():
            return f"{found[1]}{mark[:-1]}\\{mark[-1]}"
        return f"{found[1]}\\{mark}"

    return _LINE_START.sub(escaped, line)


def code_span(text: str) -> str:
    """Inline code, whatever backticks it holds."""
    text = clean(text).replace("\n", " ").strip() or " "
    if "`" not in text:
        return f"`{text}`"
    if "``" not in text:
        return f"`` {text} ``"
    return f"`` {_TICK_PAIR.sub(f'`{BREAK}', text)} ``"


def code_line(text: str) -> str:
    """A line inside a code block; no run of backticks can end the block."""
    return clean(text).replace("```", f"`{BREAK}`{BREAK}`")
