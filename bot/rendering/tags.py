"""What the tags and shortcodes show that sites have in common: pictures, players, examples."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape as html_escape
from urllib.parse import urlsplit

from bot.blog.post import is_web_url
from bot.rendering.block import ON_THE_SITE

STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'")
ARGUMENT = re.compile(r"([\w-]+)\s*[=:]\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s,}%>)]+))")
# A template of Go's on a line of its own, which sites of any generator may run.
GO_TAG = re.compile(r"(?m)^[ \t]*\{\{(code|play|image|video|iframe)[ \t]+(\"[^{}\n]*)\}\}[ \t]*$")
_TEXT_AND_ADDRESS = re.compile(r"[\"']([^\"']+)[\"'],\s*[\"'](https?://[^\"'\s]+)[\"']")
_ADDRESS = re.compile(r"https?://[^\s\"'<>{}|\\^`)]+")
_FILE = re.compile(
    r"[^\s\"'=<>{}|\\^`(),]+\.(?:mp4|m4v|webm|mov|ogv|mp3|m4a|ogg|wav|flac)", re.IGNORECASE
)
_IMAGE = re.compile(r"[^\s\"'=<>{}|`(),]+\.(?:png|jpe?g|gif|webp|avif|svg)\b", re.IGNORECASE)
_SOUND = re.compile(r"\.(?:mp3|m4a|ogg|wav|flac)$", re.IGNORECASE)
_PLAYER = re.compile(r"video|youtube|vimeo|player|movie|peertube|twitch|bilibili")
# Tags that put another file's code, or a whole notebook, into a post.
_EXAMPLE = re.compile(
    r"(?:include|embed|import|literal|render|show|insert|remote)?[_-]?"
    r"(?:code|example|notebook|nb|snippet|sample|demo|codefile|file|play|playground)"
    r"(?:[_-]?(?:file|block|include|embed|snippet|from|example|import))?"
)
_INCLUDE = re.compile(
    r"include(?:[_-](?:relative|cached|template))?|partial|render|renderfile|readfile"
)
# Of included files, what is no part of the text.
_FURNITURE = re.compile(
    r"(?:^|[/_. -])(?:toc|table[_-]?of[_-]?contents|head(?:er|ing)?|foot(?:er|notes?)?"
    r"|nav(?:bar|igation)?|menu|side(?:bar|nav)?|ads?|adsense|advert\w*|share|sharing|social"
    r"|comments?|disqus|giscus|utterances|analytics|gtag|math(?:jax)?|katex|series|related"
    r"|authors?|bio|newsletter|subscribe|sign-?up|form|licen[sc]e|disclaimer|breadcrumbs?|meta"
    r"|seo|icons?|logo|styles?|scripts?|layouts?|post[_-]?list|pagination|pager|banner|promo"
    r"|sponsors?|donate|card|balloon|mascots?|edit-on-github)s?(?:[_.-]|$)",
    re.IGNORECASE,
)
_UNSHOWN = re.compile(r"\.(?:css|js|svg|xml|scss)[\"']?$", re.IGNORECASE)
# Where a quotation's parts stand, by the names that shortcodes give them.
_AUTHOR = ("author", "by", "name", "attribution", "cite")
_TITLE = ("title", "source", "work", "book")
_LINK = ("link", "url", "href", "source_link", "cite_url")
_PROSE = ("content", "text", "body", "message", "note")

# One that the site's own files hold. ``#`` leads to the post itself.
EXAMPLE = f'<p data-aside><a href="#">{ON_THE_SITE}</a></p>\n'


def shown_by(name: str, rest: str, *, alone: bool) -> str:
    """HTML for what a tag shows; empty where that is not known.

    Args:
        name: the tag's, in lower case.
        rest: its arguments, as written.
        alone: whether it stands on lines of its own, as examples and players do.
    """
    handler = _HANDLERS.get(name)
    if handler is not None and (shown := handler(rest)):
        return shown
    if _INCLUDE.fullmatch(name):
        return _included(rest, alone=alone)
    if shown := _named_link(rest) or _media(name, rest, alone=alone):
        return shown
    return EXAMPLE if alone and rest.strip() and _EXAMPLE.fullmatch(name) else ""


def _included(rest: str, *, alone: bool) -> str:
    """What an included file shows, as far as its name and what it is given tell."""
    file, _, parameters = rest.strip().partition(" ")
    file = file.strip("\"',")
    values = arguments(parameters)
    stem = re.sub(r"\.\w+$", "", file.lower().rpartition("/")[2])
    if (handler := _HANDLERS.get(stem)) and (shown := handler(parameters)):
        return shown
    if shown := _media(stem, parameters, alone=alone):
        return shown
    if not alone:
        return ""
    if words := next((values[key] for key in _PROSE if values.get(key)), ""):
        return f'\n<div markdown="1">\n\n{words}\n\n</div>\n'
    if _FURNITURE.search(file) or _UNSHOWN.search(file):
        return ""
    return EXAMPLE


def _media(name: str, rest: str, *, alone: bool) -> str:
    """A link to what plays, or to another page, whose address stands in a tag."""
    address, file = _ADDRESS.search(rest), _FILE.search(rest)
    url = file[0] if file else address[0] if address else ""
    if not url:
        return ""
    values = arguments(rest)
    title = values.get("title") or values.get("caption") or ""
    if file or _PLAYER.search(name + url):
        icon = "🔊" if _SOUND.search(url) else "▶️"
        own = urlsplit(url).path.rpartition("/")[2] if file else ""
        return f"{icon} {_anchor(title or own or _host(url), url)}"
    return f"🔗 {_anchor(title or _host(url), url)}" if alone and is_web_url(url) else ""


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")


def arguments(rest: str) -> dict[str, str]:
    """A tag's arguments by name, or else by position, from "0"."""
    found = {m[1]: m[2] or m[3] or m[4] or "" for m in ARGUMENT.finditer(rest)}
    if not found:
        for position, m in enumerate(STRING.finditer(rest)):
            found[str(position)] = m[1] or m[2] or ""
        if not found and rest.strip():
            found["0"] = rest.split(maxsplit=1)[0].strip("(),")
    return found


