"""HTML to blocks: whole posts in HTML, and what Python-Markdown makes of the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.rendering.block import (
    Block,
    Code,
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
)
from bot.rendering.callout import recognised, titled
from bot.rendering.escape import clean

# What nobody reads; math is kept as the TeX that most generators leave in an annotation.
_DROPPED = frozenset(
    ["script", "style", "template", "noscript", "svg", "head", "title", "meta", "link", "form",
     "input", "button", "select", "textarea", "canvas", "map", "area", "param", "source", "track",
     "wbr", "datalist", "progress", "meter", "-comment"]
)  # fmt: skip
_CONTAINERS = frozenset(
    ["address", "article", "aside", "body", "center", "dd", "details", "dialog", "div", "dl", "dt",
     "fieldset", "figcaption", "figure", "footer", "header", "hgroup", "legend", "li", "main",
     "nav", "p", "section", "summary", "tbody", "tfoot", "thead", "td", "th", "tr", "caption"]
)  # fmt: skip
_BLOCKS = _CONTAINERS | {
    "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "blockquote", "table", "hr", "iframe",
    "video", "audio", "embed", "object", "menu",
}  # fmt: skip
_STYLES = {
    "b": Style.BOLD,
    "strong": Style.BOLD,
    "i": Style.ITALIC,
    "em": Style.ITALIC,
    "cite": Style.ITALIC,
    "dfn": Style.ITALIC,
    "var": Style.ITALIC,
    "u": Style.UNDERLINE,
    "ins": Style.UNDERLINE,
    "del": Style.STRIKE,
    "s": Style.STRIKE,
    "strike": Style.STRIKE,
    "mark": Style.BOLD,
    "code": Style.CODE,
    "kbd": Style.CODE,
    "samp": Style.CODE,
    "tt": Style.CODE,
}
_SUPERSCRIPT = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPT = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_LANGUAGE = re.compile(r"(?:lang(?:uage)?|highlight(?:-source)?)-([\w+#.-]+)")

# Deeper markup than any post has is read as flat text, so that no input can exhaust the stack.
MAX_DEPTH = 60


@dataclass(slots=True)
class _Flow:
    """Blocks of one container while they are gathered, and the runs of the paragraph at hand."""

    blocks: list[Block] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)

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
    """What the elements around a text say of it."""

    style: Style = Style.PLAIN
    url: str | None = None
    shift: str = ""
    depth: int = 0
    notes: Mapping[str, int] = field(default_factory=dict)  # the number of each note


def blocks_of(html: str) -> tuple[Block, ...]:
    """Read HTML, whole or a fragment, as blocks."""
    tree = LexborHTMLParser(f"<!doctype html><body>{html}")
    body = tree.body
    if body is None:
        return ()
    referred = dict.fromkeys(a.attributes.get("data-note") or "" for a in body.css("a[data-note]"))
    return _contents(body, _Look(notes={key: n for n, key in enumerate(referred, start=1)}))


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
    elif tag in _DROPPED or look.depth > MAX_DEPTH:
        if look.depth > MAX_DEPTH and tag not in _DROPPED:
            flow.runs.append(Run(node.text(deep=True), look.style, look.url))
    elif tag in _BLOCKS:
        _block(node, tag, flow, _deeper(look))
    else:
        _inline(node, tag, flow, _deeper(look))


def _deeper(
    look: _Look, *, style: Style | None = None, url: str | None = None, shift: str = ""
) -> _Look:
    return _Look(
        look.style if style is None else style,
        url or look.url,
        shift or look.shift,
        look.depth + 1,
        look.notes,
    )


def _text(node: LexborNode, flow: _Flow, look: _Look) -> None:
    text = clean(_SPACE.sub(" ", node.text_content or ""))
    if look.shift:
        table = _SUPERSCRIPT if look.shift == "sup" else _SUBSCRIPT
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
        _image(attributes, flow)
    elif tag == "a":
        _link(node, attributes, flow, look)
    elif tag in {"sup", "sub"}:
        _walk(node, flow, _deeper(look, shift=tag))
    elif tag == "q":
        flow.runs.append(Run("“", look.style, look.url))
        _walk(node, flow, look)
        flow.runs.append(Run("”", look.style, look.url))
    elif tag == "abbr" and attributes.get("title"):
        _walk(node, flow, look)
        flow.runs.append(Run(f" ({attributes['title']})", look.style))
    elif tag == "span" and "spoiler" in (attributes.get("class") or ""):
        _walk(node, flow, _deeper(look, style=look.style | Style.SPOILER))
    else:
        _walk(node, flow, _deeper(look, style=look.style | _STYLES.get(tag, Style.PLAIN)))


def _link(node: LexborNode, attributes: dict[str, str | None], flow: _Flow, look: _Look) -> None:
    url = (attributes.get("href") or "").strip()
    note = attributes.get("data-note")
    if note:
        flow.runs.append(Run(f"[{look.notes[note]}]", note=note))
        return
    _walk(node, flow, _deeper(look, url=url))


def _image(attributes: dict[str, str | None], flow: _Flow) -> None:
    url = (attributes.get("src") or attributes.get("data-src") or "").strip()
    if url and attributes.get("width") != "1":  # a tracking pixel is no picture
        flow.pictures.append(Picture(url, _squeeze(attributes.get("alt") or "")))


# ------------------------------------------------------------------------ blocks


def _block(  # noqa: C901, PLR0912 — one case an element
    node: LexborNode, tag: str, flow: _Flow, look: _Look
) -> None:
    attributes = node.attributes
    if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
        _heading(node, int(tag[1]), flow, look)
    elif tag in {"ul", "ol", "menu"}:
        _list(node, tag, flow, look)
    elif tag == "pre":
        flow.add(_code(node))
    elif tag == "blockquote":
        info = attributes.get("data-callout")
        inner = _contents(node, look)
        flow.add(recognised(inner) if info is None else titled(info, inner))
    elif tag == "table":
        _table(node, flow, look)
    elif tag == "hr":
        flow.add(Rule())
    elif tag in {"iframe", "video", "audio", "embed", "object"}:
        _embed(node, tag, flow)
    elif tag == "aside" and (attributes.get("class") or "") == "footnote":
        key = (attributes.get("id") or "").removeprefix("fn:")
        number = look.notes.get(key)
        if number is not None:  # as every generator does: a note that nothing refers to is left out
            flow.add(Footnote(key, number, _contents(node, look)))
    elif tag == "details":
        _details(node, flow, look)
    elif tag in {"dt", "summary", "caption"}:
        flow.end_paragraph()
        _walk(node, flow, _deeper(look, style=look.style | Style.BOLD))
        flow.end_paragraph()
    elif tag == "dd":
        flow.add(Quote(_contents(node, look)))
    elif tag == "figcaption":
        flow.end_paragraph()
        _walk(node, flow, _deeper(look, style=look.style | Style.ITALIC))
        flow.end_paragraph()
    else:
        flow.end_paragraph()
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
        if child.tag in _DROPPED:
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
            checked, blocks = _task(blocks)
        items.append(Item(blocks, checked))
    if items:
        flow.add(Listing(tuple(items), _start(node) if tag == "ol" else None))


def _task(blocks: tuple[Block, ...]) -> tuple[bool | None, tuple[Block, ...]]:
    """Whether an item begins with ``[ ]`` or ``[x]``, and its blocks without it."""
    first = blocks[0] if blocks else None
    found = (
        re.match(r"\[([ xX])\] ", first.runs[0].text)
        if isinstance(first, Paragraph) and first.runs
        else None
    )
    if not found or not isinstance(first, Paragraph):
        return None, blocks
    run = replace(first.runs[0], text=first.runs[0].text[4:])
    return found[1] != " ", (Paragraph((run, *first.runs[1:])), *blocks[1:])


def _start(node: LexborNode) -> int:
    text = node.attributes.get("start") or "1"
    return int(text) if re.fullmatch(r"\d{1,9}", text) else 1


def _code(node: LexborNode) -> Code:
    inner = node.css_first("code")
    language = ""
    for candidate in (inner, node, node.parent, node.parent.parent if node.parent else None):
        if candidate is None or candidate.tag in {"body", "html"}:
            continue
        attributes = candidate.attributes
        found = _LANGUAGE.search(attributes.get("class") or "")
        language = attributes.get("data-lang") or (found[1] if found else "")
        if language:
            break
    for line_break in node.css("br"):
        line_break.replace_with("\n")
    text = node.text(deep=True)
    return Code(text.removeprefix("\n").rstrip(), language)


def _table(node: LexborNode, flow: _Flow, look: _Look) -> None:
    rows: list[tuple[tuple[Run, ...], ...]] = []
    blocks: list[Block] = []
    for row in _rows(node):
        cells: list[tuple[Run, ...]] = []
        for cell in _children(row):
            if cell.tag not in {"td", "th"}:
                continue
            inner = _contents(cell, look)
            cells.append(_one_line(inner))
            blocks.extend(block for block in inner if isinstance(block, Gallery))
        if cells:
            rows.append(tuple(cells))
    caption = next((child for child in _children(node) if child.tag == "caption"), None)
    if caption is not None:
        _block(caption, "caption", flow, look)
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


def _one_line(blocks: Iterable[Block]) -> tuple[Run, ...]:
    """A table cell's blocks as one line of runs."""
    runs: list[Run] = []
    for block in blocks:
        if runs:
            runs.append(Run(" "))
        match block:
            case Paragraph(inner) | Heading(_, inner):
                runs.extend(Run(" ") if run.text == "\n" else run for run in inner)
            case Code(text):
                runs.append(Run(" ".join(text.split()), Style.CODE))
            case Listing(items):
                runs.extend(_one_line(inner for item in items for inner in item.blocks))
            case Quote(inner_blocks) | Footnote(_, _, inner_blocks):
                runs.extend(_one_line(inner_blocks))
            case Table(header, rows):
                cells = (cell for row in (header, *rows) for cell in row)
                runs.extend(_one_line(Paragraph(cell) for cell in cells))
            case Gallery() | Rule():
                pass
    return tidy(runs)


