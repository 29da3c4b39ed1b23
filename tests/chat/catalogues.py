"""Looks over the translations: what is in the code, and what each catalogue has of it.

    python -m tests.chat.catalogues

prints what lacks a translation, and fails where anything does: a release waits for that,
tests do not, since readers see English meanwhile.
"""

from __future__ import annotations

import sys
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.chat.i18n import DOMAIN, LOCALE_DIR, catalogues

CHAT = Path(__file__).parents[2] / "bot" / "chat"
# As `make messages` says it.
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "locale_str": None}
LANGUAGES = sorted(set(catalogues().values()))


@cache
def catalogue(language: str) -> Catalog:
    """The readable catalogue of the folder with that name."""
    file = LOCALE_DIR / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    return read_po(BytesIO(file.read_bytes()), locale=language)


@cache
def messages() -> frozenset[str | tuple[str, ...]]:
    """Every message in the code; a tuple where it has a plural."""
    found = extract_from_dir(CHAT, keywords=KEYWORDS)
    return frozenset(message for _file, _line, message, _comments, _context in found)


def forms(message: Message) -> tuple[str, ...]:
    """The translation, in the singular first where there are several forms; empty ones too."""
    given = message.string
    return (given,) if isinstance(given, str) else tuple(given or ())


def untranslated(language: str) -> list[str]:
    """The messages that readers of that language see in English."""
    known = {message.id for message in catalogue(language) if message.id and all(forms(message))}
    missing = (message for message in messages() if message not in known)
    return sorted(each if isinstance(each, str) else each[0] for each in missing)


def main() -> int:
    """Print what is missing; 1 where anything is."""
    missing = [f"{language}: {each}" for language in LANGUAGES for each in untranslated(language)]
    said = "\n".join(missing) or f"{len(messages())} messages in {len(LANGUAGES)} languages"
    sys.stdout.write(f"{said}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
