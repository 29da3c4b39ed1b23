"""The summary of a post: the author's, or the beginning of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bot.blog.dialect import PLAIN
from bot.blog.syntax import unfenced
from bot.reading.front_matter import Fields
from bot.reading.plain import Syntax, cut, plain, shelter, unshelter

# Plain keys, see Fields.
SUMMARY = (
    "description", "summary", "excerpt", "metadescription", "subtitle", "teaser", "sharetext",
    "spoiler", "abstract", "dek", "intro", "ogdescription", "tldr", "shortdescription", "blurb",
)  # fmt: skip

# About three lines of a message, and of a search result.
LEAD_LIMIT = 300
# What authors chose themselves is cut only where it is no summary any more.
AUTHOR_LIMIT = 500

# How much of a body is looked at: the first is enough for most, the last for pages that
# begin with a drawing, a style sheet or a long table of contents.
WINDOWS = (1_500, 6_000, 60_000)

# Patterns here begin with a literal to jump to, and ignore case only behind it: anything else
# makes them walk through the text character by character.
MARKER = re.compile(r"<!--\s*(?i:more|truncate)\s*-->")
MARKER_IN_MDX = re.compile(r"\{/\*\s*(?i:truncate|more)\s*\*/\}")
BEGIN = re.compile(r"<!--\s*(?i:PELICAN_BEGIN_SUMMARY|Excerpt Start)\s*-->")
END = re.compile(r"<!--\s*(?i:PELICAN_END_SUMMARY|Excerpt End)\s*-->")
# A post about excerpts quotes its marker a few times; no post does so for ever.
MARKERS_LOOKED_AT = 20
LAYOUT = re.compile(r"<(?i:table|blockquote|aside|details)\b")
UNSEEN_ELEMENT = re.compile(
    r"<((?i:style|script|svg|pre|head|iframe|template|select))\b[^<>]*>.*?(?:</(?i:\1)\s*>|\Z)",
    re.DOTALL,
)
WORD = re.compile(r"[^\W_]")
ADDRESS = re.compile(r"\S*://\S*")
GAP = "\n\n"

# What is no running text. Each pattern begins with a literal to jump to, ignores case only
# behind it, and ends within a bounded distance or at the end: none walks far in vain.
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
ELEMENT = re.compile(
    r"<((?i:style|script|figure|table|svg|nav|pre|aside|details|blockquote|iframe|video|audio"
    r"|form|select|template|object|head|h[1-6]))(?=[\s/>])[^<>]*>"
)
# These hide what follows even where they are not closed.
HIDING = frozenset({"style", "script", "svg", "template"})
BLOCK_TAG = re.compile(
    r"</?(?i:html|body|p|div|section|article|header|footer|main|ul|ol|li|dl|dt|dd|center|hr)\b[^<>]*>"
    r"|<(?i:br)\s*/?>\s*<(?i:br)\s*/?>"
)
LIQUID_BLOCK = re.compile(
    r"\{%-?\s*(highlight|codeblock|code|comment|set|css|js|schema)\b[^%]{0,500}%\}.{0,5000}?"
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

# Lines that begin something else than a paragraph: headings, containers, tables, tables of
# contents, definitions, attribute lists, code of MDX, rules, LaTeX.
NOT_TEXT = re.compile(
    r"#{1,6}(?:\s|$)|:::|\|.*\||\[TOC\]|\[\[_?TOC_?\]\]|\[[^\]]+\]:|\*\[[^\]]+\]:\s|\{:"
    r"|(?:import|export)\s+(?:[\w*{}, ]+\s+from\s|[\"'{]|(?:const|default|function|let)\s).*"
    r"|(?:[-*_][ \t]*){3,}$|@def\s|\\(?:toc|newcommand|begin)",
    re.IGNORECASE,
)
LIST_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")
SETEXT = re.compile(r"(?:=+|-{2,})\s*$")


def summary_of(fields: Fields, body: str, syntax: Syntax) -> str:
    """Return the post's summary as one paragraph of plain text, or the empty string."""
    separator = next(fields.texts("excerptseparator"), None)
    own = fields.front_matter.meta
    if fields.meta is not own:  # what a site gives to all its posts sums up none of them
        fields = Fields(fields.path, fields.front_matter, own)
    for text in fields.texts(*SUMMARY):
        if summary := cut(plain(text), AUTHOR_LIMIT):
            return summary
    return excerpt(body, syntax, separator)


def excerpt(body: str, syntax: Syntax, separator: str | None = None) -> str:
    """Return what stands before the excerpt marker, else the first real paragraph.

    Args:
        body: the text below the front matter.
        syntax: what the marks in it mean.
        separator: the site's own marker, Jekyll's ``excerpt_separator``.
    """
    marked = _window(_marked(body, separator), WINDOWS[1])
    if lead := " ".join(paragraphs(marked, syntax)):
        return cut(lead, AUTHOR_LIMIT)
    for size in WINDOWS:
        for paragraph in paragraphs(_window(body, size), syntax):
            if not paragraph.endswith(","):  # as "Dear readers,"
                return cut(paragraph, LEAD_LIMIT)
        if len(body) <= size:
            break
    return _second_best(_window(body, size), syntax)


