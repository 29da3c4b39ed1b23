"""What the bot keeps about readers."""

from __future__ import annotations

from typing import ClassVar

from bot.announce.subscription import Subscription
from bot.chat.views.following import followed_text
from bot.chat.views.layout import Layout, heading
from bot.chat.words import Words


class Privacy(Layout):
    """What is kept in general, what about this reader, and how to delete it."""

    concerns_all: ClassVar = False

    def __init__(self, followed: Subscription | None, unfollow: str, words: Words) -> None:
        super().__init__()
        self.show(
            heading(words.say("What is kept about you")),
            words.say(
                "Nothing, unless you follow the blog. Then it is your user id, the tags that you"
                " follow, your language, since when, and which posts were sent to you."
            ),
            words.say(
                "I read no messages, and do not keep which commands you use or what you search for."
            ),
            now_kept(followed, unfollow, words),
        )


def now_kept(followed: Subscription | None, unfollow: str, words: Words) -> str:
    """What is kept about this reader now."""
    if followed is None:
        return words.say("Nothing is kept about you now.")
    kept = words.say("Kept about you since {when}:", when=f"<t:{followed.since}:D>")
    how = words.say("{command} deletes it at once.", command=unfollow)
    return f"{kept} {followed_text(followed, words)}\n{how}"
