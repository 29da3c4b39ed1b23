"""CommonMark in Python-Markdown.

Python-Markdown follows the original Markdown, in which a list needs a blank line before
it and four spaces to nest, a fence does not stand in a list, and HTML is raw up to its
closing tag. The generators that wrote the posts follow CommonMark. This extension puts
its two phases, blocks and inlines, in the place of Python-Markdown's.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString, code_escape

from bot.rendering.callout import is_marked, kind_of
from bot.rendering.inline import Inline
from bot.rendering.node import Node
from bot.rendering.structure import Blocks, cells, unescape

_ANCHOR = re.compile(r"[ \t]*\{:?[ \t]*#([\w.:-]+)[^{}]*\}[ \t]*$")


def _language(info: str) -> str:
    """The language of a fence's info string, whatever the generator puts behind it."""
    name = re.sub(r"^[{.\s]+", "", info)
    return re.split(r"[\s{},:=/]", name, maxsplit=1)[0]


class Structure(BlockParser):
    """Python-Markdown's block parser, with CommonMark's structure.

    Attributes:
        footnotes: keys of the notes that the document defines.
    """

    footnotes: frozenset[str] = frozenset()

    def parseDocument(self, lines: Iterable[str]) -> ET.ElementTree:  # noqa: N802
        """Turn lines into an element tree, text still with its inline markup."""
        blocks = Blocks()
        document = blocks.read(lines)
        self.footnotes = frozenset(blocks.footnotes)
        for label, (url, title) in blocks.definitions.items():
            self.md.references.setdefault(label, (url, title or ""))
        self.root = ET.Element(self.md.doc_tag)
        self._fill(self.root, document, tight=False)
        return ET.ElementTree(self.root)

    def _fill(self, parent: ET.Element, node: Node, *, tight: bool) -> None:
        for child in node.children:
            self._element(parent, child, tight=tight)

    def _element(  # noqa: C901, PLR0912 — one case a kind of block
        self, parent: ET.Element, node: Node, *, tight: bool
    ) -> None:
        match node.kind:
            case "paragraph":
                text = "\n".join(node.lines).rstrip()
                if tight:
                    self._text(parent, text)
                else:
                    ET.SubElement(parent, "p").text = text
            case "heading":
                self._heading(parent, node)
            case "code":
                self._code(parent, node)
            case "html":
                self._raw(parent, "\n".join(node.lines))
            case "rule":
                ET.SubElement(parent, "hr")
            case "quote":
                self._quote(parent, node)
            case "callout" if kind_of(node.info) is None:  # a wrapper that only styles
                self._fill(parent, node, tight=False)
            case "callout":
                attributes = {"data-callout": node.info}
                self._fill(ET.SubElement(parent, "blockquote", attributes), node, tight=False)
            case "term":
                ET.SubElement(parent, "dt").text = "\n".join(node.lines)
            case "definition":
                self._fill(ET.SubElement(parent, "dd"), node, tight=False)
            case "list":
                self._list(parent, node)
            case "table":
                self._table(parent, node)
            case "footnote":
                attributes = {"class": "footnote", "id": f"fn:{node.info}"}
                self._fill(ET.SubElement(parent, "aside", attributes), node, tight=False)

    def _quote(self, parent: ET.Element, node: Node) -> None:
        element = ET.SubElement(parent, "blockquote")
        first = node.children[0] if node.children else None
        if first is not None and first.kind == "paragraph" and is_marked(first.lines[0]):
            ET.SubElement(element, "p").text = first.lines.pop(0)  # the callout's title
            if not first.lines:
                node.children.pop(0)
        self._fill(element, node, tight=False)

    def _heading(self, parent: ET.Element, node: Node) -> None:
        text = "\n".join(node.lines)
        element = ET.SubElement(parent, f"h{node.level}")
        named = _ANCHOR.search(text)
        if named:
            element.set("id", named[1])
            text = text[: named.start()]
        element.text = text

    def _text(self, parent: ET.Element, text: str) -> None:
        """Put a tight item's text after what stands in the item already."""
        span = ET.SubElement(parent, "div") if len(parent) or parent.text else parent
        span.text = text

    def _raw(self, parent: ET.Element, html: str) -> None:
        """Put HTML as it is after what stands in an element already."""
        stashed = self.md.htmlStash.store(html + "\n")
        if parent.text and not isinstance(parent.text, AtomicString):
            ET.SubElement(parent, "span").text = parent.text  # still to be read as inline
            parent.text = None
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + stashed
        else:
            parent.text = AtomicString((parent.text or "") + stashed)

    def _code(self, parent: ET.Element, node: Node) -> None:
        code = ET.SubElement(ET.SubElement(parent, "pre"), "code")
        language = unescape(_language(node.info))
        if not node.fence and node.lines and re.match(r":::\w", node.lines[0]):
            language = node.lines.pop(0)[3:].strip()  # Pelican's way to name the language
        if language:
            code.set("class", f"language-{language}")
        text = "\n".join(node.lines)
        code.text = AtomicString(code_escape(text + "\n" if text else ""))

    def _list(self, parent: ET.Element, node: Node) -> None:
        ordered = node.marker in {".", ")"}
        element = ET.SubElement(parent, "ol" if ordered else "ul")
        if ordered and node.start != 1:
            element.set("start", str(node.start))
        for item in node.children:
            self._fill(ET.SubElement(element, "li"), item, tight=not node.loose)

    def _table(self, parent: ET.Element, node: Node) -> None:
        table = ET.SubElement(parent, "table")
        header = cells(node.lines[0])
        row = ET.SubElement(ET.SubElement(table, "thead"), "tr")
        for cell in header:
            ET.SubElement(row, "th").text = cell
        body = ET.SubElement(table, "tbody")
        for line in node.lines[2:]:
            row = ET.SubElement(body, "tr")
            for cell in (cells(line) + [""] * len(header))[: len(header)]:
                ET.SubElement(row, "td").text = cell


class Inlines(Treeprocessor):
    """Turns the text of each element into HTML, and adds the notes written in running text."""

    def run(self, root: ET.Element) -> None:
        """Convert every text that is not code or HTML already."""
        structure = self.md.parser
        keys = structure.footnotes if isinstance(structure, Structure) else frozenset()
        inline = Inline(self.md.references, keys)
        for element in root.iter():
            text = element.text
            if text and not isinstance(text, AtomicString):
                element.text = AtomicString(self.md.htmlStash.store(inline.html(text)))
        for key, content in inline.written.items():
            aside = ET.SubElement(root, "aside", {"class": "footnote", "id": f"fn:{key}"})
            aside.text = AtomicString(self.md.htmlStash.store(content))


class CommonMark(Extension):
    """Reads Markdown as CommonMark and GFM do."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Replace both parsers; what prepared and tidied for the old ones has no work left."""
        for name in ("html_block", "normalize_whitespace"):
            md.preprocessors.deregister(name)
        for name in ("prettify", "unescape"):
            md.treeprocessors.deregister(name)
        md.treeprocessors.register(Inlines(md), "inline", 20)
        md.parser = Structure(md)
