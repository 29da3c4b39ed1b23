"""A sentence from the bot."""

from __future__ import annotations

from typing import ClassVar

import discord
from discord import Interaction

from bot.chat.interaction import context_of, translator_of
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
    tr = translator_of(interaction)
    search = tr.gettext(
        "Find another with {command}.", command=context_of(interaction).mention("search")
    )
    gone_now = tr.gettext("This post is no longer on the blog.")
    return Notice(f"{gone_now} {search}")
