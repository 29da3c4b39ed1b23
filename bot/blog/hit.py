"""A post that a search found, and what the search excluded."""

from __future__ import annotations

from dataclasses import dataclass

from bot.blog.post import Post


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What a query excludes.

    Attributes:
        words: words and phrases that no post found holds.
        query: the query with these among the words to look for.
    """

    words: tuple[str, ...]
    query: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A post and the section of it where the query stands.

    Attributes:
        post: the post found.
        snippet: pieces of plain text around the matching words, in order; each
            with True where it is a matching word.
        heading: the section that answers best, as plain text; None where that is the
            beginning of the post.
        section: that section's anchor, to open the post at; None without a heading.
    """

    post: Post
    snippet: tuple[tuple[str, bool], ...]
    heading: str | None = None
    section: str | None = None
