"""A blog of ready-made posts, behind the real index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.blog.date import PostDate
from bot.blog.post import Post
from bot.blog.problem import LeftOut, Problem
from bot.blog.reader import Document, Outline, Settlement
from bot.blog.source import Snapshot, SourceFile
from bot.index.index import Index

SITE = "https://blog.example"
TOPICS = ("Gardening", "Soil", "Tools", "Weather")


@dataclass(frozen=True)
class File:
    """A file whose stamp follows from the post that it stands for."""

    path: str
    stamp: int
    size: int = 0

    def read(self) -> bytes:
        """Nothing: the reader has the post."""
        return b""


@dataclass
class ReadyMade:
    """A reader that knows each file's post and text already."""

    posts: Mapping[str, Post]
    texts: Mapping[str, str]
    fingerprint: str = "ready-made"
    generator: str = "plain"
    site_url: str | None = SITE
    site_problems: Sequence[Problem] = field(default_factory=tuple)

    def read(self, file: SourceFile) -> Document:
        """The post of that path."""
        post = self.posts[file.path]
        return Document(post=post, text=self.texts.get(file.path, post.summary))

    def settle(self, outlines: Sequence[Outline]) -> Settlement:
        """Leave all posts as they are."""
        del outlines
        no_left_out: tuple[LeftOut, ...] = ()
        return Settlement({}, no_left_out, ())


async def fill(index: Index, posts: Iterable[Post], texts: Mapping[str, str] | None = None) -> None:
    """Make the index hold these posts."""
    by_path = {post.path: post for post in posts}
    files = tuple(File(path, hash(by_path[path])) for path in sorted(by_path))
    await index.sync(Snapshot("/srv/garden/posts", files), ReadyMade(by_path, texts or {}))


def garden_post(number: int) -> Post:
    """One of the posts of a blog on gardening, the higher the number the newer."""
    return Post(
        path=f"posts/{number:02}-bed.md",
        slug=f"bed-{number}",
        title=f"Bed number {number}",
        summary=f"What grows in bed {number}, and why the snails leave it alone.",
        date=PostDate.of(dt.date(2024, 1, 1) + dt.timedelta(days=number)),
        tags=(TOPICS[number % 4], "Garden"),
        authors=("Ada Bloom",),
        image=f"/img/{number}.png" if number % 2 else None,
        link=f"/beds/{number}/",
        aliases=(f"/old/{number}/",),
        words=450,
    )


def garden(posts: int = 12) -> list[Post]:
    """A blog on gardening."""
    return [garden_post(number) for number in range(1, posts + 1)]


def open_index(folder: Path) -> Index:
    """An index file in ``folder``, read at the end of 2025."""
    return Index(
        folder / "index.db", clock=lambda: dt.datetime(2025, 12, 31, tzinfo=dt.UTC).timestamp()
    )
