"""What the options of the commands offer while a reader types."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from discord import Interaction, app_commands

from bot.blog.post import Post
from bot.blog.tag import Tag
from bot.chat import limits, text
from bot.chat.custom_ids import tag_ref
from bot.chat.interaction import library_of
from bot.chat.usage import ended, name_of

log = logging.getLogger(__name__)

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
