"""Code and escaped characters, kept from what is done to the prose around them.

Inside code nothing is a tag, a link, a template or emphasis, nor is it behind a backslash. So the
characters of such marks are replaced by others meanwhile, which stand for them.
"""

from __future__ import annotations

import re

# Any run of backticks, or a fence of tildes.
_RUN = re.compile(r"`+|~{3,}")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_HTML = re.compile(r"<(pre|code|samp|kbd)\b[^<>]*>", re.IGNORECASE)
_MARKS = "<>{}[]()*_|#-=~+&!:^\\."
# Of Markdown and templates, as in HTML's own code, where tags are tags and & begins a character.
_MARKS_IN_HTML = "{}[]*_^`|"
# A block of characters for private use, far from the icons of any font.
_FIRST = 0x10FE00
# Of the line of a fence, what is looked at on either side of it.
LONGEST_LINE = 200
_MASK = {ord(mark): chr(_FIRST + ord(mark)) for mark in _MARKS + "`"}
_BRACES = {ord(mark): chr(_FIRST + ord(mark)) for mark in "{}"}
_MASK_IN_HTML = {ord(mark): chr(_FIRST + ord(mark)) for mark in _MARKS_IN_HTML}


def mask(text: str) -> str:
    """``text`` with the marks inside its code replaced."""
    if "`" in text or "~~~" in text:
        text = _mask_markdown(text)
    if "\\" in text:
        text = _ESCAPED.sub(lambda found: found[1].translate(_MASK), text)
    if "<" in text:
        text = _mask_html(text)
    return text


def mask_all(text: str) -> str:
    """``text``, all of which is code, with its marks replaced."""
    return text.translate(_MASK)


def mask_braces(text: str) -> str:
    """``text`` with its braces replaced, which no template means."""
    return text.translate(_BRACES)


def unmask(text: str) -> str:
    """Undo ``mask``."""
    if text.isascii():
        return text
    for code, character in _MASK.items():
        text = text.replace(character, chr(code))
    return text


def _mask_markdown(text: str) -> str:
    runs = list(_RUN.finditer(text))
    same: dict[str, int] = {}
    next_same = [0] * len(runs)
    for number in range(len(runs) - 1, -1, -1):  # the next run of the same length, of each
        next_same[number] = same.get(runs[number][0], 0)
        same[runs[number][0]] = number
    parts, done, number = list[str](), 0, 0
    while number < len(runs):
        run = runs[number]
        if _opens_fence(text, run):
            start = text.find("\n", run.end())
            start = len(text) if start < 0 else start
            closing = _closing_fence(text, runs, number)
            end = len(text) if closing is None else runs[closing].start()
            number = len(runs) if closing is None else closing + 1
        elif (closing := next_same[number]) and run[0][0] == "`":
            start, end = run.end(), runs[closing].start()
            if "\n\n" in text[start:end]:  # code in a line does not go beyond its paragraph
                number += 1
                continue
            number = closing + 1
        else:
            number += 1
            continue
        parts += (text[done:start], text[start:end].translate(_MASK))
        done = end
    return "".join(parts) + text[done:]


def _opens_fence(text: str, run: re.Match[str]) -> bool:
    if len(run[0]) < 3 or _before(text, run).strip(" \t>-*+0123456789.)"):  # noqa: PLR2004
        return False
    return run[0][0] == "~" or "`" not in _behind(text, run)


def _closing_fence(text: str, runs: list[re.Match[str]], opening: int) -> int | None:
    fence = runs[opening][0]
    for number in range(opening + 1, len(runs)):
        run = runs[number]
        is_fence = run[0][0] == fence[0] and len(run[0]) >= len(fence)
        if is_fence and not _before(text, run).strip(" \t>") and not _behind(text, run).strip():
            return number
    return None


def _before(text: str, run: re.Match[str]) -> str:
    """What stands before a run in its line, or as much of it as tells a fence."""
    start = max(0, run.start() - LONGEST_LINE)
    return text[text.rfind("\n", start, run.start()) + 1 or start : run.start()]


def _behind(text: str, run: re.Match[str]) -> str:
    """What stands behind a run in its line, or as much of it as tells a fence."""
    end = text.find("\n", run.end(), run.end() + LONGEST_LINE)
    return text[run.end() : end if end >= 0 else run.end() + LONGEST_LINE]


def _mask_html(text: str) -> str:
    parts, done = list[str](), 0
    closed = {"pre": 0, "code": 0, "samp": 0, "kbd": 0}
    while opening := _HTML.search(text, done):
        name = opening[1].lower()
        start = opening.end()
        if closed[name] < 0:
            end = start
        else:
            end = closed[name] = text.find(f"</{opening[1]}", start)
        end = start if end < 0 else end
        parts += (text[done:start], text[start:end].translate(_MASK_IN_HTML))
        done = end
    return "".join(parts) + text[done:]
