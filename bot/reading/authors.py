"""Who wrote a post."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.reading.fields import Fields, as_list, as_text
from bot.reading.plain import plain
from bot.reading.spellings import SPELLINGS

# Commas between names, not within a Markdown link's target.
COMMA = re.compile(r"\s*[,;\u3001\uff0c](?![^()]*\))\s*")
MAIL = re.compile(r"<[^<>@\s]+@[^<>\s]+>")


def authors_of(fields: Fields) -> tuple[str, ...]:
    """Return the authors' names as plain text, none twice."""
    for value in _values(fields):
        names = dict.fromkeys(name for item in as_list(value) for name in _names(item))
        if names:
            return tuple(names)
    return ()


def _values(fields: Fields) -> Iterator[object]:
    """Yield what may name the authors: their own fields, then Zola's taxonomies."""
    for _, value in fields.all("authors"):
        yield value
    for _, taxonomies in fields.all("taxonomies"):
        if isinstance(taxonomies, Mapping):
            for key, value in taxonomies.items():
                if str(key).lower() in SPELLINGS["authors"]:
                    yield value


def _names(item: object) -> Iterator[str]:
    if isinstance(item, Mapping):
        item = item.get("name") or item.get("title") or item.get("id")
    if (text := as_text(item)) is not None:
        for name in COMMA.split(text):
            if author := plain(MAIL.sub("", name)).removeprefix("and "):
                yield author