def _window(body: str, size: int) -> str:
    """Return the beginning of ``body``, ending between two paragraphs where it can."""
    if len(body) <= size:
        return body
    end = body.find("\n\n", size, 2 * size)
    return body[: end if end > 0 else size]


def paragraphs(body: str, syntax: Syntax) -> Iterator[str]:
    """Yield the running text of ``body``, paragraph by paragraph, as plain text."""
    for kind, block in blocks(body, syntax):
        if kind == "text" and (text := plain(block, syntax)) and _says_something(text):
            yield text


def _says_something(text: str) -> bool:
    """Whether there is a word that is no part of an address."""
    return WORD.search(ADDRESS.sub("", text) if "://" in text else text) is not None


def _marked(body: str, separator: str | None) -> str:
    """Return the part of ``body`` that the author marked as its excerpt."""
    if separator and separator in body:
        return body.partition(separator)[0]
    if "<!--" in body:
        if (begin := BEGIN.search(body)) and (end := END.search(body, begin.end())):
            return body[begin.end() : end.start()]
        if lead := _before(MARKER, body):
            return lead
    return _before(MARKER_IN_MDX, body) if "{/*" in body else ""


def _before(marker: re.Pattern[str], body: str) -> str:
    """Return what stands before the first marker that is not quoted as code."""
    for found in islice(marker.finditer(body), MARKERS_LOOKED_AT):
        lead = body[: found.start()]
        if not lead.endswith("`") and list(unfenced(body[: found.end()]))[-1]:
            return lead
    return ""


def _second_best(body: str, syntax: Syntax) -> str:
    """Return the first list or quote, of a body without any paragraph."""
    for _, block in blocks(body, syntax):
        lines = (re.sub(r"^(?:>\s?|[-*+]\s|\d+[.)]\s)+", "", line) for line in block.split("\n"))
        text = plain("\n".join(line for line in lines if not line.startswith("[!")), syntax)
        if _says_something(text):
            return cut(text, LEAD_LIMIT)
    # Old pages are laid out in tables, or are one quotation.
    text = plain(UNSEEN_ELEMENT.sub(" ", body), syntax) if LAYOUT.search(body) else ""
    return cut(text, LEAD_LIMIT) if WORD.search(text) else ""


def blocks(body: str, syntax: Syntax) -> Iterator[tuple[str, str]]:
    """Yield ``text``, ``list`` and ``quote`` blocks with their markup, and nothing else."""
    is_html = body.lstrip()[:1] == "<"
    for kind, lines in _runs(_without_asides(body, syntax), is_html=is_html):
        yield kind, unshelter("\n".join(lines))


def _without_asides(body: str, syntax: Syntax) -> str:
    """Return ``body`` with an empty line for everything that is no running text."""
    found = [aside for aside in _asides(syntax) if aside[0] in body and aside[1].search(body)]
    if found and "`" in body:  # elements that are only spoken of are text
        body = shelter("\n".join(unfenced(body)))
    for _, pattern, replacement in found:
        body = _without_elements(body) if pattern is ELEMENT else pattern.sub(replacement, body)
    return body


def _asides(syntax: Syntax) -> Iterator[tuple[str, re.Pattern[str], str]]:
    """What is no running text: a mark that tells whether to look for it, and what is left."""
    dialect = syntax.dialect or PLAIN
    yield "<!--", COMMENT, ""
    yield "<", ELEMENT, GAP
    yield "<", BLOCK_TAG, GAP
    if dialect.tags:
        yield "{%", LIQUID_BLOCK, GAP
    if dialect.shortcodes:
        yield "{{", SHORTCODE, GAP
    if dialect.markdown != "html":
        yield "[caption", CAPTION, GAP
        yield "$$", FORMULA, GAP
    if dialect.wikilinks:
        yield "%%", OBSIDIAN_COMMENT, ""


def _without_elements(body: str) -> str:
    """Return ``body`` with a gap for each element; takes linear time."""
    parts, done, unclosed = list[str](), 0, set[str]()
    while opening := ELEMENT.search(body, done):
        name = opening[1].lower()
        closing = None
        if name not in unclosed:
            closing = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(body, opening.end())
        if closing is None:
            unclosed.add(name)
            end = len(body) if name in HIDING else opening.end()
        else:
            end = closing.end()
        parts += (body[done : opening.start()], GAP if closing or name in HIDING else opening[0])
        done = end
    return "".join(parts) + body[done:]


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
