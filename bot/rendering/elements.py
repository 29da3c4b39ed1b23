"""What the elements of HTML are to a reader."""

from __future__ import annotations

from bot.rendering.block import Style

# What nobody reads; math is kept as the TeX that most generators leave in an annotation.
DROPPED = frozenset(
    ["script", "style", "template", "svg", "head", "title", "meta", "link", "form",
     "input", "button", "select", "textarea", "canvas", "map", "area", "param", "source", "track",
     "wbr", "datalist", "progress", "meter", "-comment"]
)  # fmt: skip
_CONTAINERS = frozenset(
    ["address", "article", "aside", "body", "center", "dd", "details", "dialog", "div", "dl", "dt",
     "fieldset", "figcaption", "figure", "footer", "header", "hgroup", "legend", "li", "main",
     "nav", "p", "section", "summary", "tbody", "tfoot", "thead", "td", "th", "tr", "caption"]
)  # fmt: skip
BLOCKS = _CONTAINERS | {
    "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "blockquote", "table", "hr", "iframe",
    "video", "audio", "embed", "object", "menu",
}  # fmt: skip
STYLES = {
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
SUPERSCRIPT = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
SUBSCRIPT = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
