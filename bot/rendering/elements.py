"""What the elements of HTML are to a reader: looks, pictures, players, code and footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from bot.blog.emoji import with_emoji
from bot.blog.html import is_emoji
from bot.rendering.block import Code, Picture, Run, Style

_LANGUAGE = re.compile(r"(?:lang(?:uage)?|highlight(?:-source)?)-([\w+#.-]+)")
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


Attributes = Mapping[str, str | None]

# What a script puts into ``src`` once the picture comes into view.
_LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-file")
# Neither Discord's proxy nor its clients show these: the address is a link instead.
_NOT_SHOWN = re.compile(r"\.(?:svgz?|bmp|tiff?|ico|heic|eps|pdf)$", re.IGNORECASE)
_EMOJI_CLASS = re.compile(r"\b(?:wp-smiley|twemoji|g?emoji|emoji-?one|joypixels|openmoji)\b")
_VIDEO = re.compile(r"youtu\.?be|vimeo")


def image_of(attributes: Attributes, link: str | None) -> Picture | Run | None:
    """What an ``<img>`` shows: a picture, text such as an emoji, or nothing.

    Args:
        attributes: the element's.
        link: the address of the link around it, or None.
    """
    if attributes.get("width") == "1" or attributes.get("height") == "1":  # a tracking pixel
        return None
    if _is_dark_twin(attributes):
        return None
    alt = squeezed(attributes.get("alt") or "")
    if is_emoji(alt) or _EMOJI_CLASS.search(attributes.get("class") or ""):
        return Run(with_emoji(alt), url=link) if alt else None
    url = address_of(attributes)
    if not url:
        return Run(f"🖼 {alt}", url=link) if alt and attributes.get("src") else None
    path = urlsplit_path(url)
    if _NOT_SHOWN.search(path):
        return Run(alt or path.rpartition("/")[2], url=link or url)
    return Picture(url, alt)


def attributes_of(image: LexborNode) -> Attributes:
    """An ``<img>``'s own; where it only holds a place, with the address of a ``<source>``."""
    picture = image.parent
    if picture is None or picture.tag != "picture" or address_of(image.attributes):
        return image.attributes
    sources = (source.attributes for source in picture.css("source"))
    light = (each for each in sources if "dark" not in (each.get("media") or ""))
    return {**image.attributes, "src": next(filter(None, map(address_of, light)), "data:")}


def _is_dark_twin(attributes: Attributes) -> bool:
    """Whether a picture stands in for another one where a page is dark."""
    if (attributes.get("src") or "").endswith("#gh-dark-mode-only"):
        return True
    classes = f"{attributes.get('class') or ''} {attributes.get('classname') or ''}".split()
    return "dark-image" in classes or ("hidden" in classes and "dark:block" in classes)


def address_of(attributes: Attributes) -> str:
    """The address of the largest real picture that an element names, or empty."""
    written = [attributes.get(name) or "" for name in _LAZY]
    written.append(attributes.get("src") or "")
    for name in ("data-srcset", "srcset"):
        written += _by_size(attributes.get(name) or "")
    return next(
        (url for one in written if (url := one.strip()) and not url.startswith("data:")), ""
    )


def _by_size(srcset: str) -> Iterator[str]:
    """The addresses of a ``srcset``, the largest first."""
    found = re.findall(r"(\S*[^\s,])(?:\s+([\d.]+)[wx])?\s*(?:,|$)", srcset[:10_000])
    for url, _ in sorted(found, key=lambda one: -_number(one[1])):
        yield url


def _number(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 1.0


def embed_of(node: LexborNode, tag: str) -> tuple[Run, Run] | None:
    """An icon and the link to what an ``<iframe>``, ``<video>`` or the like shows."""
    attributes = node.attributes
    url = next(
        (attributes[name] for name in ("src", "data-src", "data") if attributes.get(name)), ""
    )
    if not url or url.startswith("about:"):
        source = node.css_first("source[src]")
        url = source.attributes.get("src") if source is not None else ""
    if not url:
        return None
    name = squeezed(attributes.get("title") or attributes.get("aria-label") or "")
    icon = {"audio": "🔊", "iframe": "🔗", "embed": "🔗", "object": "🔗"}.get(tag, "▶️")
    if _VIDEO.search(url):
        icon = "▶️"
    return Run(f"{icon} "), Run(name or _host(url), url=_watchable(url))


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


def urlsplit_path(url: str) -> str:
    """The path of an address, or all of it where it is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return url


def squeezed(text: str) -> str:
    """A text on one line, with single spaces."""
    return " ".join(text.split())


# As Markdown's parsers and WordPress's plugins write them.
_NOTES = ", ".join(
    f"{place} li[id]"
    for place in (".footnotes", ".footnote", "[role=doc-endnotes]", "[data-footnotes]")
)
_BACK = re.compile(r"footnote-back|backref|doc-backlink|footnote\b(?=.*rev)|reversefootnote")


def notes_of(body: LexborNode) -> dict[str, int]:
    """Number the footnotes, in the order in which they are referred to."""
    ids = {node.attributes.get("id") or "" for node in body.css(_NOTES)} - {""}
    if not ids:
        return {}
    links = (fragment_of(link) for link in body.css("a[href]") if not is_back(link))
    return {key: n for n, key in enumerate(dict.fromkeys(k for k in links if k in ids), start=1)}


def fragment_of(link: LexborNode) -> str:
    """What a link's address has behind ``#``."""
    return unquote((link.attributes.get("href") or "").rpartition("#")[2])


def is_back(link: LexborNode) -> bool:
    """Whether a link leads from a note to where it is referred to."""
    attributes = link.attributes
    named = f"{attributes.get('class')} {attributes.get('role')} {attributes.get('rev')}"
    return bool(_BACK.search(named)) or "fnref" in fragment_of(link)


def is_notes(attributes: Attributes, classes: str) -> bool:
    """Whether an element holds the notes."""
    return (
        "data-footnotes" in attributes
        or attributes.get("role") == "doc-endnotes"
        or bool({"footnotes", "footnote"} & set(classes.split()))
    )


def code_of(node: LexborNode) -> Code:
    """The code of a ``<pre>``, and its language where an element in or around it names one."""
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
