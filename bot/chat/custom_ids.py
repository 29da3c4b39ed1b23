"""What a click means, written into the custom id of its button, select menu or form.

A custom id says everything: the click works after a restart and in a rebuilt index, and no
view is kept in memory. Each class declares its word and its parts once; ``str`` writes an
id, ``parse`` reads it. Ids of messages that were sent must be read for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, dataclass_transform

from bot.blog.library import Library
from bot.blog.post import Tag, post_key, tag_key
from bot.chat import limits
from bot.chat.text import is_mention_like

KEY = r"[0-9a-f]{12}"
DIGEST = r"[0-9a-f]{0,16}"
PAGE = r"-?\d{1,9}"
CHANNEL = r"\d{1,20}"
# Pages of other posts that led to this one, the last one first, each a key and a page.
BACK = rf"{KEY}-\d{{1,9}}(?:\.{KEY}-\d{{1,9}})*"
MOST_BACK = 48  # characters of them, so that custom ids hold them

KINDS: dict[str, type[CustomId]] = {}


class Part:
    """A part of a custom id: the pattern of its text, and whether it may be left out."""

    def __init__(self, pattern: str, *, optional: bool) -> None:
        self.pattern = rf"(?::({pattern}))?" if optional else rf":({pattern})"
        self.is_optional = optional


def part(pattern: str, *, default: str | None = None) -> Any:
    """Declare a part, which stands behind the ones before it and a colon.

    Its type in the class is ``str``, ``int``, or ``bool`` (``0`` or ``1``).

    Args:
        pattern: a regular expression without groups.
        default: ``""`` for a part that is left out with its colon where it is empty.
    """
    return Part(pattern, optional=default is not None)


@dataclass_transform(frozen_default=True, field_specifiers=(part,))
class CustomId:
    """What all custom ids have in common: a word, and parts behind it in their order."""

    word: ClassVar[str]
    parts: ClassVar[Mapping[str, Part]] = {}
    types: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, word: str = "") -> None:
        own = {name: each for name, each in vars(cls).items() if isinstance(each, Part)}
        cls.parts = {**cls.parts, **own}
        cls.types = {**cls.types, **{name: cls.__annotations__[name] for name in own}}
        if word:
            cls.word = word
            KINDS[word] = cls

    def __init__(self, *values: object, **named: object) -> None:
        given = {**dict(zip(self.parts, values, strict=False)), **named}
        self.__dict__.update({name: given.get(name, "") for name in self.parts})

    @classmethod
    def pattern(cls) -> str:
        """What ids of this kind match, a group for each part."""
        return cls.word + "".join(each.pattern for each in cls.parts.values())

    @classmethod
    def read(cls, custom_id: str) -> CustomId | None:
        """What the id says, or None where it is none of this kind."""
        match = re.fullmatch(cls.pattern(), custom_id, re.DOTALL)
        if match is None:
            return None
        convert: Mapping[str, Callable[[str], object]]
        convert = {"str": str, "int": int, "bool": "1".__eq__}
        texts = dict(zip(cls.parts, match.groups(default=""), strict=True))
        return cls(**{name: convert[cls.types[name]](text) for name, text in texts.items()})

    def __str__(self) -> str:
        values = {name: getattr(self, name) for name in self.parts}
        texts = [
            str(int(value) if isinstance(value, bool) else value)
            for name, value in values.items()
            if value != "" or not self.parts[name].is_optional
        ]
        return ":".join([self.word, *texts])

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def replace(self, **changes: object) -> Self:
        """A copy with other parts."""
        return type(self)(**{**self.__dict__, **changes})

    @property
    def fits(self) -> bool:
        """Whether Discord takes it. Only what a reader typed may be too long."""
        return limits.length(str(self)) <= limits.CUSTOM_ID


def parse(custom_id: str) -> CustomId | None:
    """Read a custom id; None if this version does not know it."""
    kind = KINDS.get(custom_id.partition(":")[0])
    return kind.read(custom_id) if kind else None


class ReadPost(CustomId, word="read"):
    """Open a post, at a section (its ``section_ref``) if not empty, as a message of its own."""

    key: str = part(KEY)
    section: str = part(r".+", default="")


class PageOfPost(CustomId):
    """A page of a post, from 1, as it was while the post had that digest."""

    key: str = part(KEY)
    digest: str = part(DIGEST)
    page: int = part(PAGE)


class OpenPage(PageOfPost):
    """Such a page, as a message that knows the way back to the posts before."""

    back: str = part(BACK, default="")

    def leave(self) -> str:
        """The ``back`` of a post that is opened from here."""
        ways = [f"{self.key}-{self.page}", *filter(None, self.back.split("."))]
        while len(".".join(ways)) > MOST_BACK:
            ways.pop()
        return ".".join(ways)


class TurnPage(OpenPage, word="page"):
    """Turn this message to the page."""

    @classmethod
    def before(cls, back: str) -> TurnPage | None:
        """To the last page of a ``back``; None where there is none."""
        last, _, rest = back.partition(".")
        key, _, page = last.partition("-")
        return cls(key, "", int(page), rest) if key else None


class ReadOn(PageOfPost, word="on"):
    """Open the page as a message of its own."""


class SavePage(PageOfPost, word="save"):
    """Send the reader a bookmark to the page."""


class FollowLink(OpenPage, word="linked"):
    """Turn this message to the post that is chosen; option values are post keys."""


class Jump(OpenPage, word="jump"):
    """Turn this message to the section that is chosen; from the page, where that cannot be.

    Option values are ``section_ref``, or ``Jump.FROM`` and a number: offer the sections
    from that one on.
    """

    FROM: ClassVar = "~from:"


class SharePost(CustomId, word="share"):
    """Show the card of a post to everyone in the channel."""

    key: str = part(KEY)


class TurnTo(CustomId, word="post"):
    """Turn this message to the card of a post; ``place`` tells the card's buttons apart."""

    place: str = part(r"[a-z]{1,10}")
    key: str = part(KEY)


