"""The sections of a body and their words, for full-text search; nothing is converted."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from bot.blog.dialect import PLAIN, Dialect
from bot.blog.html import BLOCK, INLINE, VOID
from bot.blog.section import Passage, anchor_of, unique
from bot.blog.syntax import (
    CODE_BLOCK,
    DUNDER,
    HIGHLIGHT,
    JSX_COMMENT,
    LIQUID_COMMENTS,
    OBSIDIAN_COMMENT,
    RAW,
    WIKILINK,
    Marks,
    between,
)
from bot.reading.code import mask, mask_all, mask_braces, unmask
from bot.reading.plain import Syntax, cut, plain, without_references

# Longer ones exist, but no choice of Discord's has room for them.
LONGEST = 300
# No post has so many. Below the last, all is one section.
MOST = 1_000
LONGEST_HTML = 600
# A paragraph that is underlined is a heading, if it is this short.
SETEXT_LINES = 4

# A heading, or what is to be skipped for it may hold what looks like one. The new line in front
# is the literal that the search jumps to.
MARK = re.compile(
    r"\n(?:"
    r"[ ]{0,3}(?P<hashes>\#{1,6})(?:[ \t]+(?P<atx>[^\n]*)|(?=\n|\Z))"
    r"|[ \t>]*(?P<fence>`{3,}(?=[^`\n]*(?:\n|\Z))|~{3,})"
    r"|[ ]{0,3}(?P<line>=+|-+)[ \t]*(?=\n|\Z)"
    r"|[ \t]*<(?P<element>(?i:pre|script|style))\b|[ \t]*(?P<comment><!--)"
    r"|[ \t]*\{(?:%-?|\{[<%])[ ]*"
    r"(?P<name>highlight|codeblock|comment|(?:set|capture)(?=\s+\w+\s*-?%\}))\b"
    r"|[ \t]*<(?P<html>[hH][1-6])\b(?P<attributes>[^<>]*)>"
    r")"
)
HTML_HEADING = re.compile(r"<h(?=[1-6]\b)", re.IGNORECASE)
# Kramdown's and Hugo's {#name} behind a heading, or React's {/*name*/}.
NAME = re.compile(r"\{(?::?[ \t]*#([\w.:-]+)[^{}]*|/\*([\w-]+)\*/)\}[ \t]*$")
ID = re.compile(r"\bid\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
# What a paragraph does not begin with.
NO_PARAGRAPH = re.compile(r"[ ]{0,3}(?:[#>|<]|[-*+][ \t]|\d{1,9}[.)][ \t]|`{3}|~{3}|:::|[-=]+\s*$)")


# Passes with a literal to jump to each are ten times faster than one pattern with choices. None
# can run away: each ends at a character that it cannot contain. Nor does any cross a seam.
SEAM = "\x01"
# Marks at the beginning of a line; of a fence, what language it is in, too.
LINE_MARKS = re.compile(r"\n[ \t]*[-#>*+=~`][-#>*+=~` ]*(?:(?<=```)[^`\n]*(?=\n)|(?<=~~~)[^\n]*)?")
# Of callouts and directives, and the numbers of lists.
CALLOUT = re.compile(r"\n[ ]*\[![\w-]+\][+-]?")
DIRECTIVE = re.compile(r"\n[ ]*:{3,}[ ]*[\w-]*(?:\[([^\[\]\n]*)\])?(?:\{[^{}\n]*\})?")
NUMBER = re.compile(r"\n[ \t]*\d{1,9}[.)][ \t]+(?=\S)")
CELL = re.compile(r"[ ]*\|[ |]*")
DEFINITION = re.compile(r"\n[ ]{0,3}\[(?!\^)[^\[\]\n]*\]:[ \t]*\S[^\n]*")
NOTE = re.compile(r"\n[ ]{0,3}\[\^[^\[\]\n]*\]:")
LINK = re.compile(
    rf"\[((?:[^\[\]{SEAM}]|\[[^\[\]{SEAM}]*\])*)\]\((?:[^()\n{SEAM}]|\([^()\n{SEAM}]*\))*\)"
)
_KNOWN = "|".join(sorted(INLINE | BLOCK | VOID))
# A name in angle brackets that is no element's and has no attributes is a word: Vec<T>.
HTML_TAG = re.compile(
    rf"</?(?:(?i:{_KNOWN})(?=[\s/>])|[A-Za-z][\w.:-]*(?=\s[^<>{SEAM}]*=))[^<>{SEAM}]*>|<![^<>{SEAM}]*>"
)
# The end of an element within a line, where punctuation goes on behind its last word.
JOINED_TAG = re.compile(rf"</(?i:{'|'.join(sorted(INLINE))})\s*>(?=[.,;:!?)\]\u2019\u201d])")
END_TAG = re.compile(r"</[A-Za-z][\w.:-]*\s*>")
COMPONENT = re.compile(rf"</?[A-Z][\w.]*(?:[\s/][^<>{SEAM}]*)?>|</?>")
UNSEEN: tuple[Marks, ...] = tuple(
    (
        re.compile(rf"<{name}(?=[\s>])[^<>]*>", re.IGNORECASE),
        re.compile(rf"</{name}\s*>", re.IGNORECASE),
    )
    for name in ("script", "style")
)
TAG = re.compile(rf"\{{%[^{{}}{SEAM}]*%\}}")
OUTPUT = re.compile(rf"\{{\{{(?![<%])[^{{}}{SEAM}]*\}}\}}")
# Text that a template keeps under a name, and the names of those that it prints as code.
CAPTURE: Marks = (
    re.compile(r"\{%-?\s*(?:set|capture)\s+(\w+)\s*-?%\}"),
    re.compile(r"\{%-?\s*end(?:set|capture)\s*-?%\}"),
)
COLOURED = re.compile(r"\{\{-?\s*(\w+)\s*\|\s*highlight\b")
SHORTCODE = re.compile(rf"\{{\{{[<%][^{{}}{SEAM}]*[>%]\}}\}}")
STARS = re.compile(r"\*(?<!\w\*)(?=[^\s*])([^*\n]*)(?<!\s)\*(?!\w)")
BOLD = re.compile(r"__(?<!\w__)(?=[^\s_])([^_\n]*)(?<!\s)__(?!\w)")
UNDERSCORES = re.compile(r"_(?<!\w_)(?=[^\s_])([^_\n]*)(?<!\s)_(?!\w)")
# Below the first row of a table. The rows are next to it.
TABLE_RULE = re.compile(r"\n[ ]*\|?[ ]*:?-+:?[ ]*\|[-:| ]*(?=\n|\Z)")
# Where other than ASCII characters take less than this share of a text's bytes, it is not
# worth looking for scripts without spaces.
FEW = 0.05
# White space becomes a space, everything else an x.
SHAPE = bytes(32 if code in b" \t\n\r\v\f" else 120 for code in range(256))
# Han, Kana, Hangul, with their extensions: scripts that are counted by character.
CJK = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def _shown(wikilink: re.Match[str]) -> str:
    return wikilink[3] or wikilink[2]


Pass = tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]]


def _passes(dialect: Dialect) -> Iterator[Pass]:
    """The passes over a body, each with a mark without which there is nothing for it to do."""
    if dialect.markdown != "html":
        yield "[!", CALLOUT, "\n"
        yield ":::", DIRECTIVE, r"\n\1"
        if dialect.wikilinks:
            yield "[[", WIKILINK, _shown
        yield "](", LINK, r"\1"
        yield "](", LINK, r"\1"  # of a picture in a link, the link
    yield "</", JOINED_TAG, ""
    yield "<", HTML_TAG, " "
    yield "</", END_TAG, " "
    if dialect.mdx:
        yield "<", COMPONENT, " "
    if dialect.shortcodes:
        yield "{{", SHORTCODE, " "
    if dialect.tags:
        yield "{%", TAG, " "
    if dialect.outputs:
        yield "{{", OUTPUT, " "
    if dialect.markdown != "html":
        yield "*", STARS, r"\1"
        yield "__", BOLD, _bold
        yield "_", UNDERSCORES, r"\1"


def _template_code(text: str, dialect: Dialect) -> str:
    """``text`` with the marks masked in what tags of templates say is code, or no template."""
    if dialect.tags and "{%" in text:
        text = between(text, RAW, lambda _, inner: mask_braces(inner))
    for word, marks in (("highlight", HIGHLIGHT), ("code", CODE_BLOCK)):
        if dialect.runs_templates and word in text:
            text = between(text, marks, lambda _, inner: "\n" + _masked(inner))
    if dialect.tags and ("endset" in text or "endcapture" in text):
        coloured = frozenset(COLOURED.findall(text))
        text = between(text, CAPTURE, lambda found, inner: _captured(found[1], inner, coloured))
    return text


def _captured(name: str, value: str, coloured: frozenset[str]) -> str:
    """What a template keeps under a name: code where it is coloured, or called so."""
    is_code = name in coloured or "code" in name.lower()
    return f"\n{_masked(value) if is_code else value}"


def _without_unread(text: str, dialect: Dialect) -> str:
    for mark, marks in _unread(dialect):
        if mark in text:
            text = between(text, marks, lambda _, inner: " " + SEAM * inner.count(SEAM))
    return text


def _masked(code: str) -> str:
    return SEAM.join(mask_all(part) for part in code.split(SEAM))


def _unread(dialect: Dialect) -> Iterator[tuple[str, Marks]]:
    """What no reader sees of a body, each with a mark without which there is none."""
    for marks in UNSEEN:
        yield "<s", marks
        yield "<S", marks
    if dialect.tags:
        for marks in LIQUID_COMMENTS:
            yield "{", marks
    if dialect.mdx:
        yield "{/*", JSX_COMMENT
    if dialect.wikilinks:
        yield "%%", OBSIDIAN_COMMENT


def _bold(found: re.Match[str]) -> str:
    return found[0] if DUNDER.fullmatch(found[1]) else found[1]


def passages_of(body: str, title: str, syntax: Syntax) -> tuple[Passage, ...]:
    """Return the sections of ``body`` that hold or name anything.

    A heading that says what the title says is the beginning of the post and no section. For
    ``syntax`` see ``words_of``.
    """
    text = "\n" + (body.replace(SEAM, " ") if SEAM in body else body)
    if body.lstrip()[:1] == "<":  # in HTML, headings stand anywhere in a line
        text = HTML_HEADING.sub("\n<h", text)
    headings = list(islice(_headings(text), MOST))
    starts = [heading.start for heading in headings] + [len(text)]
    ends = [0] + [heading.end for heading in headings]
    parts = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    lead, *words = words_of(f"\n{SEAM}\n".join(parts), syntax).split(SEAM)
    passages = [Passage(None, None, lead.strip())] if lead.strip() else []
    taken: dict[str, int] = {}
    for heading, passage in zip(headings, words, strict=True):
        shown = cut(plain(heading.markup, syntax), LONGEST)
        anchor = unique(heading.name, taken) if heading.name else anchor_of(shown, taken)
        if shown and shown != title:
            passages.append(Passage(shown, anchor, passage.strip()))
        elif passage.strip():
            passages.append(Passage(None, None, passage.strip()))
    return tuple(passages)


class Heading(NamedTuple):
    """Where a heading starts and ends, its markup, and the name that it gives itself."""

    start: int
    end: int
    markup: str
    name: str | None


def _headings(text: str) -> Iterator[Heading]:
    position, unclosed = 0, set[str]()
    while mark := MARK.search(text, position):
        above, position = position, mark.end()
        if heading := _heading_at(text, mark, above):
            position = heading.end
            yield heading
        elif mark["fence"]:
            position = _behind_fence(text, mark["fence"], position)
        elif mark["element"]:
            position = _behind(text, f"</{mark['element']}", position)
        elif mark["comment"]:
            position = _behind(text, "-->", position)
        elif mark["name"]:
            position = _behind_block(text, mark, unclosed)


def _heading_at(text: str, mark: re.Match[str], above: int) -> Heading | None:
    """Return the heading that a mark begins, or ends where it is a line below one.

    Args:
        text: the body.
        mark: of ``MARK``.
        above: where the mark before it ended.
    """
    if mark["line"]:
        start = _paragraph_above(text, above, mark.start())
        markup = text[start : mark.start()]
        return Heading(start, mark.end(), markup, None) if markup else None
    if mark["html"]:
        end = text.find(f"</{mark['html']}", mark.end(), mark.end() + LONGEST_HTML)
        name = ID.search(mark["attributes"])
        if end < 0:
            return None
        return Heading(mark.start(), end, text[mark.end() : end], name and name[1])
    if not mark["hashes"]:
        return None
    markup = (mark["atx"] or "").rstrip()
    name = NAME.search(markup)
    if name:
        markup = markup[: name.start()].rstrip()
    if not (opened := markup.rstrip("#")) or opened[-1] in " \t":
        markup = opened  # hashes may close a heading, too
    return Heading(mark.start(), mark.end(), markup, name and (name[1] or name[2]))


def _behind(text: str, closing: str, position: int) -> int:
    """Return where ``closing`` ends, or else the end of the text."""
    found = text.find(closing, position)
    return len(text) if found < 0 else found + len(closing)


def _behind_fence(text: str, fence: str, position: int) -> int:
    closing = re.compile(rf"\n[ \t>]*{fence}{fence[0]}*[ \t]*(?=\n|\Z)")
    found = closing.search(text, position)
    return found.end() if found else len(text)


def _behind_block(text: str, mark: re.Match[str], unclosed: set[str]) -> int:
    """Return where a template's block ends; one that is never closed is a tag of its own."""
    closing = re.compile(rf"(?:end|/[ ]*){mark['name']}", re.IGNORECASE)
    if mark["name"] in unclosed:
        return mark.end()
    found = closing.search(text, mark.end())
    if found is None:
        unclosed.add(mark["name"])  # not to be looked for again to the end of the text
        return mark.end()
    return found.end()


