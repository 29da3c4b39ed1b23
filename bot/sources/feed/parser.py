"""What a feed says, whichever form it has: RSS, Atom or JSON Feed."""

from __future__ import annotations

import codecs
import datetime as dt
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from itertools import islice
from time import struct_time
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from bot.blog.errors import SourceError
from bot.sources.feed.entry import (
    Entry,
    Medium,
    beginning_of,
    html_of,
    page_of,
    summary_of,
    title_of,
    without_footer,
)
from bot.sources.host import Response

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
# More of them than any entry has; what a feed makes up beyond that is left out.
MOST_TAGS = 100
MOST_MEDIA = 10
# A text is in UTF-8 if it has so many letters beyond ASCII for each that is broken.
MOST_BROKEN = 4
_NO_ASCII = re.compile(r"[^\x00-\x7f\ufffd]")
_DECLARED = re.compile(r"^(\s*<\?xml\b[^>]*?)\sencoding=[\"'][^\"'>]*[\"']")
_ENTITY = re.compile(r"&(?:#\d+|#x[\da-f]+|[a-z]+\d*);", re.IGNORECASE)
# What programs write for a date that is missing: year 0 or 1, or the first second of Unix.
_NEVER = re.compile(
    r"(?<!\d)-?000[01](?:-\d\d-\d\dT|\s\d\d:)|1970-01-01T00:00:00|1 Jan 1970 00:00:00"
)


@dataclass(frozen=True, slots=True)
class Content:
    """What one page of a feed holds.

    Attributes:
        entries: in the feed's own order.
        site: the address of the blog, or empty.
        older: the address of the page with older entries, or empty.
        shared_ids: ids that several entries have, so that they tell none of them.
    """

    entries: tuple[Entry, ...]
    site: str = ""
    older: str = ""
    shared_ids: frozenset[str] = frozenset()


def content_of(page: Response) -> Content:
    """Read a feed, forgiving what real ones get wrong.

    Raises:
        SourceError: it is none.
    """
    if page.body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = page.body.decode("utf-16", "replace")
        page = replace(page, body=_DECLARED.sub(r"\1", text, count=1).encode("utf-8", "replace"))
    start = page.body.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    return joined([_of_json(page) if start == b"{" else _of_xml(page)])


def joined(pages: Sequence[Content]) -> Content:
    """The entries of a feed's pages, newest first, each once; an id that several have is none."""
    entries = list(_distinct(one for page in pages for one in page.entries))
    ids = Counter(entry.id for entry in entries if entry.id)
    shared = {name for name, count in ids.items() if count > 1}
    shared.update(*(page.shared_ids for page in pages))
    return replace(
        pages[0],
        entries=tuple(replace(one, id="") if one.id in shared else one for one in entries),
        shared_ids=frozenset(shared),
    )


