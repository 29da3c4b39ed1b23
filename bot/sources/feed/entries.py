"""What a feed says, whichever form it has: RSS, Atom or JSON Feed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from time import struct_time
from typing import Any
from urllib.parse import urljoin, urlsplit

from bot.blog.errors import SourceError
from bot.sources.feed.web import Page

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One post of a feed.

    Attributes:
        id: what the feed knows it by.
        title, link: may be empty. The link is absolute.
        date, updated: ISO 8601, or empty.
        tags, authors: plain text.
        summary: HTML or plain text, or empty where it is only the beginning of ``html``.
        image: absolute address of a picture, or empty.
        language: a language tag, or empty.
        html: what the post says.
    """

    id: str
    title: str = ""
    link: str = ""
    date: str = ""
    updated: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    summary: str = ""
    image: str = ""
    language: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """A feed's entries, in its own order, and the address of its site or empty."""

    entries: tuple[Entry, ...]
    site: str = ""


def content_of(page: Page) -> Content:
    """Read a feed, forgiving what real ones get wrong.

    Raises:
        SourceError: it is none.
    """
    start = page.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    found = _of_json(page) if start == b"{" else _of_xml(page)
    unique = {entry.id: entry for entry in reversed(found.entries)}
    return Content(tuple(reversed(unique.values())), found.site)


def _of_json(page: Page) -> Content:
    """What https://www.jsonfeed.org/version/1.1/ describes, and version 1."""
    try:
        feed = json.loads(page.body.decode("utf-8-sig"))
    except ValueError as error:
        raise SourceError(f"it is no feed: its JSON is broken ({error})") from None
    except RecursionError:
        raise SourceError("it is no feed: its JSON is nested too deeply") from None
    if not isinstance(feed.get("items"), list) or "version" not in feed:
        raise SourceError("it is JSON, but no JSON Feed")
    names = _names(feed)
    entries = [
        _of_item(item, page.url, names, _text(feed.get("language")))
        for item in feed["items"]
        if isinstance(item, dict)
    ]
    return Content(tuple(entries), _join(page.url, feed.get("home_page_url")))


def _of_item(item: Mapping[str, Any], base: str, names: tuple[str, ...], language: str) -> Entry:
    link = _join(base, item.get("url") or item.get("external_url"))
    html = _text(item.get("content_html")) or _as_html(_text(item.get("content_text")))
    title = _text(item.get("title"))
    tags = item.get("tags")
    return Entry(
        id=_text(item.get("id")) or link or _digest(title, html),
        title=title,
        link=link,
        date=_iso(item.get("date_published")),
        updated=_iso(item.get("date_modified")),
        tags=tuple(filter(None, map(_text, tags))) if isinstance(tags, list) else (),
        authors=_names(item) or names,
        summary=_text(item.get("summary")),
        image=_join(base, item.get("image") or item.get("banner_image")),
        language=_text(item.get("language")) or language,
        html=html,
    )


def _names(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Its authors: a list of them since version 1.1, one before."""
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    return tuple(
        name for one in people if isinstance(one, dict) and (name := _text(one.get("name")))
    )


def _of_xml(page: Page) -> Content:
    import feedparser  # noqa: PLC0415 - slow, and JSON Feed needs none of it

    headers = {"content-type": page.content_type, "content-location": page.url}
    try:
        feed = feedparser.parse(page.body, response_headers=headers)
    except Exception as error:
        raise SourceError(f"it cannot be understood ({type(error).__name__})") from error
    if not feed.get("version") and not feed.entries:
        raise SourceError(
            "it is neither RSS nor Atom nor JSON Feed",
            "Write the feed's own address, or a git repository's with .git at its end.",
        )
    language = _text(feed.feed.get("language"))
    entries = tuple(_of_element(one, page.url, language) for one in feed.entries)
    return Content(entries, _join(page.url, feed.feed.get("link")))


def _of_element(one: Any, base: str, language: str) -> Entry:
    link = _join(base, one.get("link"))
    contents = [part.get("value", "") for part in one.get("content", ())]
    summary = _text(one.get("summary"))
    html = max(contents, key=len, default="") or summary
    title = _text(one.get("title"))
    return Entry(
        id=_text(one.get("id")) or link or _digest(title, html),
        title=title,
        link=link,
        date=_moment(one, "published") or _moment(one, "created") or _moment(one, "updated"),
        updated=_moment(one, "updated"),
        tags=tuple(dict.fromkeys(filter(None, map(_tag, one.get("tags", ()))))),
        authors=tuple(
            name for author in one.get("authors", ()) if (name := _text(author.get("name")))
        ),
        summary="" if summary == html else summary,
        image=next(_images(one, base), ""),
        language=language,
        html=html,
    )


def _tag(tag: Mapping[str, Any]) -> str:
    return _text(tag.get("label")) or _text(tag.get("term"))


def _images(one: Any, base: str) -> Iterator[str]:
    """Pictures that stand for the post: its thumbnail, its media, what is enclosed."""
    for thumbnail in one.get("media_thumbnail", ()):
        yield _join(base, thumbnail.get("url"))
    for medium in (*one.get("media_content", ()), *one.get("enclosures", ())):
        url = _join(base, medium.get("url") or medium.get("href"))
        kind = f"{medium.get('medium', '')} {medium.get('type', '')}"
        if "image" in kind or urlsplit(url).path.lower().endswith(PICTURES):
            yield url


def _moment(one: Any, field: str) -> str:
    """A date as written, where it is a common form, so that it keeps its author's day."""
    # Asked outright, feedparser gives the date of publication for that of a missing update.
    if f"{field}_parsed" not in one:
        return ""
    parsed: struct_time | None = one[f"{field}_parsed"]
    if parsed is None:
        return ""
    written = _text(one.get(field))
    for read in (dt.datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(written).isoformat()
        except (ValueError, TypeError, OverflowError):
            continue
    try:
        return dt.datetime(*parsed[:6], tzinfo=dt.UTC).isoformat()
    except ValueError:  # a leap second, or a year that no calendar has
        return ""


def _iso(value: object) -> str:
    try:
        return dt.datetime.fromisoformat(_text(value)).isoformat()
    except ValueError:
        return ""


def _join(base: str, link: object) -> str:
    """An absolute address of the web, or empty."""
    written = _text(link)
    try:
        whole = urljoin(base, written) if written else ""
        return whole if urlsplit(whole).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _as_html(text: str) -> str:
    paragraphs: Sequence[str] = text.split("\n\n")
    escaped = (
        p.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for p in paragraphs
    )
    return "".join(f"<p>{p}</p>" for p in escaped if p.strip())


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _digest(*parts: str) -> str:
    return blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