def _embed(node: LexborNode, tag: str, flow: _Flow) -> None:
    attributes = node.attributes
    url = attributes.get("src") or attributes.get("data") or ""
    if not url:
        source = node.css_first("source[src]")
        url = (source.attributes.get("src") if source is not None else "") or ""
    name = _squeeze(attributes.get("title") or attributes.get("aria-label") or "")
    if not url:
        return
    icon = {"audio": "🔊", "iframe": "🔗", "embed": "🔗", "object": "🔗"}.get(tag, "▶️")
    if re.search(r"youtu\.?be|vimeo", url):
        icon = "▶️"
    flow.add(Paragraph((Run(f"{icon} "), Run(name or _host(url), url=_watchable(url)))))


def _host(url: str) -> str:
    found = re.match(r"(?:https?:)?//(?:www\.)?([^/?#]+)", url)
    return found[1] if found else url.rsplit("/", 1)[-1]


def _watchable(url: str) -> str:
    """The page of a video whose player was embedded."""
    found = re.search(r"youtube(?:-nocookie)?\.com/embed/([\w-]+)", url)
    if found:
        return f"https://www.youtube.com/watch?v={found[1]}"
    found = re.search(r"player\.vimeo\.com/video/(\d+)", url)
    if found:
        return f"https://vimeo.com/{found[1]}"
    return f"https:{url}" if url.startswith("//") else url


