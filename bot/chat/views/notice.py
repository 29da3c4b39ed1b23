"""A sentence from the bot."""

from __future__ import annotations

from typing import ClassVar

import discord
from discord import Interaction

from bot.chat.interaction import client_of, words_of
from bot.chat.views.layout import ACCENT, Layout


class Notice(Layout):
    """One short text, such as that there is nothing to show or that something failed."""

    concerns_all: ClassVar = False
    PLAIN: ClassVar = ACCENT
    ERROR: ClassVar = discord.Colour(0xED4245)

    def __init__(self, text: str, colour: discord.Colour = PLAIN) -> None:
        super().__init__(colour)
        self.show(text)


def gone(interaction: Interaction) -> Notice:
    """That a post is no longer there, and how to find another."""
    words = words_of(interaction)
    search = words.say(
        "Find another with {command}.", command=client_of(interaction).mention("search")
    )
    gone_now = words.say("This post is no longer on the blog.")
    return Notice(f"{gone_now} {search}")
