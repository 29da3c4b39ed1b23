"""HTML in short texts: which angle brackets are tags, and which pictures are emoji.

Any other name in angle brackets is a word of the author's, as in ``Vec<T>`` and ``the <head>``.
"""

from __future__ import annotations

import re
from collections.abc import Collection

INLINE = frozenset(
    ["a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font",
     "i", "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small",
     "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var"]
)  # fmt: skip
# Elements without an end tag.
VOID = frozenset(["br", "hr", "img", "wbr"])
BLOCK = frozenset(
    ["article", "aside", "audio", "blockquote", "button", "caption", "center", "dd", "details",
     "div", "dl", "dt", "embed", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2",
     "h3", "h4", "h5", "h6", "header", "iframe", "input", "legend", "li", "main", "nav",
     "noscript", "object", "ol", "p", "picture", "pre", "script", "section", "select", "source",
     "style", "summary", "svg", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "tr",
     "ul", "video"]
)  # fmt: skip

# Elements that authors do not close.
_WITHOUT_END = frozenset(
    ["dd", "dt", "input", "li", "option", "p", "source", "tbody", "td", "tfoot", "th", "thead",
     "tr"]
)  # fmt: skip
# All others that HTML has or once had: https://html.spec.whatwg.org/multipage/indices.html
_KNOWN = INLINE | VOID | BLOCK | _WITHOUT_END | {
    "address", "applet", "area", "base", "basefont", "bgsound", "blink", "body", "canvas", "col",
    "colgroup", "data", "datalist", "dialog", "dir", "fieldset", "frame", "frameset", "head",
    "hgroup", "html", "image", "link", "map", "marquee", "math", "menu", "meta", "meter", "noembed",
    "noframes", "optgroup", "option", "output", "param", "plaintext", "progress", "rb", "rtc",
    "search", "slot", "template", "title", "track", "xmp",
}  # fmt: skip

# As HTML has it: a name, then attributes. Neither List<String, int> nor a < b is one.
TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)"
    r"(?P<attributes>(?:\s+[\w:@.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*)\s*/?>"
)
END_TAG = re.compile(r"</([A-Za-z][A-Za-z0-9-]*)\s*>")
# What a browser reads as a comment, or as a tag from its "<" to its name.
_TAG_START = re.compile(r"<(?:(?P<comment>!--)|(?P<end>/?)(?P<name>[A-Za-z][^\s/<>]*))")
_TAG_END = re.compile(r"(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>")
_SHORT_END = re.compile(r"([^<>]{0,300})>")
# Their contents have names of their own, or are no text.
_FOREIGN = frozenset(["svg", "math", "script", "style", "template", "textarea", "title", "xmp"])
# As Word writes them, <o:p>; a C++ name has two colons.
_PREFIXED = re.compile(r"[a-z0-9]+:[a-z]\w*", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
# One emoji, with its variation, joined parts and tags.
_EMOJI = re.compile(
    "[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]"
    "[\ufe0f\u200d\u20e3\u2600-\u27bf\U0001f000-\U0001faff\U000e0020-\U000e007f]{0,12}"
)


def is_emoji(text: str) -> bool:
    """Whether a text is one emoji and nothing else."""
    return _EMOJI.fullmatch(text) is not None


def is_word(markup: str, ends: Collection[str], *, in_title: bool) -> bool:
    """Whether what stands in angle brackets is a word and no tag.

    Args:
        markup: from ``<`` to ``>``.
        ends: names of the elements that are closed around it, in lower case.
        in_title: whether it stands in a title, which no element goes beyond.
    """
    found = TAG.fullmatch(markup)
    if found is None or "=" in found["attributes"]:
        return False
    name = found["name"].lower()
    if in_title:
        return name not in {"br", "wbr"} and not (name in INLINE and name in ends)
    is_open = name in INLINE or name in VOID or name in _WITHOUT_END
    return (not is_open or _is_type(found["name"])) and name not in ends


def _is_type(name: str) -> bool:
    """Whether a name is spelt as types are and elements are not, such as ``Map``."""
    return name[0].isupper() and not name.isupper() and name.lower() not in VOID | _WITHOUT_END


def without_tags(markup: str, *, blocks: bool = True) -> str:
    """The words of a short text in HTML or with HTML in it; entities stay.

    An element counts only with both its tags or with attributes, so that ``Center a <div>``
    keeps its word.

    Args:
        markup: the text.
        blocks: whether elements that stand for more than a piece of a line count, too.
    """
    known = INLINE | BLOCK if blocks else INLINE
    ends = {name.lower() for name in END_TAG.findall(markup)}
    starts: set[str] = set()

    def words(found: re.Match[str]) -> str:
        name, attributes = found["name"].lower(), found["attributes"]
        if name == "br":
            return " "
        if name == "img" and attributes:
            alt = _ALT.search(attributes)
            shown = (alt[1] or alt[2] or "").strip() if alt else ""
            return shown if is_emoji(shown) else ""
        if name in VOID and (blocks or name == "wbr"):
            return ""
        if found["end"]:
            return "" if name in starts else found[0]
        if "=" in attributes or (name in known and name in ends):
            starts.add(name)
            return ""
        return found[0]

    return TAG.sub(words, markup)


def with_words(markup: str, *, components: bool = False) -> str:
    """HTML in which what stands in angle brackets and is no element is text, ``Vec&lt;T>``.

    That is a name that HTML does not have, which no tag closes and no attribute follows.

    Args:
        markup: a post's whole HTML.
        components: whether ``<Name />`` is one of the site's own components and no word.
    """
    ends = {name.lower() for name in re.findall(r"</([A-Za-z][^\s/<>]*)", markup)}
    out: list[str] = []
    starts: set[str] = set()
    copied = position = 0
    while found := _TAG_START.search(markup, position):
        position = found.end()
        if found["comment"]:
            position = markup.find("-->", position) + 3
            if position < 3:  # noqa: PLR2004 - the length of "-->"; to the end
                break
            continue
        name = found["name"].lower()
        is_known = name in _KNOWN and not _is_type(found["name"])
        if not (is_known or _PREFIXED.fullmatch(name)):
            end = _SHORT_END.match(markup, position)
            rest = end[1] if end else ""
            is_tag = name in starts if found["end"] else name in ends or "=" in rest
            if not is_tag and not (components and rest.endswith("/")):
                out += [markup[copied : found.start()], "&lt;"]
                copied = found.start() + 1
                continue
        tag_end = _TAG_END.match(markup, position)
        if tag_end is None:
            break
        starts.add(name)
        position = tag_end.end()
        if name in _FOREIGN and not found["end"] and markup[position - 2] != "/":
            position = markup.find(f"</{name}", position)
            if position < 0:
                break
    return "".join([*out, markup[copied:]])
