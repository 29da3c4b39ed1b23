"""Markdown to HTML, as the generators' parsers read it: CommonMark with GitHub's additions."""

from __future__ import annotations

import re
import string
import xml.etree.ElementTree as ET

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

from bot.rendering.commonmark import CommonMark


class _FootnoteReference(InlineProcessor):
    """``[^key]`` where a note of that key is defined."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        """Turn a reference into an anchor that names its note."""
        del data
        if m[1] not in getattr(self.md.parser, "footnotes", ()):
            return None, None, None
        anchor = ET.Element("a", {"data-note": m[1]})
        anchor.text = AtomicString(m[1])
        return anchor, m.start(0), m.end(0)


class _Math(InlineProcessor):
    """``$x$`` and ``$$x$$`` as code: Discord shows no formulas, and TeX is full of markup."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element, int, int]:
        """Keep the TeX as it stands."""
        del data
        code = ET.Element("code")
        code.text = AtomicString(" ".join((m[1] or m[2]).split()))
        return code, m.start(0), m.end(0)


# As pandoc has it: no space inside the dollars, no digit after them, so that prices are no math.
_MATH = r"(?<![\\$])(?:\$\$([^$]+?)\$\$|\$(?![\s$])((?:[^$\\\n]|\\.)*?(?<![\s\\]))\$(?![\d$]))"


class _Additions(Extension):
    """What GitHub and the blogs' generators add to inline Markdown."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Register the inline additions and escape what CommonMark escapes."""
        md.ESCAPED_CHARS = list(string.punctuation)
        md.inlinePatterns.register(_FootnoteReference(r"\[\^([^\]\s]+)\]", md), "note", 175)
        md.inlinePatterns.register(_Math(_MATH, md), "math", 185)


def html_of(markdown: str) -> str:
    """Convert Markdown to HTML."""
    converter = Markdown(
        extensions=[
            CommonMark(),
            _Additions(),
            "pymdownx.magiclink",
            "pymdownx.tilde",
        ],
        extension_configs={"pymdownx.tilde": {"subscript": False}},
    )
    return converter.convert(markdown)
