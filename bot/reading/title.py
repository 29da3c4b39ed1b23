"""A post's title."""

from __future__ import annotations

import re

from bot.reading.fields import Fields
from bot.reading.lines import unfenced
from bot.reading.plain import cut, plain

# Longer ones exist, but no message has room for them.
LONGEST = 300
# Headings below this are sections of a very long text, not its title.
HEADING_WINDOW = 20_000

ATX = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
SETEXT = re.compile(r"[ ]{0,3}(=+|-{2,})[ \t]*$")
HTML = re.compile(r"[ \t]*<(h[1-6])\b[^<>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)


def title_of(fields: Fields, body: str) -> str | None:
    """Return the title that the author gave, as plain text, or None.

    The front matter's wins; then a heading above all text, of any level; then the first
    heading of the highest level anywhere.
    """
    for text in fields.texts("title"):
        if title := cut(plain(text), LONGEST):
            return title
    return heading(body)


def heading(body: str) -> str | None:
    """Return the heading that titles ``body``, as plain text, or None."""
    lines = list(unfenced(body[:HEADING_WINDOW]))
    above_text, previous = True, ""
    for number, line in enumerate(lines):
        level, text = _heading_at(lines, number, previous)
        if level and (level == 1 or above_text) and (title := cut(plain(text), LONGEST)):
            return title
        previous = line.strip()
        if above_text and previous:  # a line of text, unless it is underlined
            underline = lines[number + 1] if number + 1 < len(lines) else ""
            above_text = SETEXT.match(underline) is not None or not plain(previous)
    return None


def _heading_at(lines: list[str], number: int, previous: str) -> tuple[int, str]:
    """Return level and markup of the heading on a line; level 0 where there is none."""
    line = lines[number]
    if found := ATX.match(line):
        return len(found[1]), found[2]
    if previous and (found := SETEXT.match(line)):
        return (1 if found[1][0] == "=" else 2), previous
    if "<h" in line.lower() and (found := HTML.match("\n".join(lines[number : number + 5]))):
        return int(found[1][1]), found[2]
    return 0, ""


def title_from_name(name: str) -> str:
    """Return a file's name as words: ``my-first-post`` is "My first post"."""
    words = plain(name if " " in name else re.sub(r"[-_]+", " ", name))
    return cut(words[:1].upper() + words[1:], LONGEST) or "Untitled"
