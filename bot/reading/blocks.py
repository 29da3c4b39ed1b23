"""The blocks of a body that hold running text; nothing is converted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.blog.syntax import unfenced
from bot.reading.plain import shelter, unshelter

# What is no running text. Each pattern begins with a literal to jump to, ignores case only
# behind it, and ends within a bounded distance or at the end: none walks far in vain.
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
ELEMENT = re.compile(
    r"<((?i:style|script|figure|table|svg|nav|pre|aside|details|blockquote|iframe|video|audio"
    r"|form|select|template|object|head|h[1-6]))\b[^<>]*>.*?(?:</(?i:\1)\s*>|\Z)",
    re.DOTALL,
)
BLOCK_TAG = re.compile(
    r"</?(?i:p|div|section|article|header|footer|main|ul|ol|li|dl|dt|dd|center|hr)\b[^<>]*>"
    r"|<(?i:br)\s*/?>\s*<(?i:br)\s*/?>"
)
LIQUID_BLOCK = re.compile(
    r"\{%-?\s*(highlight|comment|set|css|js|schema)\b[^%]{0,500}%\}.{0,5000}?"
    r"\{%-?\s*end\1\s*-?%\}",
    re.DOTALL,
)
SHORTCODE = re.compile(
    r"\{\{[<%]\s*(highlight|figure)\b[^{}]{0,500}\}\}.{0,5000}?\{\{[<%]\s*/\s*\1\s*[>%]\}\}",
    re.DOTALL,
)
# WordPress', which stays in posts that were moved from there.
CAPTION = re.compile(r"\[caption\b[^\[\]\n]*\].{0,2000}?\[/caption\]", re.DOTALL)
FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)
OBSIDIAN_COMMENT = re.compile(r"%%[^%]*%%")

# The same, each with the mark that tells whether to look for it, and what is left in its place.
GAP = "\n\n"
ASIDES = (
    ("<!--", COMMENT, ""),
    ("<", ELEMENT, GAP),
    ("<", BLOCK_TAG, GAP),
    ("{%", LIQUID_BLOCK, GAP),
    ("{{", SHORTCODE, GAP),
    ("[caption", CAPTION, GAP),
    ("$$", FORMULA, GAP),
    ("%%", OBSIDIAN_COMMENT, ""),
)

# Lines that begin something else than a paragraph: headings, containers, tables, tables of
# contents, definitions, attribute lists, code of MDX, rules, LaTeX.
NOT_TEXT = re.compile(
    r"#{1,6}(?:\s|$)|:::|\|.*\||\[TOC\]|\[\[_?TOC_?\]\]|\[[^\]]+\]:\s|\*\[[^\]]+\]:\s|\{:"
    r"|(?:import|export)\s+(?:[\w*{}, ]+\s+from\s|[\"'{]|(?:const|default|function|let)\s).*"
    r"|(?:[-*_][ \t]*){3,}$|@def\s|\\(?:toc|newcommand|begin)",
    re.IGNORECASE,
)
LIST_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")
SETEXT = re.compile(r"(?:=+|-{2,})\s*$")


def blocks(body: str) -> Iterator[tuple[str, str]]:
    """Yield ``text``, ``list`` and ``quote`` blocks with their markup, and nothing else."""
    is_html = body.lstrip()[:1] == "<"
    for kind, lines in _runs(_without_asides(body), is_html=is_html):
        yield kind, unshelter("\n".join(lines))


def _without_asides(body: str) -> str:
    """Return ``body`` with an empty line for everything that is no running text."""
    found = [aside for aside in ASIDES if aside[0] in body and aside[1].search(body)]
    if found and "`" in body:  # elements that are only spoken of are text
        body = shelter("\n".join(unfenced(body)))
    for _, pattern, replacement in found:
        body = pattern.sub(replacement, body)
    return body


def _runs(body: str, *, is_html: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield runs of lines that belong together, and their kind."""
    kind, lines = "", list[str]()
    for line in unfenced(body):
        content = line.strip()
        starts = _kind(line, content, is_html=is_html, within=kind)
        if starts != kind:
            if kind and not (kind == "text" and SETEXT.match(content)):
                yield kind, lines
            kind, lines = starts, []
        if kind:
            lines.append(content)
    if kind:
        yield kind, lines


def _kind(line: str, content: str, *, is_html: bool, within: str) -> str:
    """Tell what a line belongs to; the empty string where it is nothing to show."""
    is_setext = within == "text" and SETEXT.match(content)
    is_code = not within and not is_html and line.startswith(("    ", "\t"))
    if not content or is_setext or is_code or NOT_TEXT.match(content):
        return ""
    if within != "text" and LIST_ITEM.match(content):
        return "list"
    if content.startswith(">"):
        return "quote"
    return within or "text"  # lines of an item or a quote may go on without a mark
