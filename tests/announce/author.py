"""An author who writes, edits and moves posts, in a folder, a repository or a feed."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from html import escape
from pathlib import Path
from random import Random
from typing import Protocol

from tests.announce.scene import Note
from tests.sources.feed import host as feeds
from tests.sources.git import host as repositories

TEMPLATE = "next.md"
# A feed shows so many posts at least.
WINDOW = 6
# Longer than an entry may be missing before it counts as taken back.
LONG_ENOUGH = 700.0
# Until the pages of new posts are there, where they are not at once.
LONGEST_BUILD = 1.0
OLDER = 90 * 24 * 3600


@dataclass
class Writing:
    """A post as its author has it.

    Attributes:
        note: what is announced of it.
        path: of its file.
        is_from_template: whether it was begun where others are begun, too.
        edits: how often it was edited.
    """

    note: Note
    path: str
    is_from_template: bool = False
    edits: int = 0

    @property
    def slug(self) -> str:
        """The end of its address, which no two posts have."""
        return self.note.name if self.path == TEMPLATE else self.path.removesuffix(".md")

    @property
    def paragraphs(self) -> list[list[str]]:
        """Its sentences; the last one of each paragraph is set in bold."""
        name = self.note.name
        about = [f"{name} tells of {what} at length" for what in ("ships", "trains", "inks")]
        more = [f"The {n}th edit of {name} adds this" for n in range(self.edits)]
        return [about, [f"What {name} has to do with it", f"Nobody but {name} knows", *more]]


class Home(Protocol):
    """Where the posts are for a bot to see."""

    @property
    def address(self) -> str:
        """What the settings name."""

    def write(self, posts: Sequence[Writing]) -> None:
        """Show these posts, oldest first, and no others."""


class Folder:
    """A folder of Markdown files."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder)
        self.is_old = False
        self._folder = folder

    def write(self, posts: Sequence[Writing]) -> None:
        """Write the files; as ``rsync -a`` does where they are old, with times of long ago."""
        self._folder.mkdir(exist_ok=True)
        files = {post.path: markdown(post) for post in posts}
        for file in self._folder.glob("*.md"):
            if file.name not in files:
                file.unlink()
        for name, text in files.items():
            file = self._folder / name
            aside = file.with_suffix(".new")
            aside.write_text(text, encoding="utf-8")
            if self.is_old:
                os.utime(aside, ns=(0, aside.stat().st_mtime_ns - OLDER * 10**9))
            if self.is_old or not file.exists() or file.read_text(encoding="utf-8") != text:
                aside.replace(file)
            else:
                aside.unlink()