def quotation(rest: str, body: str) -> str:
    """A quotation with its author and source below it, as Hexo's tag and others name them.

    ``Author, Source``, ``Author https://… Source`` or ``author="…" source="…" link="…"``.
    """
    values = {m[1].lower(): m[2] or m[3] or m[4] or "" for m in ARGUMENT.finditer(rest)}
    named = next((values[name] for name in _AUTHOR if values.get(name)), "")
    title = next((values[name] for name in _TITLE if values.get(name)), "")
    url = next((values[name] for name in _LINK if values.get(name)), "")
    bare = "" if named or title or url else rest.strip()
    if bare:
        if bare.startswith("("):
            bare = bare.strip("()").strip()
        if STRING.fullmatch(bare):
            bare = bare[1:-1]
        found = _ADDRESS.search(bare)
        if found:
            named, url, title = bare[: found.start()], found[0], bare[found.end() :]
        else:
            named, _, title = bare.partition(",")
    if is_web_url(title) and not url:
        title, url = "", title
    source = _anchor(title.strip() or _host(url), url) if url else html_escape(title.strip())
    said = ", ".join(filter(None, (html_escape(named.strip(" ,\t\"'")), source)))
    below = f"— {bare}" if "](" in bare else f"<p>— {said}</p>" if said else ""
    return f'\n<blockquote markdown="1">\n\n{body}\n\n{below}\n\n</blockquote>\n'


def _anchor(text: str, url: str) -> str:
    """A link in HTML, which may stand in Markdown and in HTML."""
    return f'<a href="{html_escape(url)}">{html_escape(text)}</a>'


def _named_link(rest: str) -> str:
    """A link, where all that is known of a tag is that it is given a text and an address."""
    found = _TEXT_AND_ADDRESS.match(rest.strip())
    return _anchor(found[1], found[2]) if found else ""


def _figure(rest: str) -> str:
    values = arguments(rest)
    source = values.get("src") or values.get("path") or values.get("url") or ""
    if not source and (found := _IMAGE.search(rest)):
        source = found[0]  # Octopress has a class before it
    source = source or values.get("0") or ""
    if not source:
        return ""
    alt = values.get("alt") or values.get("1") or values.get("title") or ""
    caption = values.get("caption") or ""
    picture = f'<img src="{html_escape(source)}" alt="{html_escape(alt or caption)}">'
    if not caption:
        return picture
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"


def _youtube(rest: str) -> str:
    values = arguments(rest)
    name = values.get("id") or values.get("0") or ""
    if not re.fullmatch(r"[\w-]+", name):
        return ""
    return f"▶️ {_anchor('YouTube', f'https://www.youtube.com/watch?v={name}')}"


def _vimeo(rest: str) -> str:
    values = arguments(rest)
    name = values.get("id") or values.get("0") or ""
    return f"▶️ {_anchor('Vimeo', f'https://vimeo.com/{name}')}" if name.isdigit() else ""


def _gist(rest: str) -> str:
    names = re.findall(r"[\w-]+", rest)
    if not names:
        return ""
    of_a_user = len(names) >= 2 and not names[0].isdigit()  # noqa: PLR2004 — user and gist
    place = f"{names[0]}/{names[1]}" if of_a_user else names[0]
    return f"🔗 {_anchor('Gist', f'https://gist.github.com/{place}')}"


def _tweet(rest: str) -> str:
    values = arguments(rest)
    name = values.get("id") or values.get("0") or ""
    if not name.isdigit():
        return ""
    user = values.get("user") or "i"
    return f"🔗 {_anchor('x.com', f'https://x.com/{user}/status/{name}')}"


_HANDLERS: dict[str, Callable[[str], str]] = {
    "figure": _figure,
    "image": _figure,
    "img": _figure,
    "picture": _figure,
    "asset_img": _figure,
    "youtube": _youtube,
    "youtubeembed": _youtube,
    "vimeo": _vimeo,
    "gist": _gist,
    "tweet": _tweet,
    "twitter": _tweet,
    "x": _tweet,
}
