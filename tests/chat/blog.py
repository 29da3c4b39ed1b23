"""A blog of ready-made posts, behind the real index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.blog.dialect import PLAIN, Dialect
from bot.blog.errors import LeftOut, Problem
from bot.blog.post import Post, PostDate
from bot.blog.reader import Document, Outline, Settlement
from bot.blog.source import Snapshot, SourceFile
from bot.index.index import Index
from bot.reading.passages import passages_of
from bot.reading.plain import Syntax

SITE = "https://blog.example"
TOPICS = ("Gardening", "Soil", "Tools", "Weather")


@dataclass(frozen=True)
class File:
    """A file that changes whenever the post that it stands for does."""

    path: str
    post: Post
    body: str
    dates: None = None

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.read())

    @property
    def stamp(self) -> int:
        """Follows from the content."""
        return hash(self.read())

    def read(self) -> bytes:
        """Anything, as long as no two posts have the same: the reader has the post."""
        return repr((self.post, self.body)).encode()


@dataclass
class ReadyMade:
    """A reader that knows already what each file stands for."""

    files: Mapping[str, File]
    generator: str = "plain"
    dialect: Dialect = PLAIN
    site_url: str | None = SITE
    site_problems: Sequence[Problem] = field(default_factory=tuple)
    pages: frozenset[str] = frozenset()

    @property
    def fingerprint(self) -> str:
        """Changes with the blog's address."""
        return f"ready-made {self.site_url}"

    def read(self, file: SourceFile) -> Document:
        """The post of that path."""
        known = self.files[file.path]
        passages = passages_of(known.body, known.post.title, Syntax.of(known.body, PLAIN))
        return Document(post=known.post, passages=passages, body=known.body)

    def settle(self, outlines: Sequence[Outline]) -> Settlement:
        """Leave all posts as they are."""
        del outlines
        no_left_out: tuple[LeftOut, ...] = ()
        return Settlement({}, no_left_out, (), self.pages)


async def fill(
    index: Index,
    posts: Sequence[Post],
    bodies: Mapping[str, str] | None = None,
    *,
    problems: int = 0,
    site_url: str | None = SITE,
    pages: Sequence[Post] = (),
) -> None:
    """Make the index hold these posts, and say that some files have problems.

    Args:
        index: is given the posts.
        posts: all that there are.
        bodies: what a post says, by its path; its summary, unless it stands here.
        problems: how many files have one.
        site_url: the blog's address.
        pages: more of them, which are pages beside the posts.
    """
    bodies = bodies or {}
    files = {
        each.path: File(each.path, each, bodies.get(each.path, each.summary))
        for each in [*posts, *pages]
    }
    snapshot = Snapshot(
        "/srv/garden/posts",
        tuple(files.values()),
        problems=tuple(Problem(f"{n}.md", None, "it is empty", "Write.") for n in range(problems)),
    )
    reader = ReadyMade(files, site_url=site_url, pages=frozenset(page.path for page in pages))
    await index.sync(snapshot, reader)


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