def _paragraph_above(text: str, above: int, end: int) -> int:
    """Return where the paragraph starts that a line of dashes underlines, ``end`` without one."""
    start = end
    for _ in range(SETEXT_LINES):
        line_start = text.rfind("\n", 0, start)
        if line_start < above or not text[line_start:start].strip():
            break
        start = line_start
    return end if NO_PARAGRAPH.match(text, start + 1) else start


def words_of(body: str, syntax: Syntax) -> str:
    """Return the text of ``body`` without markup; code stays, since people search for it.

    Args:
        body: Markdown or HTML.
        syntax: what marks in it mean; in code they mean nothing.
    """
    dialect = syntax.dialect or PLAIN
    text = _without_unread(mask(_template_code("\n" + body, dialect)), dialect)
    if dialect.markdown != "html":
        if "-|" in text or "- |" in text or ":|" in text:
            text = _without_pipes(text)
        text = LINE_MARKS.sub("\n", text).replace("**", "")
        text = NUMBER.sub("\n", text)
        if syntax.labels:
            text = NOTE.sub("\n", DEFINITION.sub("\n", text))
            text = without_references(text, syntax.labels)
        text = text.replace("![", "[")
    for mark, pattern, replacement in _passes(dialect):
        if mark in text:
            text = pattern.sub(replacement, text)
    if "&" in text:
        text = html.unescape(text)
    return unmask(text if dialect.markdown == "html" else text.replace("`", "")).strip()


