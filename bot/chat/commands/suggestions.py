"""What the options of the commands offer while a reader types."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from discord import Interaction, app_commands

from bot.blog.post import Post
from bot.blog.tag import Tag
from bot.chat import limits, text
from bot.chat.custom_ids import tag_ref
from bot.chat.interaction import library_of

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
            log.exception("No suggestions for %r", current[:100])
            return []

    return suggest_or_nothing


@quietly
async def suggest_posts(interaction: Interaction, current: str) -> Choices:
    """Posts by title and slug, forgiving typos; the newest for no text."""
    return [
        post_choice(post) for post in await library_of(interaction).suggest(current, limits.CHOICES)
    ]


@quietly
async def suggest_tags(interaction: Interaction, current: str) -> Choices:
    """Tags with their counts; the most used for no text."""
    tags = await library_of(interaction).suggest_tags(current, limits.CHOICES)
    return [tag_choice(tag) for tag in tags]


def post_choice(post: Post) -> app_commands.Choice[str]:
    """A post's title, and its slug where Discord takes it as it is; its key otherwise."""
    usable = (
        text.length_fits(post.slug, limits.CHOICE_TEXT)
        and post.slug.isprintable()
        and not text.is_mention_like(post.slug)
    )
    name = text.without_mentions(text.label(post.title, limits.CHOICE_TEXT, post.slug))
    return app_commands.Choice(
        name=text.clip(name, limits.CHOICE_TEXT), value=post.slug if usable else post.key
    )


def tag_choice(tag: Tag) -> app_commands.Choice[str]:
    """A tag and how many posts carry it."""
    count = f" ({tag.posts})"
    name = text.without_mentions(text.label(tag.name, limits.CHOICE_TEXT))
    name = text.clip(name, limits.CHOICE_TEXT - len(count))
    return app_commands.Choice(name=name + count, value=tag_ref(tag.name))