def _distinct(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Entries without those that stand there once more, perhaps with another form of the link."""
    places: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for entry in dict.fromkeys(entries):
        fragment = urlsplit(entry.link).fragment
        name = page_of(entry.link) or entry.html
        seen = places[name, entry.title.casefold(), entry.date[:10]]
        if not name or not seen or (fragment and not seen & {"", fragment}):
            yield entry
        seen.add(fragment)


def _of_json(page: Response) -> Content:
    """What https://www.jsonfeed.org/version/1.1/ describes, and version 1."""
    try:
        # Not strict, since some leave the ends of lines in a text as they are.
        feed = json.loads(_utf8(page.body) or page.body.decode("cp1252", "replace"), strict=False)
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
    return Content(
        tuple(entries),
        _join(page.url, feed.get("home_page_url")),
        _join(page.url, feed.get("next_url")),
    )


def _of_item(item: Mapping[str, Any], base: str, names: tuple[str, ...], language: str) -> Entry:
    link = _join(base, item.get("url") or item.get("external_url"))
    plain = _text(item.get("content_text"))
    html = without_footer(_text(item.get("content_html")), link) or html_of(plain, is_plain=True)
    media = tuple(
        Medium(url, _length(one.get("duration_in_seconds")))
        for one in _dicts(item.get("attachments"))
        if (url := _join(base, one.get("url"))) and _is_played(one.get("mime_type"))
    )
    title, summary = _text(item.get("title")), _text(item.get("summary"))
    number = item.get("id")
    name = str(number) if isinstance(number, int | float) else _text(number)
    return Entry(
        id=name or (link if page_of(link) else ""),
        title=_titled(title_of(title, is_plain=not _ENTITY.search(title)), html, media, link),
        link=link,
        date=_iso(item.get("date_published")),
        updated=_iso(item.get("date_modified")),
        tags=_each(item.get("tags")),
        authors=_names(item) or names,
        summary=summary_of(html_of(summary, is_plain=not _ENTITY.search(summary))),
        image=_join(base, item.get("image") or item.get("banner_image")),
        language=_text(item.get("language")) or language,
        html=html,
        media=media[:MOST_MEDIA],
    )


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    return (one for one in (value if isinstance(value, list) else ()) if isinstance(one, dict))


def _each(value: object) -> tuple[str, ...]:
    """The texts in a list, each once."""
    texts = map(_text, value if isinstance(value, list) else ())
    return tuple(islice(dict.fromkeys(filter(None, texts)), MOST_TAGS))


def _titled(title: str, html: str, media: Sequence[Medium], link: str) -> str:
    """The title, or what stands for it in a list: the beginning of the text, or a file's name."""
    if title := title or beginning_of(html):
        return title
    address = media[0].url if media else link
    return unquote(urlsplit(address).path).rstrip("/").rpartition("/")[2] or "…"


def _is_played(kind: object) -> bool:
    return _text(kind).partition("/")[0].lower() in {"audio", "video"}


def _length(seconds: object) -> str:
    """Seconds, or what stands in a feed for them, as ``1:02:03``."""
    written = _text(seconds) or (str(int(seconds)) if isinstance(seconds, int | float) else "")
    if not re.fullmatch(r"\d{1,6}(?:\.\d*)?", written):
        return written if re.fullmatch(r"\d{1,3}(?::\d\d){1,2}", written) else ""
    minutes, second = divmod(int(float(written)), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def _names(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Its authors: a list of them since version 1.1, one before."""
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    return tuple(
        name for one in people if isinstance(one, dict) and (name := _text(one.get("name")))
    )


def _of_xml(page: Response) -> Content:
    import feedparser  # noqa: PLC0415 - slow, and JSON Feed needs none of it

    body, content_type = _decoded(page)
    try:
        # Not cleaned, since Discord gets text: that takes "<head>" out of a title about it.
        feed = feedparser.parse(
            body,
            response_headers={"content-type": content_type},
            sanitize_html=False,
            # Other relative links start from the post's own address, when it is read.
            resolve_relative_uris=b"xml:base" in body,
        )
    except Exception as error:
        raise SourceError(f"it cannot be understood ({type(error).__name__})") from error
    if not feed.get("version") and not feed.entries:
        raise SourceError(
            "it is neither RSS nor Atom nor JSON Feed",
            "Write the feed's own address, or a git repository's with .git at its end.",
        )
    language = _text(feed.feed.get("language"))
    entries = tuple(_of_element(one, page.url, language) for one in feed.entries)
    links = {one.get("rel"): one.get("href") for one in reversed(feed.feed.get("links", ()))}
    older = _join(page.url, links.get("next") or links.get("prev-archive"))
    return Content(entries, _join(page.url, feed.feed.get("link")), older)


def _decoded(page: Response) -> tuple[bytes, str]:
    """The page and its type, with neither saying of UTF-8 that it is something else."""
    text = _utf8(page.body)
    if text is None:
        return page.body, page.content_type
    text = _DECLARED.sub(r"\1", text, count=1)
    return text.encode(), f"{page.content_type.partition(';')[0]}; charset=utf-8"


def _utf8(body: bytes) -> str | None:
    """A text in UTF-8, perhaps with a few letters broken; None if it is in another encoding.

    Of such a text, hardly any letter beyond ASCII makes sense in UTF-8.
    """
    text = body.decode("utf-8-sig", "replace")
    broken = text.count("\ufffd")
    return None if broken and len(_NO_ASCII.findall(text)) < MOST_BROKEN * broken else text


def _of_element(one: Any, base: str, language: str) -> Entry:
    name = _text(one.get("id"))
    written = _text(one.get("link"))
    # A GUID says of itself that it is a link where nobody said that it is none.
    link = "" if written == name and not urlsplit(name).scheme else _join(base, written)
    summary = without_footer(_html(one.get("summary"), one.get("summary_detail")), link)
    contents = [_html(part.get("value"), part) for part in one.get("content", ())]
    html = without_footer(max(contents, key=len, default="") or summary, link)
    is_plain = "html" not in (one.get("title_detail") or {}).get("type", "html")
    title = _text(one.get("title"))
    # Of an RSS title nobody says what it is: names of elements are kept, and marks of style go.
    media = tuple(islice(_media(one, base), MOST_MEDIA))
    return Entry(
        id=name or (link if page_of(link) else ""),
        title=_titled(title_of(title, is_plain=is_plain and "&" not in title), html, media, link),
        link=link,
        date=_moment(one, "published") or _moment(one, "created") or _moment(one, "updated"),
        updated=_moment(one, "updated"),
        tags=_each([_tag(tag) for tag in one.get("tags", ())]),
        authors=_each([author.get("name") for author in one.get("authors", ())]),
        summary="" if summary == html else summary_of(summary),
        image=next(_images(one, base), ""),
        language=language,
        html=html,
        media=media,
    )


def _html(value: object, detail: Mapping[str, Any] | None) -> str:
    kind = (detail or {}).get("type", "text/html")
    return html_of(_text(value), is_plain=kind == "text/plain")


def _media(one: Any, base: str) -> Iterator[Medium]:
    """What can be played: enclosures, and the films of Media RSS; each once."""
    seen = set()
    length = _length(one.get("itunes_duration"))
    for medium in (*one.get("enclosures", ()), *one.get("media_content", ())):
        url = _join(base, medium.get("href") or medium.get("url"))
        kind = _text(medium.get("type")) or _text(medium.get("medium"))
        if url and url not in seen and _is_played(kind):
            seen.add(url)
            yield Medium(url, length or _length(medium.get("duration")))


def _tag(tag: Mapping[str, Any]) -> str:
    return _text(tag.get("label")) or _text(tag.get("term"))


def _images(one: Any, base: str) -> Iterator[str]:
    """Pictures that stand for the post: its thumbnail, its media, what is enclosed."""
    for thumbnail in one.get("media_thumbnail", ()):
        yield _join(base, thumbnail.get("url"))
    for medium in (*one.get("media_content", ()), *one.get("enclosures", ())):
        url = _join(base, medium.get("url") or medium.get("href"))
        kind = f"{medium.get('medium', '')} {medium.get('type', '')}"
        if url and ("image" in kind or urlsplit(url).path.lower().endswith(PICTURES)):
            yield url
    yield _join(base, (one.get("image") or {}).get("href"))  # a podcast's, of this episode


def _moment(one: Any, field: str) -> str:
    """A date as written, where it is a common form, so that it keeps its author's day."""
    # Asked outright, feedparser gives the date of publication for that of a missing update.
    if f"{field}_parsed" not in one:
        return ""
    parsed: struct_time | None = one[f"{field}_parsed"]
    written = _text(one.get(field))
    if parsed is None or _NEVER.search(written):
        return ""
    if ":" not in written and not re.search(r"T\d", written):  # a day, which is that day everywhere
        return f"{parsed.tm_year:04}-{parsed.tm_mon:02}-{parsed.tm_mday:02}"
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
    """A date of JSON Feed, which some write as RSS does."""
    written = _text(value)
    if _NEVER.search(written):
        return ""
    try:
        if len(written) == len("2024-01-31"):
            return dt.date.fromisoformat(written).isoformat()
        return dt.datetime.fromisoformat(written).isoformat()
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(written if ":" in written else f"{written} 00:00")
    except (ValueError, TypeError, OverflowError):
        return ""
    return moment.isoformat() if ":" in written else moment.date().isoformat()


def _join(base: str, link: object) -> str:
    """An absolute address of the web, or empty."""
    written = _text(link)
    try:
        whole = urljoin(base, written) if written else ""
        return whole if urlsplit(whole).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
