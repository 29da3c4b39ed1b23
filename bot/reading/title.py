"""A post's title."""

from __future__ import annotations

import re
from itertools import islice

from bot.blog.syntax import unfenced
from bot.reading.fields import Fields, as_text, short
from bot.reading.plain import Syntax, cut, plain

# Plain keys, see Fields.
TITLE = ("title", "pagetitle", "newstitle", "headline", "linktitle", "navtitle")
# Longer ones exist, but no message has room for them.
LONGEST = 300
# Headings below this are sections of a very long text, not its title.
HEADING_WINDOW = 20_000

# An HTML heading ends within as many lines below its first.
HTML_LINES = 4

ATX = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
SETEXT = re.compile(r"[ ]{0,3}(=+|-{2,})[ \t]*$")
HTML = re.compile(r"[ \t]*<(h[1-6])\b[^<>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)


def title_of(fields: Fields, body: str, syntax: Syntax) -> str | None:
    """Return the title that the author gave, as plain text, or None.

    The front matter's wins; then a heading above all text, of any level; then the first
    heading of the highest level anywhere.
    """
    for key, value in fields.all(*TITLE):
        if isinstance(value, list | dict):
            fields.complain(f"{key} is not text: {short(value)}", "Put it in quotes.", key)
        elif title := cut(plain(as_text(value) or ""), LONGEST):
            return title
    return heading(body, syntax)


def heading(body: str, syntax: Syntax) -> str | None:
    """Return the heading that titles ``body``, as plain text, or None."""
    above_text, previous = True, ""
    lines = unfenced(body[:HEADING_WINDOW])
    for line in lines:
        if line.lstrip()[:2].lower() == "<h":  # it may go on below
            line = "\n".join([line, *islice(lines, HTML_LINES)])  # noqa: PLW2901
        level, text = _heading_at(line, previous)
        if level and (level == 1 or above_text) and (title := cut(plain(text, syntax), LONGEST)):
            return title
        # The line above is text, unless this one underlines it.
        above_text = above_text and (level > 0 or not plain(previous, syntax))
        previous = line.strip()
    return None


def _heading_at(line: str, previous: str) -> tuple[int, str]:
    """Return level and markup of the heading that a line is or underlines; level 0 for none."""
    if found := ATX.match(line):
        return len(found[1]), found[2]
    if previous and (found := SETEXT.match(line)):
        return (1 if found[1][0] == "=" else 2), previous
    if found := HTML.match(line):
        return int(found[1][1]), found[2]
    return 0, ""


def title_from_name(name: str) -> str:
    """Return a file's name as words: ``my-first-post`` is "My first post"; a day stays one."""
    words = plain(name if " " in name else re.sub(r"(?<!\d)[-_]+|[-_]+(?!\d)", " ", name))
    return cut(words[:1].upper() + words[1:], LONGEST) or "Untitled"
