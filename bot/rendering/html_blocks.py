"""HTML to blocks, for every post, whichever parser wrote the HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.blog.emoji import with_emoji
from bot.rendering.block import (
    Block,
    Footnote,
    Gallery,
    Heading,
    Item,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Run,
    Style,
    Table,
    one_line,
    task,
    tidy,
)
from bot.rendering.callout import callout, kind_of, recognised
from bot.rendering.elements import (
    BLOCKS,
    DROPPED,
    STYLES,
    SUBSCRIPT,
    SUPERSCRIPT,
    Attributes,
    attributes_of,
    code_of,
    embed_of,
    fragment_of,
    image_of,
    is_back,
    is_notes,
    notes_of,
)
from bot.rendering.escape import clean

_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_CALLOUT_CLASS = re.compile(
    r"\badmonition[- ](?:alert[- ])?([a-z]+)|\bmarkdown-alert-([a-z]+)", re.IGNORECASE
)
_CALLOUT_TITLE = re.compile(r"\b(?:admonition|markdown-alert|callout)-?(?:title|heading)")

# Marks what a template's tag became that only the site can show.
ASIDE = "data-aside"

# Deeper markup than any post has is read as flat text, so that no input can exhaust the stack.
MAX_DEPTH = 60
# A post of 20,000 words has a tenth of them; each takes some ten microseconds.
MAX_TAGS = 20_000


@dataclass(slots=True)
class _Flow:
    """Blocks of one container while they are gathered, and the runs of the paragraph at hand."""

    blocks: list[Block] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    seen: list[Picture] = field(default_factory=list)

    def show(self, found: Picture | Run | None) -> None:
        """Add what an image turned out to be."""
        if isinstance(found, Picture):
            self.pictures.append(found)
            self.seen.append(found)
        elif found is not None:
            self.runs.append(found)

    def end_paragraph(self) -> None:
        """Close the paragraph at hand; its pictures stand below it."""
        runs = tidy(self.runs)
        if runs:
            self.blocks.append(Paragraph(runs))
        if self.pictures:
            self.blocks.append(Gallery(tuple(self.pictures)))
        self.runs = []
        self.pictures = []

    def add(self, block: Block) -> None:
        """Close the paragraph at hand and add a block after it."""
        self.end_paragraph()
        self.blocks.append(block)


@dataclass(frozen=True, slots=True)
class _Look:
    """What the elements around a text say of it.

    Attributes:
        notes: the number of each footnote that is referred to, by its element's id.
        emoji: whether ``:tada:`` is one.
    """

    style: Style = Style.PLAIN
    url: str | None = None
    shift: str = ""
    depth: int = 0
    notes: Mapping[str, int] = field(default_factory=dict)
    emoji: bool = False

    def within(
        self, *, style: Style = Style.PLAIN, url: str | None = None, shift: str = ""
    ) -> _Look:
        """The look one element deeper, with what that element adds."""
        return _Look(
            self.style | style,
            url or self.url,
            shift or self.shift,
            self.depth + 1,
            self.notes,
            self.emoji,
        )


def blocks_of(html: str, *, emoji: bool = False) -> tuple[Block, ...]:
    """Read HTML, whole or a fragment, as blocks.

    What follows on ``MAX_TAGS`` tags is read without them.

    Args:
        html: the post's body.
        emoji: whether ``:tada:`` is one.
    """
    end = _end_of_tags(html)
    if end < len(html):
        html = f"{html[:end]}<p>{_TAG.sub(' ', html[end:])}"
    body = LexborHTMLParser(f"<!doctype html><body>{html}").body
    return () if body is None else _contents(body, _Look(notes=notes_of(body), emoji=emoji))


def _end_of_tags(html: str) -> int:
    """Where the last tag begins that is read, or the length of the text."""
    tags = islice(re.finditer("<", html), MAX_TAGS, None)
    last = next(tags, None)
    return len(html) if last is None else last.start()


def _contents(node: LexborNode, look: _Look) -> tuple[Block, ...]:
    flow = _Flow()
    _walk(node, flow, look)
    flow.end_paragraph()
    return tuple(flow.blocks)


def _walk(node: LexborNode, flow: _Flow, look: _Look) -> None:
    for child in _children(node):
        _visit(child, flow, look)


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _visit(node: LexborNode, flow: _Flow, look: _Look) -> None:
    tag = node.tag or ""
    if tag == "-text":
        _text(node, flow, look)
    elif tag in DROPPED:
        pass
    elif look.depth > MAX_DEPTH:
        flow.runs.append(Run(clean(_SPACE.sub(" ", node.text(deep=True))), look.style, look.url))
    elif tag in BLOCKS:
        _block(node, tag, flow, look.within())
    else:
        _inline(node, tag, flow, look)


def _text(node: LexborNode, flow: _Flow, look: _Look) -> None:
    text = clean(_SPACE.sub(" ", node.text_content or ""))
    if look.emoji and Style.CODE not in look.style:
        text = with_emoji(text)
    if look.shift:
        table = SUPERSCRIPT if look.shift == "sup" else SUBSCRIPT
        if all(ord(character) in table for character in text):
            text = text.translate(table)
    if text:
        flow.runs.append(Run(text, look.style, look.url))


# ------------------------------------------------------------------------ inline


def _inline(node: LexborNode, tag: str, flow: _Flow, look: _Look) -> None:
    attributes = node.attributes
    if tag == "br":
        flow.runs.append(Run("\n"))
    elif tag == "img":
        flow.show(image_of(attributes_of(node), look.url))
    elif tag == "noscript":
        _noscript(node, flow, look)
    elif tag == "a":
        _link(node, attributes, flow, look)
    elif tag in {"sup", "sub"}:
        _walk(node, flow, look.within(shift=tag))
    elif tag == "q":
        flow.runs.append(Run("“", look.style, look.url))
        _walk(node, flow, look.within())
        flow.runs.append(Run("”", look.style, look.url))
    elif tag == "abbr" and attributes.get("title"):
        _walk(node, flow, look.within())
        flow.runs.append(Run(clean(f" ({attributes['title']})"), look.style))
    elif tag == "span" and "spoiler" in (attributes.get("class") or ""):
        _walk(node, flow, look.within(style=Style.SPOILER))
    else:
        _walk(node, flow, look.within(style=STYLES.get(tag, Style.PLAIN)))


def _link(node: LexborNode, attributes: Attributes, flow: _Flow, look: _Look) -> None:
    key = fragment_of(node) if look.notes else ""
    if key in look.notes:
        flow.runs.append(Run(f"[{look.notes[key]}]", note=key))
    elif not (look.notes and is_back(node)):
        _walk(node, flow, look.within(url=(attributes.get("href") or "").strip()))


def _noscript(node: LexborNode, flow: _Flow, look: _Look) -> None:
    """Show the pictures for readers without scripts, where a script would have shown them."""
    known = {picture.url for picture in flow.seen}
    for image in node.css("img"):
        found = image_of(attributes_of(image), look.url)
        if isinstance(found, Picture) and found.url not in known:
            flow.show(found)


# ------------------------------------------------------------------------ blocks


def _block(  # noqa: C901, PLR0912 — one case an element
    node: LexborNode, tag: str, flow: _Flow, look: _Look
) -> None:
    attributes = node.attributes
    classes = attributes.get("class") or ""
    if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
        _heading(node, int(tag[1]), flow, look)
    elif tag in {"ul", "ol", "menu"}:
        _list(node, tag, flow, look)
    elif tag == "pre":
        flow.add(code_of(node))
    elif kind := _callout_kind(tag, attributes, classes):
        _callout(node, kind, flow, look)
    elif tag == "blockquote":
        flow.add(recognised(_contents(node, look)))
    elif tag == "table":
        _table(node, flow, look)
    elif tag == "hr":
        flow.add(Rule())
    elif tag in {"iframe", "video", "audio", "embed", "object"}:
        if found := embed_of(node, tag):
            flow.add(Paragraph(found))
    elif look.notes and is_notes(attributes, classes):
        _notes(node, flow, look)
    elif tag == "details":
        _details(node, flow, look)
    elif tag in {"dt", "summary", "caption"}:
        _paragraph(node, flow, look.within(style=Style.BOLD))
    elif tag == "dd":
        flow.add(Quote(_contents(node, look)))
    elif tag == "figcaption":
        _paragraph(node, flow, look.within(style=Style.ITALIC))
    elif ASIDE in attributes:
        _aside(node, flow, look)
    else:
        _paragraph(node, flow, look)


def _aside(node: LexborNode, flow: _Flow, look: _Look) -> None:
    """A remark in small print, which one that says the same and follows at once adds nothing to."""
    inner = _Flow()
    _walk(node, inner, look)
    remark = Paragraph(tidy(inner.runs), is_small=True)
    flow.end_paragraph()
    if remark not in flow.blocks[-1:]:
        flow.add(remark)


def _paragraph(node: LexborNode, flow: _Flow, look: _Look) -> None:
    flow.end_paragraph()
    _walk(node, flow, look)
    flow.end_paragraph()


def _callout_kind(tag: str, attributes: Attributes, classes: str) -> str | None:
    """The kind of callout that an element is by its attributes, or None for no callout."""
    named = attributes.get("data-callout")
    if named is not None:
        return kind_of(named) or (named.lower() if tag == "blockquote" else None)
    found = (one[1] or one[2] for one in _CALLOUT_CLASS.finditer(classes))
    return next((kind for name in found if (kind := kind_of(name))), None)


def _callout(node: LexborNode, kind: str, flow: _Flow, look: _Look) -> None:
    title: tuple[Run, ...] = ()
    inner = _Flow()
    for child in _children(node):
        if not title and _CALLOUT_TITLE.search(child.attributes.get("class") or ""):
            title = one_line(_contents(child, look))
        else:
            _visit(child, inner, look)
    inner.end_paragraph()
    flow.add(callout(kind, title, tuple(inner.blocks)))


def _notes(node: LexborNode, flow: _Flow, look: _Look) -> None:
    """Read the notes, and what else stands among them, such as those nothing refers to."""
    flow.end_paragraph()
    referred: list[LexborNode] = []
    for note in node.css("li[id]"):
        key = note.attributes.get("id") or ""
        if key in look.notes:
            flow.add(Footnote(key, look.notes[key], _contents(note, look)))
            referred.append(note)
    for note in referred:
        note.decompose()
    if node.css_first("li") is not None:
        _walk(node, flow, look)
    flow.end_paragraph()


def _heading(node: LexborNode, level: int, flow: _Flow, look: _Look) -> None:
    inner = _Flow()
    _walk(node, inner, look)
    runs = tidy(inner.runs)
    pictures = tuple(inner.pictures)
    for block in inner.blocks:  # a block inside a heading is only valid in a reader's eyes
        if isinstance(block, Paragraph):
            runs = (*runs, Run(" "), *block.runs) if runs else block.runs
    if runs:
        flow.add(Heading(level, runs, (node.attributes.get("id") or "").strip()))
    if pictures:
        flow.add(Gallery(pictures))


def _list(node: LexborNode, tag: str, flow: _Flow, look: _Look) -> None:
    items: list[Item] = []
    for child in _children(node):
        if child.tag == "-text" and not (child.text_content or "").strip():
            continue
        if child.tag in DROPPED:
            continue
        if child.tag in {"ul", "ol"} and items:  # nested without an item of its own
            nested = _Flow()
            _visit(child, nested, look)
            items[-1] = Item((*items[-1].blocks, *nested.blocks), items[-1].checked)
            continue
        inner = _Flow()
        box = child.css_first("input[type=checkbox]") if child.tag == "li" else None
        checked = None if box is None else "checked" in box.attributes
        if child.tag == "li":
            _walk(child, inner, look)
        else:
            _visit(child, inner, look)
        inner.end_paragraph()
        blocks = tuple(inner.blocks)
        if checked is None:
            checked, blocks = task(blocks)
        items.append(Item(blocks, checked))
    if items:
        flow.add(Listing(tuple(items), _start(node) if tag == "ol" else None))


def _start(node: LexborNode) -> int:
    text = node.attributes.get("start") or "1"
    return int(text) if re.fullmatch(r"\d{1,9}", text) else 1


def _table(node: LexborNode, flow: _Flow, look: _Look) -> None:
    rows: list[tuple[tuple[Run, ...], ...]] = []
    blocks: list[Block] = []
    for row in _rows(node):
        cells: list[tuple[Run, ...]] = []
        for cell in _children(row):
            if cell.tag not in {"td", "th"}:
                continue
            inner = _contents(cell, look)
            cells.append(one_line(inner))
            blocks.extend(block for block in inner if isinstance(block, Gallery))
        if cells:
            rows.append(tuple(cells))
    caption = next((child for child in _children(node) if child.tag == "caption"), None)
    if caption is not None:
        _paragraph(caption, flow, look.within(style=Style.BOLD))
    width = max((len(row) for row in rows), default=0)
    if (width == 1 and node.css_first("th") is None) or (
        width and not any(any(cell) for row in rows for cell in row)
    ):
        # A table of one column only lays things out; read it as what it holds.
        for only in rows:
            if only[0]:
                flow.add(Paragraph(only[0]))
    elif width:
        full = [row + ((),) * (width - len(row)) for row in rows]
        flow.add(Table(full[0], tuple(full[1:])))
    flow.end_paragraph()
    flow.blocks.extend(blocks)


def _rows(node: LexborNode) -> Iterator[LexborNode]:
    for child in _children(node):
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from _rows(child)


def _details(node: LexborNode, flow: _Flow, look: _Look) -> None:
    flow.end_paragraph()
    for child in _children(node):
        if child.tag == "summary":
            _paragraph(child, flow, look.within(style=Style.BOLD))
    inner = _Flow()
    for child in _children(node):
        if child.tag != "summary":
            _visit(child, inner, look)
    inner.end_paragraph()
    if inner.blocks:
        flow.add(Quote(tuple(inner.blocks)))
