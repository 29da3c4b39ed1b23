"""The block structure of Markdown, as CommonMark and GitHub define it.

The algorithm is CommonMark's own, line by line:
https://spec.commonmark.org/0.31.2/#appendix-a-parsing-strategy
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable

from bot.rendering.line import CODE_INDENT, Line
from bot.rendering.node import Node

# Deeper nesting is read as text: no post needs it, and every level costs recursion later on.
MAX_DEPTH = 24

_THEMATIC_BREAK = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_ATX_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)(.*)")
_ATX_CLOSE = re.compile(r"(?:^|[ \t])#+[ \t]*$")
_SETEXT = re.compile(r"(?:=+|-+)[ \t]*$")
_FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
_BULLET = re.compile(r"([*+-])(?=[ \t]|$)")
_ORDINAL = re.compile(r"(\d{1,9})([.)])(?=[ \t]|$)")
_DELIMITER_ROW = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_DIRECTIVE = re.compile(r"(:{3,})[ \t]*(.*)$")
_ADMONITION = re.compile(r"(?:!!!|\?\?\?\+?)[ \t]+([\w-]+)[^\"]*(?:\"([^\"]*)\")?[ \t]*$")
_DEFINED = re.compile(r":[ \t]+(?=\S)")
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]:[ \t]*")
_TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]*)(?=[\s/>]|$)")
# https://spec.commonmark.org/0.31.2/#attribute
ATTRIBUTES = r"""(?:[\s\xa0]+[a-zA-Z_:@][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*"""
_COMPLETE_TAG = re.compile(rf"(?:<[a-zA-Z][\w-]*{ATTRIBUTES}\s*/?>|</[a-zA-Z][\w-]*\s*>)\s*$")
_LABEL_AND_URL = r"""\[(?P<label>(?:[^\[\]\\]|\\.){1,999})\]:[ \t]*\n?[ \t]*
    (?P<url><[^<>\n]*>|[^\s<]\S*)"""
_TITLE = r"""(?:[ \t]+|[ \t]*\n[ \t]*)
    (?P<title>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\))"""
_DEFINITION = re.compile(rf"{_LABEL_AND_URL}(?:{_TITLE})?[ \t]*(?:\n|$)", re.VERBOSE)
_BARE_DEFINITION = re.compile(rf"{_LABEL_AND_URL}[ \t]*(?:\n|$)", re.VERBOSE)

# https://spec.commonmark.org/0.31.2/#html-blocks, start condition 6
_BLOCK_TAGS = frozenset(
    ["address", "article", "aside", "base", "basefont", "blockquote", "body", "caption",
     "center", "col", "colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt",
     "fieldset", "figcaption", "figure", "footer", "form", "frame", "frameset", "h1", "h2",
     "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "iframe", "legend", "li",
     "link", "main", "menu", "menuitem", "nav", "noframes", "ol", "optgroup", "option", "p",
     "param", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th",
     "thead", "title", "tr", "track", "ul"]
)  # fmt: skip
_RAW_TAGS = frozenset(["script", "pre", "style", "textarea"])
_RAW_END = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)


class Blocks:
    """Reads lines into a tree of nodes."""

    def __init__(self) -> None:
        self.document = Node("document")
        self.tip = self.document
        self.definitions: dict[str, tuple[str, str | None]] = {}
        self.footnotes: set[str] = set()
        self._starts: tuple[Callable[[Line, Node], Node | None], ...] = (
            self._start_quote,
            self._start_heading,
            self._start_fence,
            self._start_html,
            self._start_setext,
            self._start_rule,
            self._start_footnote,
            self._start_callout,
            self._start_definition,
            self._start_item,
            self._start_indented,
            self._start_table,
        )

    def read(self, lines: Iterable[str]) -> Node:
        """Read a whole document and return it."""
        for text in lines:
            self._line(Line(text))
        while self.tip is not self.document:
            self._close(self.tip)
        return self.document

    # ----------------------------------------------------------------- one line

    def _line(self, line: Line) -> None:
        container, matched = self._continue(line)
        if container is None:  # a fence was closed by this line
            return
        previous_tip = self.tip
        leaf = container.kind in {"code", "html", "table"}
        while not leaf:
            started = None
            for start in self._starts:
                started = start(line, container)
                if started is not None:
                    break
            if started is None:
                break
            container = started
            leaf = container.kind in {"code", "html", "heading", "rule", "table"}
        if self.tip is previous_tip and not matched and self._is_lazy(line):
            line.skip_indent()
            self.tip.lines.append(line.rest)
            return
        self._close_down_to(container)
        self._add(line, container, leaf=leaf)

    def _is_lazy(self, line: Line) -> bool:
        return not line.is_blank and self.tip.kind == "paragraph"

    def _continue(self, line: Line) -> tuple[Node | None, bool]:
        """Follow the open blocks into the line; return the last that goes on, and if all do."""
        container = self.document
        while container.children and container.children[-1].open:
            child = container.children[-1]
            verdict = self._goes_on(line, child)
            if verdict is None:
                self._close_down_to(child)
                self._close(child)
                return None, True
            if not verdict:
                return container, False
            container = child
        return container, True

    def _goes_on(  # noqa: PLR0911 — one case a kind of block
        self, line: Line, node: Node
    ) -> bool | None:
        """Read a block's mark on the line: whether it goes on, None if the line ends it."""
        match node.kind:
            case "quote":
                return self._quote_goes_on(line)
            case "callout" if node.fence:
                return self._directive_goes_on(line, node)
            case "item" | "footnote" | "callout" | "definition":
                return self._indented_goes_on(line, node)
            case "code" if node.fence:
                return self._fence_goes_on(line, node)
            case "code":
                return self._code_goes_on(line)
            case "table":
                return not line.is_blank and line.indent() < CODE_INDENT and self._is_row(line)
            case "html":
                return node.end is not None or not line.is_blank
            case "paragraph":
                return not line.is_blank
        return node.kind == "list"

    def _quote_goes_on(self, line: Line) -> bool:
        if line.indent() < CODE_INDENT and line.rest.lstrip(" \t").startswith(">"):
            self._eat_quote_marker(line)
            return True
        return False

    def _indented_goes_on(self, line: Line, node: Node) -> bool:
        if line.is_blank:
            line.skip_indent()
            return bool(node.children)
        if line.indent() < node.indent:
            return False
        line.skip(node.indent)
        return True

    def _code_goes_on(self, line: Line) -> bool:
        indent = line.indent()
        line.skip(min(indent, CODE_INDENT))
        return indent >= CODE_INDENT or line.is_blank

    def _fence_goes_on(self, line: Line, node: Node) -> bool | None:
        indent = line.indent()
        text = line.rest.strip(" \t")
        closes = len(text) >= len(node.fence) and not text.strip(node.fence[0])
        if closes and indent < CODE_INDENT:
            return None
        line.skip(min(indent, node.indent))
        return True

    def _directive_goes_on(self, line: Line, node: Node) -> bool | None:
        text = line.rest.strip(" \t")
        ends = set(text) == {":"} and len(text) >= len(node.fence)
        inner = self.tip
        while ends and inner is not node and inner.parent is not None:
            if inner.kind == "callout" and inner.fence and len(text) >= len(inner.fence):
                return True  # the inner one ends here
            inner = inner.parent
        return None if ends else True

    def _is_row(self, line: Line) -> bool:
        """Whether a line goes on with a table instead of starting another block."""
        text = line.rest.lstrip(" ")
        return not (
            text.startswith(">")
            or _ATX_HEADING.match(text)
            or _FENCE.match(text)
            or _BULLET.match(text)
        )

    def _eat_quote_marker(self, line: Line) -> None:
        line.skip_indent()
        line.eat(1)
        if line.indent() > 0:
            line.skip(1)

    def _start_quote(self, line: Line, container: Node) -> Node | None:
        if line.indent() >= CODE_INDENT or not line.text[line.offset :].lstrip(" \t").startswith(
            ">"
        ):
            return None
        if container.depth >= MAX_DEPTH:
            return None
        self._eat_quote_marker(line)
        return self._open("quote", container)

    def _start_heading(self, line: Line, container: Node) -> Node | None:
        if line.indent() >= CODE_INDENT:
            return None
        found = _ATX_HEADING.match(line.rest.lstrip(" \t"))
        if not found:
            return None
        node = self._open("heading", container)
        node.level = len(found[1])
        node.lines = [_ATX_CLOSE.sub("", found[2]).strip(" \t")]
        self._close(node)
        return node

    def _start_fence(self, line: Line, container: Node) -> Node | None:
        indent = line.indent()
        if indent >= CODE_INDENT:
            return None
        found = _FENCE.match(line.rest.lstrip(" \t"))
        if not found:
            return None
        node = self._open("code", container)
        node.fence = found[1] or found[3]
        node.info = (found[2] or found[4] or "").strip()
        node.indent = indent
        return node

    def _start_html(self, line: Line, container: Node) -> Node | None:
        if line.indent() >= CODE_INDENT:
            return None
        text = line.rest.lstrip(" \t")
        if not text.startswith("<"):
            return None
        end: re.Pattern[str] | None = None
        name = _TAG_NAME.match(text)
        tag = name[1].lower() if name else ""
        if tag in _RAW_TAGS and not text.startswith("</"):
            end = _RAW_END
        elif text.startswith("<!--"):
            end = re.compile("-->")
        elif text.startswith("<?"):
            end = re.compile(r"\?>")
        elif text.startswith("<![CDATA["):
            end = re.compile("]]>")
        elif re.match(r"<![a-zA-Z]", text):
            end = re.compile(">")
        elif tag not in _BLOCK_TAGS and (
            container.kind == "paragraph" or not _COMPLETE_TAG.match(text)
        ):
            return None
        node = self._open("html", container)
        node.end = end
        return node

    def _start_setext(self, line: Line, container: Node) -> Node | None:
        if container.kind != "paragraph" or line.indent() >= CODE_INDENT:
            return None
        text = line.rest.lstrip(" \t")
        if not _SETEXT.match(text):
            return None
        self._take_definitions(container)
        if not container.lines:
            return None
        container.kind = "heading"
        container.level = 1 if text[0] == "=" else 2
        container.lines = ["\n".join(container.lines).strip()]
        self._close_down_to(container)
        self._close(container)
        return container

    def _start_rule(self, line: Line, container: Node) -> Node | None:
        if line.indent() >= CODE_INDENT or not _THEMATIC_BREAK.match(line.rest.lstrip(" \t")):
            return None
        node = self._open("rule", container)
        self._close(node)
        return node

    def _start_footnote(self, line: Line, container: Node) -> Node | None:
        if line.indent() >= CODE_INDENT or container.kind == "paragraph":
            return None
        if container.depth >= MAX_DEPTH:
            return None
        stripped = line.rest.lstrip(" ")
        found = _FOOTNOTE.match(stripped)
        if not found:
            return None
        line.skip_indent()
        line.eat(found.end())
        node = self._open("footnote", container)
        node.indent = 4
        node.info = found[1]
        self.footnotes.add(found[1])
        return node

    def _start_callout(self, line: Line, container: Node) -> Node | None:
        if line.indent() >= CODE_INDENT or container.depth >= MAX_DEPTH:
            return None
        text = line.rest.strip(" \t")
        directive = _DIRECTIVE.match(text)
        if directive and directive[2]:
            node = self._open("callout", container)
            node.fence = directive[1]
            node.info = directive[2].strip()
        else:
            admonition = _ADMONITION.match(text)
            if not admonition or container.kind == "paragraph":
                return None
            node = self._open("callout", container)
            node.indent = 4
            node.info = " ".join(part for part in admonition.groups() if part)
        line.offset = len(line.text)
        return node

    def _start_definition(self, line: Line, container: Node) -> Node | None:
        if line.indent() >= CODE_INDENT or container.depth >= MAX_DEPTH:
            return None
        found = _DEFINED.match(line.rest.lstrip(" \t"))
        term = container if container.kind == "paragraph" else None
        if found and term is None and container.children:
            last = container.children[-1]
            term = last if last.kind in {"paragraph", "definition"} else None
        if not found or term is None:
            return None
        if term.kind == "paragraph":
            if len(term.lines) > 1:
                return None
            self._close_down_to(term)
            self._close(term)
            term.kind = "term"
        line.skip_indent()
        line.eat(1)
        space = line.indent()
        line.skip(space)
        node = self._open("definition", term.parent or self.document)
        node.indent = min(4, 1 + space)
        return node

    def _start_item(self, line: Line, container: Node) -> Node | None:
        indent = line.indent()
        if indent >= CODE_INDENT and container.kind != "list":
            return None
        if indent >= CODE_INDENT or container.depth >= MAX_DEPTH:
            return None
        text = line.rest.lstrip(" \t")
        bullet = _BULLET.match(text)
        ordinal = None if bullet else _ORDINAL.match(text)
        found = bullet or ordinal
        if not found:
            return None
        after = text[found.end() :]
        if container.kind == "paragraph" and (
            not after.strip() or (ordinal and int(ordinal[1]) != 1)
        ):
            return None
        marker = bullet[1] if bullet else (ordinal[2] if ordinal else "")
        line.skip(indent)
        line.eat(found.end())
        space = line.indent()
        if line.is_blank or space > CODE_INDENT:
            width = indent + found.end() + 1
            line.skip(min(1, space))
        else:
            width = indent + found.end() + space
            line.skip(space)
        if container.kind == "list" and container.marker != marker:
            self._close_down_to(container)
            self._close(container)
            container = container.parent or self.document
        if container.kind != "list":
            container = self._open("list", container)
            container.marker = marker
            container.start = int(ordinal[1]) if ordinal else 1
        item = self._open("item", container)
        item.indent = width
        return item

    def _start_indented(self, line: Line, container: Node) -> Node | None:
        if line.indent() < CODE_INDENT or line.is_blank or self.tip.kind == "paragraph":
            return None
        if container.kind == "list":
            return None
        line.skip(CODE_INDENT)
        return self._open("code", container)

    def _start_table(self, line: Line, container: Node) -> Node | None:
        if container.kind != "paragraph" or line.indent() >= CODE_INDENT:
            return None
        text = line.rest.strip()
        if not _DELIMITER_ROW.match(text) or ("|" not in text and ":" not in text):
            return None
        header = container.lines[-1]
        if "|" not in header and "|" not in text:
            return None
        if len(cells(header)) != len(cells(text)):
            return None
        container.lines.pop()
        parent = container.parent or self.document
        if not container.lines:
            self._close_down_to(container)
            self._close(container)
        node = self._open("table", parent)
        node.lines = [header, text]
        return node

    # -------------------------------------------------------------------- nodes

    def _open(self, kind: str, container: Node) -> Node:
        while not _may_hold(container.kind, kind):
            self._close_down_to(container)
            self._close(container)
            container = container.parent or self.document
        self._close_down_to(container)
        node = Node(kind, container, depth=container.depth + 1)
        container.children.append(node)
        self.tip = node
        return node

    def _close_down_to(self, node: Node) -> None:
        while self.tip is not node and _is_below(self.tip, node):
            self._close(self.tip)

    def _close(self, node: Node) -> None:
        node.open = False
        parent = node.parent or self.document
        if node.kind == "paragraph":
            self._take_definitions(node)
            if not node.lines:
                parent.children.remove(node)
        elif node.kind == "code" and not node.fence:
            while node.lines and not node.lines[-1].strip():
                node.lines.pop()
        elif node.kind == "list":
            node.loose = _is_loose(node)
        if self.tip is node:
            self.tip = parent

    def _add(self, line: Line, container: Node, *, leaf: bool) -> None:
        """Put what is left of a line into the block that it belongs to."""
        self._note_blank(line, container)
        match container.kind:
            case "code" if container.fence and leaf and not container.begun:
                container.begun = True  # the line was the opening fence
            case "table" if not container.begun:
                container.begun = True  # the line was the delimiter row
            case "code":
                container.lines.append(line.rest)
            case "table":
                container.lines.append(line.rest.strip())
            case "html":
                container.lines.append(line.rest)
                if container.end is not None and container.end.search(line.rest):
                    self._close(container)
            case "heading" | "rule":
                pass
            case _ if container.kind == "paragraph" or not line.is_blank:
                if container.kind != "paragraph":
                    container = self._open("paragraph", container)
                line.skip_indent()
                container.lines.append(line.rest)

    def _note_blank(self, line: Line, container: Node) -> None:
        """Remember where blank lines stand: they make a list loose and end an empty item."""
        blank = line.is_blank
        if blank and container.children:
            container.children[-1].last_blank = True
        empty_item = container.kind == "item" and not container.children
        if blank and empty_item:
            return
        counts = container.kind not in {"quote", "heading", "rule"} and not container.fence
        container.last_blank = blank and counts
        walk = container.parent
        while walk is not None:
            walk.last_blank = False
            walk = walk.parent

    def _take_definitions(self, node: Node) -> None:
        if not node.lines or not node.lines[0].startswith("["):
            return
        text = "\n".join(node.lines)
        while text.startswith("["):
            found = _DEFINITION.match(text) or _BARE_DEFINITION.match(text)
            if not found:
                break
            label = normal_label(found["label"])
            if not label:
                break
            url = found["url"]
            url = url[1:-1] if url.startswith("<") else url
            title = found.groupdict().get("title")
            self.definitions.setdefault(
                label, (unescape(url), unescape(title[1:-1]) if title else None)
            )
            text = text[found.end() :]
        node.lines = text.split("\n") if text.strip() else []


_CONTAINERS = frozenset(["document", "quote", "item", "footnote", "callout", "definition"])


def _may_hold(container: str, kind: str) -> bool:
    if container == "list":
        return kind == "item"
    return kind != "item" and container in _CONTAINERS


def _is_below(node: Node, ancestor: Node) -> bool:
    walk: Node | None = node
    while walk is not None:
        if walk is ancestor:
            return True
        walk = walk.parent
    return False


def _ends_blank(node: Node) -> bool:
    walk: Node | None = node
    while walk is not None:
        if walk.last_blank:
            return True
        walk = walk.children[-1] if walk.kind in {"list", "item"} and walk.children else None
    return False


def _is_loose(node: Node) -> bool:
    for position, item in enumerate(node.children):
        more = position + 1 < len(node.children)
        if more and _ends_blank(item):
            return True
        for place, child in enumerate(item.children):
            if (more or place + 1 < len(item.children)) and _ends_blank(child):
                return True
    return False


def normal_label(label: str) -> str:
    """Fold a link label as references are compared."""
    return " ".join(label.split()).casefold()


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def unescape(text: str) -> str:
    """Resolve backslash escapes and entities."""
    return html.unescape(_ESCAPED.sub(r"\1", text))


def cells(row: str) -> list[str]:
    """Split a table row at its pipes, minding escaped ones."""
    row = row.strip()
    row = row.removeprefix("|")
    if row.endswith("|") and not row.endswith(r"\|"):
        row = row[:-1]
    parts = re.split(r"(?<!\\)\|", row)
    return [part.strip().replace(r"\|", "|") for part in parts]
