"""Finding a section of a post by what a reader typed."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from bot.chat import limits
from bot.chat.custom_ids import section_ref
from bot.rendering import renderer


def section_meant(sections: Sequence[renderer.Section], typed: str) -> renderer.Section | None:
    """The section that ``typed`` names: by a suggestion's value, its anchor, or its heading."""
    wanted = fold(typed)
    for section in sections:
        if typed in (section_ref(section.anchor), section.anchor):
            return section
    return next((section for section in sections if fold(section.title) == wanted), None)


def sections_like(
    sections: Sequence[renderer.Section], typed: str, limit: int = limits.CHOICES
) -> Sequence[renderer.Section]:
    """The sections whose heading holds ``typed``, in their order, or those that look like it."""
    wanted = fold(typed)
    holding = [section for section in sections if wanted in fold(section.title)]
    if holding:
        return holding[:limit]
    by_title = {fold(section.title): section for section in reversed(sections)}
    return [by_title[title] for title in get_close_matches(wanted, by_title, limit, 0.5)]


def fold(title: str) -> str:
    """A heading without what readers do not type the same way."""
    return " ".join(title.split()).casefold()
