"""What a delivery has to say, and what a message still lacks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from bot.announce.delivery import Message, Sent, Story
from bot.announce.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Content:
    """The posts of a delivery as they are now.

    Attributes:
        stories: of all of them.
        faces: of each post as the stories show it, by the post's id.
    """

    stories: Sequence[Story]
    faces: Mapping[str, str]

    @property
    def present(self) -> list[Story]:
        """The stories of posts that readers see."""
        return [story for story in self.stories if story.post is not None]

    def __str__(self) -> str:
        title = self.stories[0].title
        more = len(self.stories) - 1
        return f"{title!r} and {more} more" if more else repr(title)


def lacks(to: Subscription, sent: Sent) -> bool:
    """Whether more is wished than the message itself."""
    return lacks_thread(to, sent) or lacks_publication(to, sent)


def lacks_thread(to: Subscription, sent: Sent) -> bool:
    """Whether a thread is to be hung on a message."""
    return to.threads and to.place in {"text", "news"} and sent.thread is None


def lacks_publication(to: Subscription, sent: Sent) -> bool:
    """Whether a message is to be passed on to those who follow the channel."""
    return to.publish and to.place == "news" and not sent.published


def digest(letter: Message) -> str:
    """What changes with what a letter shows: 16 hexadecimal digits."""
    shown = json.dumps([letter.title, list(letter.components)], sort_keys=True)
    return blake2b(shown.encode(), digest_size=8).hexdigest()
