"""Text into Discord's Markdown, so that Discord reads in it what the author wrote.

What Discord reads: https://support.discord.com/hc/en-us/articles/210298617 and, for
mentions, https://discord.com/developers/docs/reference#message-formatting
"""

from __future__ import annotations

import re

# Between characters that would otherwise mean something to Discord; no reader sees it.
BREAK = "\u2060"  # word joiner

# Invisible characters that hide text, reorder it or break words apart, control characters,
# and halves of surrogate pairs, which no JSON may carry. Joiners stay: emoji and the scripts
# of India and Iran need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
# Ends of lines and files that are not "\n", which would break a line of Discord's.
_ODD_SPACE = re.compile("[\x0b-\x0d\x1c-\x1f\x85\u2028\u2029]")
_MARKS = r"""
      [\\*_~`|<\[\]]       # emphasis, code, spoilers, mentions and timestamps, links
    | :(?=//)              # a bare link
    | :(?=[\w+-]+:)        # an emoji's name, which the dialect did not make one
    | (?<=discord\.gg)/    # an invitation
    | &(?=\#?\w+;)         # an entity, which the playground would replace
    """
_MARK = re.compile(_MARKS, re.VERBOSE | re.IGNORECASE)
# Discord's server finds these by themselves, whatever stands before them.
_EVERYONE = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_LINE_START = re.compile(
    r"(?m)^([^\S\n]*)"
    r"(?:(>|#(?=#{0,5}(?:\s|$))|(?:-#|[+*-])(?=\s|$)|-(?=-+\s*$))|(\d+)(?=[.)](?:\s|$)))"
)
_TICK_PAIR = re.compile("`(?=`)")


def clean(text: str) -> str:
    """Drop control characters and invisible ones that could make a text look like another."""
    return _INVISIBLE.sub("", _ODD_SPACE.sub(" ", text))


def escape(text: str) -> str:
    """Escape a piece of clean running text so that it carries no markup, mention or link."""
    return without_everyone(_MARK.sub(r"\\\g<0>", text))


def without_everyone(text: str, *, at: str = f"@{BREAK}") -> str:
    """Break the mentions that no backslash and no code takes the meaning from.

    ``at``: what stands for ``@`` instead; an address has a spelling of its own.
    """
    return _EVERYONE.sub(at, text)


def escape_line_start(line: str) -> str:
    """Escape what makes a heading, quote, list or small print at the start of a line."""

    def escaped(found: re.Match[str]) -> str:
        space, mark, number = found.groups()
        if number:
            return f"{space}{number}\\"
        # SimCord sees small print behind backslashes, too
        return f"{space}\\-{BREAK}#" if mark == "-#" else f"{space}\\{mark}"

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
