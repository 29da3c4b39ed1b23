"""The names that a post goes by, folded so that they compare, and the links that they lead to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import unquote, urlsplit

from bot.blog.post import Post, on_site
from bot.index.database import Row
from bot.index.fts_text import clean, plain_letters

_LAST_PAGE = re.compile(r"(^|/)index(\.html?|\.php)?$")
_NAME_DATE = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}[-_ ]?")
_EXTENSION = re.compile(r"\.[a-z]{2,8}$")


class Kind(IntEnum):
    """What sort of name it is; where two posts go by one name, the smaller number wins."""

    SLUG = 0
    LINK = 1
    PATH = 2
    ALIAS = 3
    TITLE = 4
    FILE = 5


def fold(text: str) -> str:
    """Make spellings of one name the same: case, spaces, composed characters."""
    return " ".join(unicodedata.normalize("NFKC", clean(text)).casefold().split())


def plain_name(text: str) -> str:
    """A folded name in plain letters, as it is searched."""
    return plain_letters(fold(text))


def fold_link(link: str) -> str:
    """A URL, path or slug without scheme, host, query, fragment and trailing slash."""
    try:
        parts = urlsplit(link.strip())
    except ValueError:  # such as an unclosed [IPv6 bracket
        path = link
    else:
        # `c:` or `note:` before a title is not a scheme, so only real ones count.
        path = parts.path if parts.scheme in {"", "http", "https"} else link
    folded = fold(unquote(path))
    return _LAST_PAGE.sub("", folded.strip("/")).strip("/").removesuffix(".html")


def names_of(post: Post, slug: str) -> Iterator[tuple[str, Kind]]:
    """All folded names of a post; ``slug`` is the one it got with all posts in view."""
    yield fold(slug), Kind.SLUG
    if post.link:
        yield fold_link(post.link), Kind.LINK
    yield fold(post.path), Kind.PATH
    stem = _EXTENSION.sub("", fold(post.path))
    yield stem, Kind.PATH
    for alias in post.aliases:
        yield fold(alias), Kind.ALIAS
        yield fold_link(alias), Kind.ALIAS
    yield fold(post.title), Kind.TITLE
    name = stem.removesuffix("/index").rpartition("/")[2]
    yield name, Kind.FILE
    yield _NAME_DATE.sub("", name), Kind.FILE


def names_linked(text: str) -> list[str]:
    """Names that a link from one post to another may mean, folded, likeliest first.

    Such as a title, ``2024-01-11-rain``, ``../rain/index.md#roofs`` or ``notes/rain``.
    """
    path = fold_link(text.partition("#")[0])
    while path.startswith(("./", "../")):
        path = path.partition("/")[2]
    stem = _EXTENSION.sub("", path)
    page = stem.removesuffix("/index")
    names = (fold(text), path, stem, page, page.rpartition("/")[2])
    return list(dict.fromkeys(name for name in names if name))


def names_to_look_up(text: str, site_url: str | None) -> list[str]:
    """Names that a person's text may mean, folded.

    A pasted URL holds the site's own path (``/blog`` of ``https://example.org/blog``)
    that links in the index do not have.
    """
    link = fold_link(text)
    meant = [fold(text), link]
    root = fold_link(site_url) if site_url else ""
    if root and link.startswith(root + "/"):
        meant.append(link.removeprefix(root + "/"))
    return [name for name in meant if name]


@dataclass(frozen=True, slots=True)
class LinkResolver:
    """Finds the link of the post that a name means; a ``blog.FindLink``. It never changes.

    Attributes:
        links: for each name the post's link, and from when on it is visible (Unix seconds).
        clock: Unix seconds.
    """

    links: dict[str, tuple[str, int | None]]
    clock: Callable[[], float]

    @classmethod
    def of(
        cls, rows: Iterable[Row], site_url: str | None, clock: Callable[[], float]
    ) -> LinkResolver:
        """Take rows of name, link and instant, of which the first of a name counts."""
        links: dict[str, tuple[str, int | None]] = {}
        for name, link, instant in rows:
            if name not in links:
                links[name] = (on_site(link, site_url) or link) if site_url else link, instant
        return cls(links, clock)

    def __call__(self, name: str) -> str | None:
        """The link, or None where no visible post with a page goes by that name."""
        for candidate in names_linked(name):
            if candidate in self.links:
                link, instant = self.links[candidate]
                if instant is None or instant <= self.clock():
                    return link
        return None
