"""The settings that change how files are understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ALL_LANGUAGES = "all"
NO_PAGES = ("none",)
PAGES_OF_SITE = ("auto",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """How the blogger wants ambiguous things to be read.

    Attributes:
        date_order: what comes first in ``03-12-24``.
        collection_tags: tags that name collections rather than topics, folded with
            ``bot.blog.post.tag_key``; they are dropped.
        pages: folders and files, relative to the posts folder, that hold pages and no posts;
            ``NO_PAGES`` where nothing does, ``PAGES_OF_SITE`` where the site tells.
        language: show posts of this language only (a BCP 47 tag); ``all`` shows
            every language; None means the site's main language.
        max_bytes: larger files are left out.
    """

    date_order: Literal["month", "day"] = "month"
    collection_tags: frozenset[str] = frozenset({"post", "posts", "all", "blog"})
    pages: tuple[str, ...] = PAGES_OF_SITE
    language: str | None = None
    max_bytes: int = 2_000_000
