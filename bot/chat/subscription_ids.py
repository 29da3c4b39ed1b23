"""What a click on announcements and their settings means, as in ``custom_ids``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from bot.chat.custom_ids import KEY, PAGE, Bare, CustomId, OfPage

# In the place of a delivery's id, where nothing was sent.
PREVIEW = "0" * 20

_CHANNEL = r"(?P<channel>\d{1,20})"


@dataclass(frozen=True, slots=True)
class NewPost(CustomId):
    """Open a post from its announcement, which the delivery's id tells from other messages.

    The key is ``withdrawn`` where the post is no longer there.
    """

    pattern: ClassVar = rf"new:(?P<delivery>[0-9a-f]{{20}}):(?P<key>{KEY}|~\d{{1,3}})"
    delivery: str
    key: str

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(match["delivery"], match["key"])

    @staticmethod
    def withdrawn(number: int) -> str:
        """Stands for the post with that number in its message."""
        return f"~{number}"

    def __str__(self) -> str:
        return f"new:{self.delivery}:{self.key}"


class UnfollowAll(Bare):
    """Announce nothing any more to whoever clicks."""

    __slots__ = ()
    pattern = r"unfollow"


@dataclass(frozen=True, slots=True)
class OfChannel(CustomId):
    """Something about what is announced in the channel of that id."""

    name: ClassVar[str]
    channel: int

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(int(match["channel"]))

    def __str__(self) -> str:
        return f"{self.name}:{self.channel}"


class OpenSettings(OfChannel):
    """Turn this message to the channel's settings."""

    __slots__ = ()
    name = "settings"
    pattern = rf"settings:{_CHANNEL}"


class PickRole(OfChannel):
    """Mention the role that is chosen, or none."""

    __slots__ = ()
    name = "role"
    pattern = rf"role:{_CHANNEL}"


class TypeTags(OfChannel):
    """Open the form for what menus cannot say."""

    __slots__ = ()
    name = "more"
    pattern = rf"more:{_CHANNEL}"


class TypedTags(OfChannel):
    """Take what was typed into that form."""

    __slots__ = ()
    name = "typed"
    pattern = rf"typed:{_CHANNEL}"


class AskToStop(OfChannel):
    """Ask whether nothing shall be announced there any more."""

    __slots__ = ()
    name = "remove"
    pattern = rf"remove:{_CHANNEL}"


class Stop(OfChannel):
    """Announce nothing there any more."""

    __slots__ = ()
    name = "removed"
    pattern = rf"removed:{_CHANNEL}"


@dataclass(frozen=True, slots=True)
class PickTags(CustomId):
    """Announce ``only`` posts with the tags that are chosen, or ``never`` those."""

    pattern: ClassVar = rf"tagged:(?P<which>only|never):{_CHANNEL}"
    which: str
    channel: int

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(match["which"], int(match["channel"]))

    def __str__(self) -> str:
        return f"tagged:{self.which}:{self.channel}"


@dataclass(frozen=True, slots=True)
class Switch(CustomId):
    """Turn a setting of a channel's announcements on, or off again."""

    pattern: ClassVar = rf"switch:(?P<what>silent|publish|threads|paused):(?P<on>[01]):{_CHANNEL}"
    what: str
    on: bool
    channel: int

    @classmethod
    def parse(cls, match: re.Match[str]) -> Self:
        """Read it."""
        return cls(match["what"], match["on"] == "1", int(match["channel"]))

    def __str__(self) -> str:
        return f"switch:{self.what}:{self.on:d}:{self.channel}"


class SettingsPage(OfPage):
    """A page, from 1, of the channels in which a server announces posts."""

    __slots__ = ()
    name = "announced"
    pattern = rf"announced:(?P<page>{PAGE})"
