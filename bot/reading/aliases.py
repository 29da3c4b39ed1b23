"""Former links and names by which a post is still found."""

from __future__ import annotations

from bot.reading.fields import Fields, as_list, as_text


def aliases_of(fields: Fields) -> tuple[str, ...]:
    """Return the aliases as written, none twice."""
    found: dict[str, None] = {}
    for _, value in fields.all("aliases"):
        for item in as_list(value):
            if (text := as_text(item)) is not None:
                found[" ".join(text.split())] = None
    return tuple(found)