class GoTo(CustomId, word="goto"):
    """Ask for a page in a form, and go there when it is sent.

    ``to`` is the custom id of some page of what is to be turned.
    """

    to: str = part(r".+")


class PickRelated(CustomId, word="related"):
    """Turn this message to the related post that is chosen; option values are post keys."""


class AnotherRandom(CustomId, word="random"):
    """Turn this message to the card of some other post."""


class ListPage(CustomId, word="latest"):
    """A page of the newest posts, from 1, of one tag (its ``tag_ref``) if not empty."""

    page: int = part(PAGE)
    count: int = part(r"[1-5]")
    tag: str = part(r".*")


class Narrow(CustomId, word="narrow"):
    """Choose the tag of a list; option values are ``tag_ref`` or ``Narrow.ALL``."""

    ALL: ClassVar = "~all"
    count: int = part(r"[1-5]")


class TagsPage(CustomId, word="tags"):
    """A page of all tags, from 1."""

    page: int = part(PAGE)


class PickTag(CustomId, word="tag"):
    """Turn this message to the posts of the tag that is chosen; option values are ``tag_ref``."""


class SearchPage(CustomId, word="search"):
    """A page of search results, from 1. Only a query that ``fits`` can be paged."""

    page: int = part(PAGE)
    query: str = part(r".+")


class Follow(CustomId, word="follow"):
    """Announce posts to whoever clicks, of one tag (its ``tag_ref``) if not empty."""

    tag: str = part(r".*")


class UnfollowAll(CustomId, word="unfollow"):
    """Unfollow everything."""


class NewPost(CustomId, word="new"):
    """Open a post from its announcement, which the delivery's id tells from other messages.

    The key is ``withdrawn`` where the post is no longer there.
    """

    # In the place of a delivery's id, where nothing was sent.
    PREVIEW: ClassVar = "0" * 20
    delivery: str = part(r"[0-9a-f]{20}")
    key: str = part(rf"{KEY}|~\d{{1,3}}")
    # By which announcing finds the post again: ``announce.mark``.
    mark: str = part(r"[0-9a-f.]{0,50}", default="")

    @staticmethod
    def withdrawn(number: int) -> str:
        """The key of a withdrawn post, by its number in the message."""
        return f"~{number}"


class PickNewPost(CustomId, word="news"):
    """Open the post that is chosen from an announcement of many; option values are ``NewPost``."""

    delivery: str = part(r"[0-9a-f]{20}")
    menu: int = part(r"\d")


class SettingsPage(CustomId, word="announced"):
    """A page, from 1, of the channels in which a server announces posts."""

    page: int = part(PAGE)


class DecideDelivery(CustomId, word="stopped"):
    """Say of a stopped delivery that its message is there, or is to be sent.

    ``page`` is that of the channels, to turn to again; ``OWN`` for what a reader follows.
    """

    OWN: ClassVar = 0
    is_there: bool = part(r"[01]")
    delivery: str = part(r"[0-9a-f]{20}")
    page: int = part(PAGE)


class AskFurther(CustomId, word="ask"):
    """Open the form for a question that follows the exchange kept under that id."""

    exchange: str = part(r"[0-9a-f]{16}")


class AskedFurther(CustomId, word="asked"):
    """Answer the question that was typed into that form."""

    exchange: str = part(r"[0-9a-f]{16}")


class ShareAnswer(CustomId, word="tell"):
    """Show the answer of this message to everyone in the channel."""


class OfChannel(CustomId):
    """Something about what is announced in the channel of that id."""

    channel: int = part(CHANNEL)


class OpenSettings(OfChannel, word="settings"):
    """Turn this message to the channel's settings."""


class PickRole(OfChannel, word="role"):
    """Mention the role that is chosen, or none."""


class TypeTags(OfChannel, word="more"):
    """Open the form for what the menus do not offer."""


class TypedTags(OfChannel, word="typed"):
    """Keep what was typed into that form."""


class AskToStop(OfChannel, word="remove"):
    """Ask whether to stop announcing there."""


class Stop(OfChannel, word="removed"):
    """Stop announcing there."""


class PickTags(CustomId, word="tagged"):
    """Announce ``only`` posts with the tags that are chosen, or ``never`` those."""

    which: str = part(r"only|never")
    channel: int = part(CHANNEL)


class Switch(CustomId, word="switch"):
    """Turn a setting of a channel's announcements on, or off again."""

    what: str = part(r"silent|publish|threads|paused")
    on: bool = part(r"[01]")
    channel: int = part(CHANNEL)


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
