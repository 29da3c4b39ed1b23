"""The bot speaks each reader's language, and forgets no word of it."""

from __future__ import annotations

import ast
import datetime as dt
import gettext
import re
import string
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from discord import Locale, app_commands
from discord.app_commands import Group
from discord.app_commands import TranslationContextLocation as Location

from bot.chat import dates
from bot.chat.commands import COMMANDS
from bot.chat.words import CATALOGUES, DOMAIN, LOCALE_DIR, CommandTranslator, words_in

CHAT = Path(__file__).parents[2] / "bot" / "chat"
KEYWORDS = {"say": None, "count": (1, 2), "named": None, "described": None}
LANGUAGES = sorted(set(CATALOGUES.values()))


def catalogue(language: str) -> Catalog:
    file = LOCALE_DIR / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    return read_po(BytesIO(file.read_bytes()), locale=language)


def forms(message: Message) -> tuple[str, ...]:
    """The translation, in the singular first where there are several forms."""
    assert message.string is not None
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.fixture(scope="module")
def said() -> set[str | tuple[str, ...]]:
    """Every message in the code."""
    found = extract_from_dir(CHAT, keywords=KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_missing_or_left_over(
    language: str, said: set[str | tuple[str, ...]]
) -> None:
    known = {message.id for message in catalogue(language) if message.id}
    assert known == said, "run: make messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_with_the_same_blanks(language: str) -> None:
    for message in catalogue(language):
        ids = [message.id] if isinstance(message.id, str) else message.id
        for form in forms(message):
            assert form, f"{ids}: not translated"
            assert placeholders(form) == placeholders(ids[-1]), ids
            assert form.count("**") == ids[-1].count("**"), ids
        assert not message.fuzzy, ids


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_says_what_the_readable_one_does(language: str) -> None:
    compiled = gettext.translation(DOMAIN, LOCALE_DIR, [language])
    for message in catalogue(language):
        if not message.id:
            continue
        if isinstance(message.id, str):
            says: tuple[str, ...] = (compiled.gettext(message.id),)
        else:
            one, many = message.id
            says = tuple(dict.fromkeys(compiled.ngettext(one, many, n) for n in (1, 7)))
        assert says == tuple(dict.fromkeys(forms(message))), "run: make messages"


def test_no_message_hides_in_an_f_string() -> None:
    """Python 3.11 reads such a string as a whole, and so what looks for messages misses it."""
    for file in CHAT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            inside = ast.walk(node) if isinstance(node, ast.JoinedStr) else ()
            for call in inside:
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                    literal = any(isinstance(given, ast.Constant) for given in call.args)
                    assert call.func.attr not in KEYWORDS or not literal, (file, call.lineno)


def leaves() -> Iterator[app_commands.Command[Any, ..., Any]]:
    """Every command, those of groups one by one."""
    for command in COMMANDS:
        if isinstance(command, app_commands.Group):
            yield from (each for each in command.walk_commands() if not isinstance(each, Group))
        else:
            yield command


@pytest.mark.parametrize("locale", CATALOGUES)
async def test_every_name_is_one_that_discord_takes(locale: Locale) -> None:
    words = words_in(locale)
    for command in leaves():
        options = [parameter.display_name for parameter in command.parameters]
        for name in (command.name, *options):
            translated = words.say(name)
            assert re.fullmatch(r"[-_\w]{1,32}", translated), translated
            assert translated == translated.lower()
        names = [words.say(option) for option in options]
        assert len(names) == len(set(names)), "two options of one name"
        assert len(words.say(command.description)) <= 100
    assert len({words.say(command.name) for command in COMMANDS}) == len(COMMANDS)
    full = [words.say(command.name) for command in leaves() if command.parent is not None]
    assert len(full) == len(set(full))


async def test_languages_without_a_catalogue_see_english() -> None:
    translate = CommandTranslator().translate
    context: app_commands.TranslationContextTypes
    context = app_commands.TranslationContext(location=Location.other, data=None)
    text = app_commands.locale_str("Latest posts")
    assert await translate(text, Locale.danish, context) is None
    assert await translate(text, Locale.german, context) == "Neueste Beiträge"
    assert words_in(Locale.danish).say("Latest posts") == "Latest posts"
    assert words_in(Locale.latin_american_spanish).say("Read") == "Leer"


@pytest.mark.parametrize(
    ("locale", "first", "last"),
    [
        (Locale.american_english, "March 1, 2024", "March 31, 2024"),
        (Locale.german, "1. März 2024", "31. März 2024"),
        (Locale.spain_spanish, "1 de marzo de 2024", "31 de marzo de 2024"),
        (Locale.french, "1er mars 2024", "31 mars 2024"),
        (Locale.brazil_portuguese, "1º de março de 2024", "31 de março de 2024"),
        (Locale.japanese, "2024年3月1日", "2024年3月31日"),
    ],
)
def test_a_day_is_written_as_the_language_does(locale: Locale, first: str, last: str) -> None:
    assert dates.day(dt.date(2024, 3, 1), words_in(locale)) == first
    assert dates.day(dt.date(2024, 3, 31), words_in(locale)) == last