class Repository:
    """A git repository at a host."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._blog = repositories.Blog(folder)
        host = stack.enter_context(repositories.serving(self._blog.bare.parent))
        self.address = host.url
        self._pushed: set[str] = set()

    def write(self, posts: Sequence[Writing]) -> None:
        """Commit and push."""
        files: dict[str, str | bytes | None] = {post.path: markdown(post) for post in posts}
        gone = dict.fromkeys(self._pushed - files.keys())
        self._pushed = set(files)
        self._blog.push({**gone, **files})


def oldest_first(items: list[str]) -> list[str]:
    """As they are."""
    return items


def newest_first(items: list[str]) -> list[str]:
    """As most feeds are."""
    return items[::-1]


@dataclass
class Feed:
    """An RSS feed, which shows the newest posts only.

    Attributes:
        host: serves it.
        since: what is older than that, in Unix seconds, has slid out of it.
        domain: where the posts are.
        ids: how it names them: by address, by a tag of their own, or all alike.
        arrange: the order of its items.
        is_stale: whether a cache answers with an older copy.
    """

    host: feeds.Host
    since: int = 0
    domain: str = "https://blog.example"
    ids: str = "link"
    arrange: Callable[[list[str]], list[str]] = newest_first
    is_stale: bool = False

    @property
    def address(self) -> str:
        """Of the feed."""
        return self.host.url()

    def write(self, posts: Sequence[Writing]) -> None:
        """Show the newest posts, unless a cache shows an older copy."""
        self.host.content_type = "application/rss+xml; charset=utf-8"
        if self.is_stale and self.host.body:
            return
        items = self.arrange(
            [self._item(post) for post in posts if post.note.instant >= self.since]
        )
        head = f"<title>A blog</title><link>{self.domain}/</link>"
        whole = f'<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'
        self.host.body = whole.encode()

    def _item(self, post: Writing) -> str:
        link = f"{self.domain}/{post.slug}/"
        ids = {"link": link, "tag": f"tag:blog.example:{post.note.name}", "same": "a post"}
        tags = "".join(f"<category>{tag}</category>" for tag in post.note.tags)
        return (
            f"<item><title>{post.note.name}</title><link>{link}</link>{tags}"
            f'<guid isPermaLink="false">{ids[self.ids]}</guid>'
            f"<pubDate>{formatdate(post.note.instant)}</pubDate>"
            f"<description>{escape(html(post))}</description></item>"
        )


def markdown(post: Writing) -> str:
    """A post as a file."""
    date = dt.datetime.fromtimestamp(post.note.instant, dt.UTC).isoformat()
    head = {"title": post.note.name, "date": date, "tags": post.note.tags}
    said = (". ".join([*rest, f"**{last}**"]) + "." for *rest, last in post.paragraphs)
    return f"---\n{json.dumps(head)}\n---\n" + "\n\n".join(said) + "\n"


def html(post: Writing) -> str:
    """A post as a feed has it."""
    said = (". ".join([*rest, f"<strong>{last}</strong>"]) for *rest, last in post.paragraphs)
    return "".join(f"<p>{each}.</p>" for each in said)


@contextmanager
def quiet(notice: Path) -> Iterator[None]:
    """Keep others from the posts: a bot looks when writing has paused for two seconds.

    Args:
        notice: the file that tells of changes.
    """
    with notice.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Author:
    """Has posts, and shows them in the home that is used now.

    Args:
        folder: where everything of the author's may lie.
        stack: ends what serves posts.
        random: draws what the author does.
        told: the names of the posts that were announced to all who want them.

    Attributes:
        posts: what is published, in order.
        notice: the file that tells machines of changes.
        is_complete: whether nothing more is to come.
        ahead: seconds by which the clock of those who read feeds goes ahead.
    """

    def __init__(
        self, folder: Path, stack: ExitStack, random: Random, told: Callable[[], set[str]]
    ) -> None:
        folder.mkdir()
        self.posts: list[Writing] = []
        self.notice = folder / "blog.json"
        self.is_complete = False
        self.ahead = 0.0
        self._random = random
        self._told = told
        self._taken: list[Writing] = []
        self._generation = 0
        self._built = 0.0
        self._folder = Folder(folder / "posts")
        self._feed = Feed(stack.enter_context(feeds.serving()))
        repository = Repository(folder / "git", stack)
        self.homes: dict[str, Home] = {
            "folder": self._folder,
            "git": repository,
            "feed": self._feed,
        }
        self.home = "folder"

    def publish(self, notes: Iterable[Note], *, is_complete: bool = False) -> None:
        """Let readers see more; some are begun where the last one was."""
        for note in notes:
            is_from_template = self._random.random() < 0.5
            if is_from_template:
                self._make_room()
            path = TEMPLATE if is_from_template else f"{note.name}.md"
            self.posts.append(Writing(note, path, is_from_template))
        self.is_complete = is_complete
        if self._random.random() < 0.3:
            self._built = time.time() + self._random.uniform(0, LONGEST_BUILD)
        self.show()

    def _make_room(self) -> None:
        for post in self.posts:
            if post.path == TEMPLATE:
                post.path = f"about-{post.note.name}.md"

    def show(self) -> None:
        """Write the posts where they are read, and tell machines that they have changed."""
        self._write([post for post in self.posts if post not in self._taken])
        self._tell(is_complete=self.is_complete)

    def _write(self, posts: Sequence[Writing]) -> None:
        with quiet(self.notice):
            self.homes[self.home].write(posts)

    def _tell(self, *, is_complete: bool) -> None:
        self._generation += 1
        said = {
            "generation": self._generation,
            "is_complete": is_complete,
            "posts": self.homes[self.home].address,
            "ahead": self.ahead,
            "built": self._built,
        }
        aside = self.notice.with_suffix(".new")
        aside.write_text(json.dumps(said))
        aside.replace(self.notice)

    def settle(self) -> None:
        """Bring back what was taken away, and let caches hold what is there."""
        self._taken.clear()
        self._feed.is_stale = False
        self.show()

    def meddle(self) -> None:
        """Do something to what is published, as authors and their hosts do."""
        everywhere = [self._edit, self._move, self._take_away]
        here = {
            "folder": [self._age],
            "git": [],
            "feed": [
                self._change_domain,
                self._change_ids,
                self._rearrange,
                self._slide,
                self._lag,
            ],
        }
        self._random.choice([*everywhere, *here[self.home]])()
        self.show()

    def switch(self, home: str) -> None:
        """Have the posts read from somewhere else; only while no machine runs."""
        self.home = home
        self._feed.is_stale = False
        self._feed.host.body = b""
        self._feed.since = min(self._feed.since, self._first_untold())
        self.show()

    def rewind(self, posts: Sequence[Writing]) -> None:
        """Show posts as they were, until ``show`` is called the next time."""
        self._write(posts)
        self._tell(is_complete=False)

    def _edit(self) -> None:
        if self.posts:
            self._random.choice(self.posts).edits += 1

    def _move(self) -> None:
        if self.posts:
            post = self._random.choice(self.posts)
            post.path = f"moved-{self._random.randrange(10**6)}-{post.note.name}.md"

    def _take_away(self) -> None:
        """Withdraw a post that everybody was told of, or bring back all that were withdrawn."""
        names = self._told()
        told = [
            post
            for post in self.posts[:-2]
            if post.note.name in names and not post.is_from_template
        ]
        if self._taken or not told:
            self._taken.clear()
        else:
            self._taken.append(self._random.choice(told))
            if not self._feed.is_stale:
                self.ahead += LONG_ENOUGH

    def _age(self) -> None:
        self._folder.is_old = not self._folder.is_old

    def _change_domain(self) -> None:
        self._feed.domain = self._random.choice(
            ["https://blog.example", "https://new.example/blog", "http://blog.example/posts"]
        )

    def _change_ids(self) -> None:
        self._feed.ids = self._random.choice(["link", "tag", "same"])

    def _rearrange(self) -> None:
        number = self._random.random()

        def shuffled(items: list[str]) -> list[str]:
            return Random(number).sample(items, len(items))

        self._feed.arrange = self._random.choice([oldest_first, newest_first, shuffled])

    def _slide(self) -> None:
        """Let what everybody was told of slide out of the feed."""
        if len(self.posts) > WINDOW:
            self._feed.since = min(self._first_untold(), self.posts[-WINDOW].note.instant)

    def _first_untold(self) -> int:
        """When the first post that not everybody was told of was written."""
        names = self._told()
        untold = (post.note.instant for post in self.posts if post.note.name not in names)
        return min(untold, default=self.posts[-1].note.instant if self.posts else 0)

    def _lag(self) -> None:
        self._feed.is_stale = not self._feed.is_stale
