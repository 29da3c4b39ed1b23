"""The bot's texts in the reader's language, from gettext catalogues.

English is the source and needs no catalogue. ``make messages`` extracts what ``gettext``,
``ngettext`` and ``locale_str`` are called with, updates every ``.po`` file and compiles it.
A language is a folder in ``locale/`` named like the language of Discord that it translates
into: ``de``, ``pt_BR``; ``es`` serves Spanish of Spain and of Latin America.
"""

from __future__ import annotations

import datetime as dt
import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.blog.post import PostDate

DOMAIN = "slashpost"
LOCALE_DIR = Path(__file__).parent / "locale"


class Translator:
    """Translates into one language. What a catalogue lacks stays English."""

    def __init__(self, catalogue: gettext.NullTranslations) -> None:
        self._catalogue = catalogue

    def gettext(self, message: str, /, **values: object) -> str:
        """Translate ``message`` and fill in its ``{names}``."""
        return self._catalogue.gettext(message).format(**values)

    def ngettext(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Translate the form that goes with ``n`` and fill in ``{n}`` and other names."""
        return self._catalogue.ngettext(one, many, n).format(n=n, **values)


@cache
def catalogues() -> Mapping[discord.Locale, str]:
    """The languages of Discord that have a catalogue, and its folder in ``locale/``."""
    folders = {path.parts[-3] for path in LOCALE_DIR.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    found = {}
    for locale in discord.Locale:
        name = locale.value.replace("-", "_")
        folder = next((each for each in (name, name.partition("_")[0]) if each in folders), None)
        if folder is not None:
            found[locale] = folder
    return found


@cache
def translator_for(locale: discord.Locale) -> Translator:
    """The translator into a language of Discord, into English where there is no catalogue."""
    folder = catalogues().get(locale)
    if folder is None:
        return Translator(gettext.NullTranslations())
    return Translator(gettext.translation(DOMAIN, LOCALE_DIR, [folder]))


@cache
def languages() -> Mapping[str, str]:
    """Discord's code of each language that there is, one a catalogue, and its name in itself."""
    by_folder = {"": discord.Locale.american_english}
    by_folder.update((folder, locale) for locale, folder in catalogues().items())
    # A catalogue translates the word "English" by the name of its own language.
    names = {str(each): translator_for(each).gettext("English") for each in by_folder.values()}
    return dict(sorted(names.items()))


# English names of Discord's languages: https://discord.com/developers/docs/reference#locales
_NAMES = {
    "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "es-419": "Latin American Spanish", "es-ES": "Spanish", "fi": "Finnish", "fr": "French",
    "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt-BR": "Brazilian Portuguese", "ro": "Romanian", "ru": "Russian",
    "sv-SE": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
    "zh-CN": "Simplified Chinese", "zh-TW": "Traditional Chinese",
}  # fmt: skip


def language_name(locale: discord.Locale) -> str:
    """The language of a locale, by its English name."""
    return _NAMES.get(str(locale), "English")


class CommandTranslator(app_commands.Translator):
    """Gives Discord the commands' names and descriptions in every language."""

    async def translate(
        self,
        string: locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 - a message is one everywhere
    ) -> str | None:
        """Translate, or None where Discord should show the English."""
        if locale not in catalogues():
            return None
        return translator_for(locale).gettext(string.message)


def command(name: str, tr: Translator) -> str:
    """A command as a reader types it, where a clickable one may go stale with Discord's ids."""
    return f"`/{tr.gettext(name)}`"


def date(when: PostDate, tr: Translator) -> str:
    """A moment in the reader's time zone; a day as that day, wherever the reader is.

    Discord's ``<t:…>`` is a moment: any choice of hour shows the day before or after to some
    reader, since time zones span 26 hours. A day is therefore written out.
    """
    return day(when.day, tr) if when.is_day else f"<t:{when.instant}:D>"


def day(date: dt.date, tr: Translator) -> str:
    """A calendar day, written out in the reader's language."""
    month = _months(tr)[date.month - 1]
    if date.day == 1:  # the first has a form of its own in French
        return tr.gettext("{month} 1, {year}", month=month, year=date.year)
    return tr.gettext("{month} {day}, {year}", month=month, day=date.day, year=date.year)


def _months(tr: Translator) -> tuple[str, ...]:
    return (
        tr.gettext("January"),
        tr.gettext("February"),
        tr.gettext("March"),
        tr.gettext("April"),
        tr.gettext("May"),
        tr.gettext("June"),
        tr.gettext("July"),
        tr.gettext("August"),
        tr.gettext("September"),
        tr.gettext("October"),
        tr.gettext("November"),
        tr.gettext("December"),
    )
