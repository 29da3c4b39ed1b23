"""Tags as an administrator types them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.blog.tag import tag_key
from bot.chat import text
from bot.chat.views.following import MOST_TAGS

# So that as many as there may be fit into a form's field of 4,000 characters.
LONGEST_TAG = 150


def lines_of(tags: Iterable[str]) -> str:
    """Tags one a line, as ``tags_typed`` reads them."""
    return "\n".join(text.plain(tag, LONGEST_TAG) for tag in tags)


def key_typed(name: str) -> str:
    """What makes a tag as it was typed the same as another."""
    return tag_key(text.plain(name, LONGEST_TAG))


def tags_typed(typed: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """The tags that somebody means.

    Args:
        typed: one a line; several, divided by commas, where no tag goes by the line.
        known: the names of tags by ``key_typed``; others are taken as they were typed.
    """
    found: dict[str, str] = {}
    for line in typed.splitlines():
        whole = key_typed(line) in known
        for part in [line] if whole else line.split(","):
            name = text.plain(part, LONGEST_TAG)
            if key_typed(name) not in known:
                name = name.lstrip("#").strip()
            if name:
                found.setdefault(tag_key(name), known.get(key_typed(name), name))
    return tuple(found.values())[:MOST_TAGS]
