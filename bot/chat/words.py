"""The bot's own words in the reader's language, from gettext catalogues.

English is the source and needs no catalogue. ``make messages`` finds what ``say``,
``count``, ``named`` and ``described`` are called with, brings every ``.po`` file up to
date and compiles it.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

import discord
from discord import app_commands
from discord.app_commands import locale_str

DOMAIN = "slashpost"
LOCALE_DIR = Path(__file__).parent / "locale"

# The languages of Discord that have a catalogue, and its folder.
CATALOGUES: dict[discord.Locale, str] = {
    discord.Locale.german: "de",
    discord.Locale.spain_spanish: "es",
    discord.Locale.latin_american_spanish: "es",
    discord.Locale.french: "fr",
    discord.Locale.brazil_portuguese: "pt_BR",
    discord.Locale.japanese: "ja",
}


class Words:
    """Messages in one language."""

    def __init__(self, catalogue: gettext.NullTranslations) -> None:
        self._catalogue = catalogue

    def say(self, message: str, /, **values: object) -> str:
        """Translate ``message`` and fill in its ``{names}``."""
        return self._catalogue.gettext(message).format(**values)

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Translate the form that goes with ``n`` and fill in ``{n}`` and other names."""
        return self._catalogue.ngettext(one, many, n).format(n=n, **values)


@cache
def words_in(locale: discord.Locale) -> Words:
    """The words of Discord's language ``locale``, English where there is no catalogue."""
    folder = CATALOGUES.get(locale)
    if folder is None:
        return Words(gettext.NullTranslations())
    return Words(gettext.translation(DOMAIN, LOCALE_DIR, [folder]))


def named(name: str) -> locale_str:
    """Name of a command or option: lower case, one word."""
    return locale_str(name)


def typed(name: str, words: Words) -> str:
    """A command as a reader types it, where nothing may change with Discord's ids."""
    return f"`/{words.say(name)}`"


def described(description: str) -> locale_str:
    """Description of a command or option: at most 100 characters."""
    return locale_str(description)


class CommandTranslator(app_commands.Translator):
    """Gives Discord the commands' names and descriptions in every language."""

    async def translate(
        self,
        string: locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 - a message is one everywhere
    ) -> str | None:
        """Translate, or None where Discord should show the English."""
        if locale not in CATALOGUES:
            return None
        return words_in(locale).say(string.message)
