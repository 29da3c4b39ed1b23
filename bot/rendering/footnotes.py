"""Footnotes in HTML: which elements hold them, and which links lead to them and back."""

from __future__ import annotations

import re
from urllib.parse import unquote

from selectolax.lexbor import LexborNode

from bot.rendering.media import Attributes

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
