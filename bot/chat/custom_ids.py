"""What a click means, written into the custom id of its button or select menu.

A custom id says everything: the click works after a restart and in a rebuilt index, and no
view is kept in memory. Each class knows the pattern of its ids, reads and writes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from bot.blog.library import Library
from bot.blog.post import post_key
from bot.blog.tag import Tag, tag_key
from bot.chat import limits
from bot.chat.text import is_mention_like

KEY = r"[0-9a-f]{12}"
PAGE = r"-?\d{1,9}"
_PLACE = rf"(?P<key>{KEY}):(?P<digest>[0-9a-f]{{0,16}}):(?P<page>{PAGE})"


class CustomId:
    """What one kind of custom id has: its pattern, reading (``parse``) and writing (``str``)."""

    __slots__ = ()
    pattern: ClassVar[str]

    @classmethod
    def match(cls, custom_id: str) -> re.Match[str] | None:
        """What ``parse`` reads, or None where it is no custom id of this kind."""
        return re.fullmatch(cls.pattern, custom_id, re.DOTALL)

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read a custom id that matches; cannot fail."""
        raise NotImplementedError

    def __str__(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Bare(CustomId):
    """A custom id that is all of its pattern, and says nothing more."""

    @classmethod
    def parse(cls, _match: re.Match[str]) -> Self:
        """Read it."""
        return cls()

    def __str__(self) -> str:
        return self.pattern


@dataclass(frozen=True, slots=True)
class OfPage(CustomId):
    """A page, from 1, of the list that the name stands for."""

    name: ClassVar[str]
    page: int

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(int(match["page"]))

    def __str__(self) -> str:
        return f"{self.name}:{self.page}"


@dataclass(frozen=True, slots=True)
class ReadPost(CustomId):
    """Open a post, at a section (its ``section_ref``) if not empty, as a message of its own."""

    pattern: ClassVar = rf"read:(?P<key>{KEY})(?::(?P<section>.+))?"
    key: str
    section: str = ""

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(match["key"], match["section"] or "")

    def __str__(self) -> str:
        return f"read:{self.key}:{self.section}" if self.section else f"read:{self.key}"


@dataclass(frozen=True, slots=True)
class PageOfPost(CustomId):
    """A page of a post, from 1, as it was while the post had that digest."""

    name: ClassVar[str]
    key: str
    digest: str
    page: int

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(match["key"], match["digest"], int(match["page"]))

    def __str__(self) -> str:
        return f"{self.name}:{self.key}:{self.digest}:{self.page}"


class TurnPage(PageOfPost):
    """Turn this message to the page."""

    __slots__ = ()
    name = "page"
    pattern = rf"page:{_PLACE}"


class ReadOn(PageOfPost):
    """Open the page as a message of its own."""

    __slots__ = ()
    name = "on"
    pattern = rf"on:{_PLACE}"


class SavePage(PageOfPost):
    """Send the reader a bookmark to the page."""

    __slots__ = ()
    name = "save"
    pattern = rf"save:{_PLACE}"


class Jump(PageOfPost):
    """Turn this message to the section that is chosen; from the page, where that cannot be.

    Option values are ``section_ref``, or ``Jump.FROM`` and a number: offer the sections
    from that one on.
    """

    __slots__ = ()
    FROM: ClassVar = "~from:"
    name = "jump"
    pattern = rf"jump:{_PLACE}"


@dataclass(frozen=True, slots=True)
class SharePost(CustomId):
    """Show the card of a post to everyone in the channel."""

    pattern: ClassVar = rf"share:(?P<key>{KEY})"
    key: str

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(match["key"])

    def __str__(self) -> str:
        return f"share:{self.key}"


@dataclass(frozen=True, slots=True)
class TurnTo(CustomId):
    """Turn this message to the card of a post; ``place`` tells the card's buttons apart."""

    pattern: ClassVar = rf"post:(?P<place>[a-z]{{1,10}}):(?P<key>{KEY})"
    place: str
    key: str

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(match["place"], match["key"])

    def __str__(self) -> str:
        return f"post:{self.place}:{self.key}"


class PickRelated(Bare):
    """Turn this message to the related post that is chosen; option values are post keys."""

    __slots__ = ()
    pattern = r"related"


class AnotherRandom(Bare):
    """Turn this message to the card of some other post."""

    __slots__ = ()
    pattern = r"random"


@dataclass(frozen=True, slots=True)
class ListPage(CustomId):
    """A page of the newest posts, from 1, of one tag (its ``tag_ref``) if not empty."""

    pattern: ClassVar = rf"latest:(?P<page>{PAGE}):(?P<count>[1-5]):(?P<tag>.*)"
    page: int
    count: int
    tag: str = ""

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(int(match["page"]), int(match["count"]), match["tag"])

    def __str__(self) -> str:
        return f"latest:{self.page}:{self.count}:{self.tag}"


@dataclass(frozen=True, slots=True)
class Narrow(CustomId):
    """Choose the tag of a list; option values are ``tag_ref`` or ``Narrow.ALL``."""

    ALL: ClassVar = "~all"
    pattern: ClassVar = r"narrow:(?P<count>[1-5])"
    count: int

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(int(match["count"]))

    def __str__(self) -> str:
        return f"narrow:{self.count}"


class TagsPage(OfPage):
    """A page of all tags, from 1."""

    __slots__ = ()
    name = "tags"
    pattern = rf"tags:(?P<page>{PAGE})"


class PickTag(Bare):
    """Turn this message to the posts of the tag that is chosen; option values are ``tag_ref``."""

    __slots__ = ()
    pattern = r"tag"


@dataclass(frozen=True, slots=True)
class SearchPage(CustomId):
    """A page of search results, from 1. Only a query that fits can be paged."""

    pattern: ClassVar = rf"search:(?P<page>{PAGE}):(?P<query>.+)"
    page: int
    query: str

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(int(match["page"]), match["query"])

    @property
    def fits(self) -> bool:
        """Whether Discord takes this custom id."""
        return limits.length(str(self)) <= limits.CUSTOM_ID

    def __str__(self) -> str:
        return f"search:{self.page}:{self.query}"


@dataclass(frozen=True, slots=True)
class Follow(CustomId):
    """Announce posts to whoever clicks, of one tag (its ``tag_ref``) if not empty."""

    pattern: ClassVar = r"follow:(?P<tag>.*)"
    tag: str = ""

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(match["tag"])

    def __str__(self) -> str:
        return f"follow:{self.tag}"


# A tag's name stands in a custom id and in an option's value as it is, unless it is longer
# than this or holds what could be mistaken or lost; then its hash does.
_TAG_NAME = limits.CUSTOM_ID - len("latest:123456789:5:")
_HASHED_TAG = re.compile(rf"~({KEY})")


def tag_ref(name: str) -> str:
    """Name a tag in at most 80 characters, without what Discord's client takes for a mention."""
    key = tag_key(name)
    fits = limits.length(key) <= _TAG_NAME and key.isprintable()
    if not fits or key.startswith("~") or is_mention_like(key):
        return f"~{post_key(key)}"
    return key


# The longest anchor that stands in a custom id as it is; a longer one is named by its hash.
_ANCHOR = limits.CUSTOM_ID - len(f"read:{post_key('')}:")


def section_ref(anchor: str) -> str:
    """Name a section of a post in at most 82 characters."""
    fits = limits.length(anchor) <= _ANCHOR and anchor.isprintable()
    return anchor if fits and not anchor.startswith("~") else f"~{post_key(anchor)}"


async def tag_of(library: Library, ref: str) -> Tag | None:
    """Find the tag that a ``tag_ref`` names, or a reader who typed a name."""
    hashed = _HASHED_TAG.fullmatch(ref)
    if hashed is None:
        return await library.tag(ref)
    tags = await library.tags()
    return next((tag for tag in tags if post_key(tag.key) == hashed[1]), None)
