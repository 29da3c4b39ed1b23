"""The posts that readers see now, as announcing needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from bot.blog.post import Post


@dataclass(frozen=True, slots=True)
class VisiblePost:
    """One visible post, or a page beside the posts.

    Attributes:
        path: its identity in the index.
        slug: short name for people.
        title: plain text.
        tags: topics in their commonest spelling.
        instant: Unix seconds of its date, or None.
        digest: as in ``Post``: changes when the file says something else.
        link, rule_link: as in ``Post``.
        is_page: whether it stands beside the posts, and is no news however new it is.
    """

    path: str
    slug: str
    title: str
    tags: tuple[str, ...]
    instant: int | None
    digest: str
    link: str | None = None
    rule_link: str | None = None
    is_page: bool = False


class Catalogue(Protocol):
    """What announcing asks about the posts. Every method may raise IndexUnavailable."""

    async def version(self) -> str:
        """Changes with the index; says nothing beyond the end of the process."""

    async def visible_posts(self) -> Sequence[VisiblePost]:
        """All posts and pages that readers see now, in no order."""

    async def next_due(self) -> int | None:
        """Unix seconds of the first date after now of a post that only waits for it; or None."""

    async def texts(self, paths: Sequence[str]) -> Mapping[str, str]:
        """What these posts say, by path, without those that readers do not see."""

    async def get(self, path: str) -> Post | None:
        """The post of that path."""


def shown_digest(post: Post | VisiblePost) -> str:
    """A digest of what an announcement shows of a post: 16 hexadecimal digits."""
    shown = (post.path, post.slug, post.title, post.rule_link or "", post.digest)
    text = "\n".join(shown).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=8).hexdigest()


def fingerprint(posts: Iterable[VisiblePost]) -> str:
    """A digest of all posts: 32 hexadecimal digits."""
    total = blake2b(digest_size=16)
    for post in sorted(posts, key=lambda post: post.path):
        total.update(f"{post.path}\n{post.digest}\n".encode("utf-8", "surrogatepass"))
    return total.hexdigest()
