"""An entry of a feed in the form of a post's file: front matter and body."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote, urlsplit

from bot.sources.feed.entries import Entry

PREFORMATTED = re.compile(r"(<(pre|textarea)\b[^<>]*>.*?</\2\s*>)", re.IGNORECASE | re.DOTALL)
SPACE = re.compile(r"\s+")
# After these a line may end, so that what reads a post line by line finds its paragraphs.
END_OF_BLOCK = re.compile(
    r"(?<=[>])\s*(?=<(?:p|h[1-6]|ul|ol|dl|pre|table|blockquote|figure|div|section|hr)\b)",
    re.IGNORECASE,
)
TAG = re.compile(r"<[^<>]*>")
# A page's name at the end of its address, where that says more than a number would.
NAMED = re.compile(r"[^\W\d_]", re.UNICODE)


def document_of(entry: Entry) -> bytes:
    """The entry as a file that any reader of posts understands. Its front matter is JSON."""
    fields = {
        "title": TAG.sub("", entry.title),
        "date": entry.date,
        "updated": entry.updated,
        "tags": entry.tags,
        "authors": entry.authors,
        "description": entry.summary,
        "image": entry.image,
        "lang": entry.language,
        "canonical_url": entry.link,
        "slug": _slug(entry.link),
    }
    front_matter = json.dumps({name: value for name, value in fields.items() if value})
    text = f"{front_matter}\n\n{_as_markdown(entry.html)}\n"
    return text.replace("\0", "").encode("utf-8", "replace")


def _slug(link: str) -> str:
    """The end of a link's path, unless it is a number only, as in ``/?p=123``."""
    name = unquote(urlsplit(link).path).rstrip("/").rpartition("/")[2]
    stem = re.sub(r"\.(?:html?|php|aspx?)$", "", name, flags=re.IGNORECASE)
    return stem if NAMED.search(stem) else ""


def _as_markdown(html: str) -> str:
    """HTML that Markdown takes for HTML from beginning to end.

    Markdown would end it at an empty line, and take what is indented below for code.
    """
    parts = PREFORMATTED.split(html)
    # One part in three is preformatted, followed by the name of its tag.
    outside = (END_OF_BLOCK.sub("\n", SPACE.sub(" ", part)).strip() for part in parts[::3])
    inside = (part.strip().replace("\n", "&#10;") for part in parts[1::3])
    lines = [line for pair in zip(outside, [*inside, ""], strict=True) for line in pair if line]
    return "<div>\n" + "\n".join(lines) + "\n</div>" if lines else ""
