"""Finding a section of a post by what a reader typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from bot.chat import limits, text
from bot.chat.custom_ids import section_ref
from bot.rendering import renderer

# Of a heading that is followed by another, and of that one, so that both fit into a choice.
NAME, NAME_ABOVE = 50, 35


def section_meant(sections: Sequence[renderer.Section], typed: str) -> renderer.Section | None:
    """The section that is meant: by a suggestion's value, its anchor, its name or heading."""
    wanted = fold(typed)
    for section in sections:
        if typed in (section_ref(section.anchor), section.anchor):
            return section
    titles = [
        *zip(told_apart(sections), sections, strict=True),
        *zip(sections, sections, strict=True),
    ]
    return next((section for named, section in titles if fold(named.title) == wanted), None)


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


def told_apart(sections: Sequence[renderer.Section]) -> Sequence[renderer.Section]:
    """The sections, whose headings of one name are followed by the one above, or by a number."""
    shared = Counter(fold(section.title) for section in sections)
    named: list[renderer.Section] = []
    above: list[renderer.Section] = []
    for section in sections:
        above = [each for each in above if each.level < section.level]
        title = section.title
        if shared[fold(title)] > 1 and above:
            title = f"{text.clip(title, NAME)} ({text.clip(above[-1].title, NAME_ABOVE)})"
        named.append(replace(section, title=title))
        above.append(section)
    repeated = Counter(fold(section.title) for section in named)
    met: Counter[str] = Counter()
    for number, section in enumerate(named):
        name = fold(section.title)
        met[name] += 1
        if repeated[name] > 1:
            title = f"{text.clip(section.title, NAME + NAME_ABOVE)} ({met[name]})"
            named[number] = replace(section, title=title)
    return named


def fold(title: str) -> str:
    """A heading without what readers do not type the same way."""
    return " ".join(title.split()).casefold()
