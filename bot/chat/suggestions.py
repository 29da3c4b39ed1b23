"""What the options of the commands offer while a reader types, and what the typed text means."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import wraps
from typing import Any

from discord import Interaction, app_commands

from bot.blog.library import Library
from bot.blog.post import Post, Tag
from bot.chat import limits, text
from bot.chat.custom_ids import section_ref, tag_ref
from bot.chat.interaction import context_of, ended, library_of, name_of
from bot.rendering import renderer

log = logging.getLogger(__name__)

# Of a heading that is followed by another, and of that one, so that both fit into a choice.
NAME, NAME_ABOVE = 50, 35

Choices = list[app_commands.Choice[str]]
Suggester = Callable[[Interaction, str], Coroutine[Any, Any, Choices]]


def quietly(suggest: Suggester) -> Suggester:
    """Offer nothing when something fails: an autocomplete has no place for an error."""

    @wraps(suggest)
    async def suggest_or_nothing(interaction: Interaction, current: str) -> Choices:
        try:
            return await suggest(interaction, current)
        except Exception:
            ended(interaction, "failed")
            log.exception("No suggestions: %s", name_of(interaction))
            return []

    return suggest_or_nothing


@quietly
async def suggest_posts(interaction: Interaction, current: str) -> Choices:
    """Posts by title and slug, forgiving typos; the newest for no text."""
    posts = await library_of(interaction).suggest(current, limits.CHOICES)
    titles = Counter(post.title for post in posts)
    return [post_choice(post, is_only=titles[post.title] == 1) for post in posts]


@quietly
async def suggest_tags(interaction: Interaction, current: str) -> Choices:
    """Tags with their counts; the most used for no text."""
    tags = await library_of(interaction).suggest_tags(current, limits.CHOICES)
    return [tag_choice(tag) for tag in tags]


@quietly
async def suggest_sections(interaction: Interaction, current: str) -> Choices:
    """The headings of the post that another option names, in its order."""
    context = context_of(interaction)
    post = await post_meant(context.library, interaction.namespace.post or "")
    rendered = await context.pages.of(post) if post else None
    if rendered is None:
        return []
    sections = told_apart(rendered.sections)
    return [section_choice(section) for section in sections_like(sections, current)]


@quietly
async def suggest_searches(interaction: Interaction, current: str) -> Choices:
    """Titles, headings and tags to search for."""
    queries = await library_of(interaction).suggest_searches(current, limits.CHOICES)
    shown = dict.fromkeys(text.plain(query, limits.CHOICE_TEXT // 2) for query in queries)
    safe = (text.without_mentions(query) for query in shown if query)
    return [app_commands.Choice(name=query, value=query) for query in safe]


async def post_meant(library: Library, typed: str) -> Post | None:
    """The post that an option names: what a reader typed, or a suggestion's value."""
    return await library.find(typed) or await library.get_by_key(typed)


def section_choice(section: renderer.Section) -> app_commands.Choice[str]:
    """A heading, and what names its section."""
    name = text.without_mentions(text.label(section.title, limits.CHOICE_TEXT, section.anchor))
    return app_commands.Choice(
        name=text.clip(name, limits.CHOICE_TEXT), value=section_ref(section.anchor)
    )


def post_choice(post: Post, *, is_only: bool = True) -> app_commands.Choice[str]:
    """A post's title, and its slug where Discord takes it as it is; its key otherwise.

    Of several posts with the same title, each shows that name behind it.
    """
    usable = (
        text.length_fits(post.slug, limits.CHOICE_TEXT)
        and post.slug.isprintable()
        and not text.is_mention_like(post.slug)
    )
    value = post.slug if usable else post.key
    behind = "" if is_only else f" ({text.clip(value, limits.CHOICE_TEXT // 2)})"
    return app_commands.Choice(name=choice_name(post.title, behind, post.slug), value=value)


def tag_choice(tag: Tag) -> app_commands.Choice[str]:
    """A tag and how many posts carry it."""
    return app_commands.Choice(
        name=choice_name(tag.name, f" ({tag.posts})"), value=tag_ref(tag.name)
    )


def choice_name(name: str, behind: str, *otherwise: str) -> str:
    """What Discord shows of a choice, the name cut so that ``behind`` follows it."""
    line = text.without_mentions(text.label(name, limits.CHOICE_TEXT, *otherwise))
    return text.clip(line, limits.CHOICE_TEXT - limits.length(behind)) + behind


def section_meant(sections: Sequence[renderer.Section], typed: str) -> renderer.Section | None:
    """The section that ``typed`` names: by a suggestion's value, its anchor or its heading."""
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
    """A heading with its blanks and case folded."""
    return " ".join(title.split()).casefold()
