"""A post that a search found."""

from __future__ import annotations

from dataclasses import dataclass

from bot.blog.post import Post


@dataclass(frozen=True, slots=True)
class Hit:
    """A post and where the query stands in it.

    Attributes:
        post: the post found.
        snippet: pieces of plain text around the matching words, in order; each
            with True where it is a matching word.
    """

    post: Post
    snippet: tuple[tuple[str, bool], ...]
