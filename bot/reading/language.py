"""The language that a post is written in."""

from __future__ import annotations

import re

from bot.reading.fields import Fields

# https://www.rfc-editor.org/rfc/rfc5646#section-2.1, without its rare forms
TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


def language_of(fields: Fields) -> str | None:
    """Return the language that the front matter names as a BCP 47 tag, or None."""
    for text in fields.texts("language"):
        if TAG.fullmatch(text):
            return text.replace("_", "-")
    return None
