"""The bot speaks each reader's language, and forgets no word of it."""

from __future__ import annotations

import ast
import datetime as dt
import gettext
import re
import string
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from discord import Locale, app_commands
from discord.app_commands import Group
from discord.app_commands import TranslationContextLocation as Location

from bot.chat import i18n
from bot.chat.commands import COMMANDS
from bot.chat.i18n import (
    DOMAIN,
    LOCALE_DIR,
    CommandTranslator,
    Translator,
    catalogues,
    languages,
    translator_for,
)
from tests.chat import catalogues as catalogues_file
from tests.chat.catalogues import (
    CHAT,
    KEYWORDS,
    LANGUAGES,
    catalogue,
    forms,
    messages,
    untranslated,
)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_translation_is_a_warning(language: str) -> None:
    """Whoever adds a sentence need not speak five languages; a release waits for it."""
    assert len(messages()) > 100, "the messages are found"
    for message in untranslated(language):
        warnings.warn(f"{language}: not translated: {message}", stacklevel=1)


def test_what_a_catalogue_lacks_is_said_in_english() -> None:
    missing = Translator(gettext.NullTranslations())
    assert missing.gettext("Saved: {link}", link="x") == "Saved: x"
    german = translator_for(Locale.german)
    assert german.gettext("No catalogue has {this}", this="that") == "No catalogue has that"
    assert german.ngettext("{n} unknown thing", "{n} unknown things", 2) == "2 unknown things"


def test_a_message_without_a_translation_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    more = messages() | {"Nobody has translated this.", ("{n} of these", "{n} of those")}
    monkeypatch.setattr(catalogues_file, "messages", lambda: more)
    missing = untranslated("de")
    assert {"Nobody has translated this.", "{n} of these"} <= set(missing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_same_placeholders(language: str) -> None:
    for message in catalogue(language):
        ids = [message.id] if isinstance(message.id, str) else message.id
        assert not message.fuzzy, ids
        for form in filter(None, forms(message)):
            assert placeholders(form) == placeholders(ids[-1]), ids
            assert form.count("**") == ids[-1].count("**"), ids


def test_a_language_is_found_by_its_folder() -> None:
    assert set(LANGUAGES) == {path.name for path in LOCALE_DIR.iterdir() if path.is_dir()}
    names = languages()
    assert len(names) == len(LANGUAGES) + 1
    assert (names["de"], names["es-ES"], names["pt-BR"]) == ("Deutsch", "Español", "Português")
    assert names["en-US"] == "English"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_says_what_the_readable_one_does(language: str) -> None:
    compiled = gettext.translation(DOMAIN, LOCALE_DIR, [language])
    for message in catalogue(language):
        if not message.id or not all(forms(message)):
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


@pytest.mark.parametrize("locale", catalogues())
async def test_every_name_is_one_that_discord_takes(locale: Locale) -> None:
    tr = translator_for(locale)
    for command in leaves():
        options = [parameter.display_name for parameter in command.parameters]
        for name in (command.name, *options):
            translated = tr.gettext(name)
            assert re.fullmatch(r"[-_\w]{1,32}", translated), translated
            assert translated == translated.lower()
        names = [tr.gettext(option) for option in options]
        assert len(names) == len(set(names)), "two options of one name"
        assert len(tr.gettext(command.description)) <= 100
    assert len({tr.gettext(command.name) for command in COMMANDS}) == len(COMMANDS)
    full = [tr.gettext(command.name) for command in leaves() if command.parent is not None]
    assert len(full) == len(set(full))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_reader_has_to_know_what_a_slug_is(language: str) -> None:
    options = {option.display_name for command in leaves() for option in command.parameters}
    said = [*options, *(str(message.id) for message in catalogue(language))]
    said += [form for message in catalogue(language) for form in forms(message)]
    assert not [each for each in said if re.search("slug|スラッグ", each, re.IGNORECASE)]


async def test_languages_without_a_catalogue_see_english() -> None:
    translate = CommandTranslator().translate
    context: app_commands.TranslationContextTypes
    context = app_commands.TranslationContext(location=Location.other, data=None)
    text = app_commands.locale_str("Latest posts")
    assert await translate(text, Locale.danish, context) is None
    assert await translate(text, Locale.german, context) == "Neueste Beiträge"
    assert translator_for(Locale.danish).gettext("Latest posts") == "Latest posts"
    assert translator_for(Locale.latin_american_spanish).gettext("Read") == "Leer"


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
    assert i18n.day(dt.date(2024, 3, 1), translator_for(locale)) == first
    assert i18n.day(dt.date(2024, 3, 31), translator_for(locale)) == last
