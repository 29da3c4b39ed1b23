"""A sentence from the bot."""

from __future__ import annotations

from typing import ClassVar

import discord

from bot.chat.views.layout import ACCENT, Layout


class Notice(Layout):
    """One short text, such as that there is nothing to show or that something failed."""

    concerns_all: ClassVar = False
    PLAIN: ClassVar = ACCENT
    ERROR: ClassVar = discord.Colour(0xED4245)

    def __init__(self, text: str, colour: discord.Colour = PLAIN) -> None:
        super().__init__(colour)
        self.show(text)
