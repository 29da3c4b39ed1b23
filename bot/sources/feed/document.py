"""An entry of a feed in the form of a post's file: front matter and body."""

from __future__ import annotations

import json
import re
from html import escape
from urllib.parse import unquote, urlsplit

from bot.sources.feed.entries import Entry, Medium

PREFORMATTED = re.compile(r"<(/?)(pre|textarea)\b[^<>]*>", re.IGNORECASE)
SPACE = re.compile(r"\s+")
# After these a line may end, so that what reads a post line by line finds its paragraphs.
END_OF_BLOCK = re.compile(
    r"(?<=[>])\s*(?=<(?:p|h[1-6]|ul|ol|dl|pre|table|blockquote|figure|div|section|hr)\b)",
    re.IGNORECASE,
)
# What marks links, comments and templates in Markdown of several kinds, and is text in HTML.
MARKS = re.compile(r"\[\[|%%|\{\{|\{%")
PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
# A page's name at the end of its address, where that says more than a number would.
NAMED = re.compile(r"[^\W\d_]", re.UNICODE)


def document_of(entry: Entry) -> bytes:
    """The entry as a file that any reader of posts understands. Its front matter is JSON."""
    fields = {
        "title": _as_text(entry.title),
        "date": entry.date,
        "updated": entry.updated,
        "tags": [_as_text(tag.removeprefix("#")) for tag in entry.tags],
        "authors": entry.authors,
        "description": _as_text(entry.summary),
        "image": entry.image,
        "lang": entry.language,
        "canonical_url": entry.link,
        "slug": _slug(entry),
    }
    front_matter = json.dumps({name: value for name, value in fields.items() if value})
    body = entry.html + "".join(map(_player, entry.media))
    text = f"{front_matter}\n\n{_as_markdown(body)}\n"
    return text.replace("\0", "").encode("utf-8", "replace")


def _as_text(text: str) -> str:
    """A feed's text for front matter, where others write Markdown."""
    return PUNCTUATION.sub(r"\\\g<0>", text)


def _slug(entry: Entry) -> str:
    """The end of a link's path, unless it is a number only, as in ``/?p=123``; else the title.

    The first title, since an entry that is edited is the same post.
    """
    name = unquote(urlsplit(entry.link).path).rstrip("/").rpartition("/")[2]
    stem = re.sub(r"\.(?:html?|php|aspx?)$", "", name, flags=re.IGNORECASE)
    if NAMED.search(stem):
        return stem
    return (
        re.sub(r"[\W_]+", "-", (entry.first_title or entry.title).lower())
        .strip("-")[:60]
        .strip("-")
        or "post"
    )


def _player(medium: Medium) -> str:
    """A link to sound or a film, with its length."""
    name = unquote(urlsplit(medium.url).path).rpartition("/")[2] or urlsplit(medium.url).netloc
    length = f" · {escape(medium.length)}" if medium.length else ""
    return f'<p>▶ <a href="{escape(medium.url)}">{escape(name)}</a>{length}</p>'


def _as_markdown(html: str) -> str:
    """HTML that Markdown takes for HTML from beginning to end.

    Markdown would end it at an empty line, and take what is indented below for code.
    """
    lines: list[str] = []
    at = 0
    inside = ""
    for tag in PREFORMATTED.finditer(html):
        is_end, name = bool(tag[1]), tag[2].lower()
        if not is_end and not inside:
            lines.append(_flowing(html[at : tag.start()]))
            at, inside = tag.start(), name
        elif is_end and name == inside:
            lines.append(_kept(html[at : tag.end()]))
            at, inside = tag.end(), ""
    lines.append((_kept if inside else _flowing)(html[at:]))
    whole = "\n".join(filter(None, lines))
    return f"<div>\n{MARKS.sub(_as_entities, whole)}\n</div>" if whole else ""


def _as_entities(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(letter)};" for letter in found[0])


def _flowing(html: str) -> str:
    return END_OF_BLOCK.sub("\n", SPACE.sub(" ", html)).strip()


def _kept(html: str) -> str:
    return re.sub(r"\r\n?|\n", "&#10;", html.strip())