def _details(node: LexborNode, flow: _Flow, look: _Look) -> None:
    flow.end_paragraph()
    for child in _children(node):
        if child.tag == "summary":
            _block(child, "summary", flow, look)
    inner = _Flow()
    for child in _children(node):
        if child.tag != "summary":
            _visit(child, inner, look)
    inner.end_paragraph()
    if inner.blocks:
        flow.add(Quote(tuple(inner.blocks)))


# -------------------------------------------------------------------------- runs


def tidy(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Join runs of the same look, fold white space between them, trim lines and ends."""
    joined: list[Run] = []
    for run in runs:
        text = run.text
        last = joined[-1] if joined else None
        if (
            text != "\n"
            and text.startswith(" ")
            and (last is None or last.text.endswith((" ", "\n")))
        ):
            text = text.lstrip(" ")
        if not text:
            continue
        if text == "\n" and last is not None and last.text.endswith(" ") and last.text != "\n":
            joined[-1] = Run(last.text.rstrip(" "), last.style, last.url, last.note)
            if not joined[-1].text:
                joined.pop()
        if (
            last is not None
            and joined
            and text != "\n"
            and joined[-1].text != "\n"
            and run.note is None
            and joined[-1].note is None
            and (joined[-1].style, joined[-1].url) == (run.style, run.url)
        ):
            joined[-1] = Run(joined[-1].text + text, run.style, run.url)
        else:
            joined.append(Run(text, run.style, run.url, run.note))
    while joined and joined[0].text == "\n":
        joined.pop(0)
    while joined and (joined[-1].text == "\n" or not joined[-1].text.strip(" ")):
        joined.pop()
    if joined and joined[-1].text != joined[-1].text.rstrip(" "):
        last = joined[-1]
        joined[-1] = Run(last.text.rstrip(" "), last.style, last.url, last.note)
    return tuple(joined)


def _squeeze(text: str) -> str:
    return " ".join(text.split())