def _without_pipes(text: str) -> str:
    """Return ``text`` with the cells of its tables apart, and nothing between them."""
    parts, done = list[str](), 0
    for rule in TABLE_RULE.finditer(text):
        if rule.start() < done:  # a row of dashes within the table before
            continue
        start = text.rfind("\n", done, rule.start())
        end = rule.end()
        while (line_end := text.find("\n", end + 1)) > 0 and "|" in text[end:line_end]:
            end = line_end
        if line_end < 0 and "|" in text[end:]:
            end = len(text)
        head = text[max(start, done) : rule.start()]
        if "|" in head:
            parts += (
                text[done : max(start, done)],
                _cells_apart(head),
                _cells_apart(text[rule.end() : end]),
            )
            done = end
    return "".join(parts) + text[done:]


def _cells_apart(rows: str) -> str:
    """Return rows of a table with commas between the cells."""
    lines = (CELL.sub(", ", row.strip(" |")) for row in rows.split("\n"))
    return "\n".join(line.strip(", ") for line in lines)


def count_words(text: str) -> int:
    """Return the length of ``text`` in words, Chinese, Japanese, Korean characters half a one."""
    data = text.encode()
    if len(data) - len(text) <= len(text) * FEW:
        return _count_spaced(data)
    characters = sum(map(len, CJK.findall(text)))
    return _count_spaced(CJK.sub(" ", text).encode()) + (characters + 1) // 2


def _count_spaced(data: bytes) -> int:
    """Count words between white space, in half the time that split() takes."""
    shape = data.translate(SHAPE)
    return shape.count(b" x") + shape.startswith(b"x")
