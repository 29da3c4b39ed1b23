"""What can be asked about the posts, behind every command, and what a search finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.blog.dialect import Dialect
from bot.blog.errors import LeftOut, Problem
from bot.blog.post import Post, Tag
from bot.blog.section import Passage


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


# The link of the post that a wikilink, a template or a file's path names, or None. Absolute
# where the site's URL is known. Safe to call in any thread.
FindLink = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkReport:
    """What the site says of the links of the posts that readers see.

    Attributes:
        source: the sitemap or feed that lists the site's pages.
        confirmed: posts whose link by the generator's rule the site lists.
        corrected: posts that have another link, which the site lists.
        missing: posts that the site lists under no address that is certainly theirs.
        withdrawn: those of them that have no link, since the site lists the posts around them.
        trouble: why the last look at the site brought nothing; or empty.
    """

    source: str
    confirmed: int = 0
    corrected: int = 0
    missing: int = 0
    withdrawn: int = 0
    trouble: str = ""

    def __str__(self) -> str:
        if not self.source:
            return f"not confirmed: {self.trouble}"
        return (
            f"{self.confirmed:,} confirmed by the site, {self.missing:,} not listed, "
            f"{self.corrected:,} corrected"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of the index.

    Attributes:
        source: where the posts come from, for people.
        generator: the site generator whose link rules apply, such as ``hugo``.
        dialect: how that generator reads a post's body.
        site_url: the blog's URL, set or found in its configuration; or None.
        posts: how many posts readers see now.
        pages: how many pages they can open beside those.
        tags: how many tags those carry.
        unknown_links: how many of both have no link, since nothing tells their address.
        left_out: files that are no posts, drafts and future posts, with reasons.
        problems: what the last run found wrong.
        links: what the site says of the posts' links; None where nobody has asked it.
        updated: Unix seconds of the last run that changed the index.
        trouble: why the last look at the posts failed, so that these are of the one before;
            empty where it worked.
    """

    source: str
    generator: str
    dialect: Dialect
    site_url: str | None
    posts: int
    pages: int
    tags: int
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]
    updated: int
    unknown_links: int = 0
    links: LinkReport | None = None
    trouble: str = ""


class Library(Protocol):
    """The visible posts: no drafts, nothing dated later than now.

    All lists come newest first, then undated posts by title, ties by path, unless said
    otherwise. Pages beside the posts, as of a manual, are found by what a person types, and
    are in no list. Posts have absolute links where the site's URL is known. Any text
    is a safe argument. Every method may raise IndexUnavailable.
    """

    async def latest(
        self, *, tag: str | None = None, limit: int | None = None, offset: int = 0
    ) -> Sequence[Post]:
        """The newest posts, all of them where ``limit`` is None; of one tag, if given."""

    async def count(self, *, tag: str | None = None) -> int:
        """How many posts there are, of one tag if given."""

    async def pages(self) -> Sequence[Post]:
        """The pages beside the posts, by title."""

    async def get(self, path: str) -> Post | None:
        """The post of that path."""

    async def get_by_key(self, key: str) -> Post | None:
        """The post of that ``Post.key``: what a custom id or a suggestion names."""

    async def find(self, text: str) -> Post | None:
        """The post that a person means by a slug, alias, title, path or URL of it, exactly.

        Case, surrounding space, a trailing slash, query and fragment do not matter.
        """

    async def unpublished(self, limit: int | None = None) -> Sequence[Post]:
        """Drafts and posts dated later than now, which readers do not see."""

    async def find_any(self, text: str) -> Post | None:
        """Like ``find`` and ``get_by_key``, for drafts and posts dated later than now too."""

    async def closest(self, text: str, limit: int = 3) -> Sequence[Post]:
        """The posts whose title or slug is most like ``text``, best first; none if none is."""

    async def suggest(self, text: str, limit: int = 25) -> Sequence[Post]:
        """Completions while typing, forgiving typos, best first; the newest for no text."""

    async def neighbours(self, post: Post) -> tuple[Post | None, Post | None]:
        """The next older and the next newer post."""

    async def related(self, post: Post, limit: int = 3) -> Sequence[Post]:
        """Posts that share tags with this one, those sharing most and rarest first."""

    async def tags(self, *, limit: int | None = None, offset: int = 0) -> Sequence[Tag]:
        """Tags, most used first, ties by name."""

    async def tag(self, name: str) -> Tag | None:
        """One tag, without regard to case."""

    async def suggest_tags(self, text: str, limit: int = 25) -> Sequence[Tag]:
        """Tags while typing, forgiving typos, best first; the most used for no text."""

    async def search(self, query: str, *, limit: int = 10, offset: int = 0) -> Sequence[Hit]:
        """Posts that hold all words of ``query``, each with its best section, best first.

        Where few posts hold all, also those whose title and tags hold all of three or more but
        one; where hardly any does, those that hold most. Nothing for an empty query.
        """

    async def count_hits(self, query: str) -> int:
        """How many posts ``search`` would find."""

    async def exclusion(self, query: str) -> Exclusion | None:
        """What ``query`` excludes by ``-word``; None for nothing.

        A word that posts write with the dash, as in ``tar -xvf``, is a flag and looked for.
        """

    async def correction(self, query: str) -> str | None:
        """``query`` as it may have been meant, where its words as typed find nothing; or None."""

    async def suggest_searches(self, text: str, limit: int = 25) -> Sequence[str]:
        """Queries while typing: titles, headings and tags (as ``tag:name``), best first."""

    async def body(self, path: str) -> str | None:
        """What that post says as its author wrote it, without the front matter."""

    async def passages(self, path: str) -> Sequence[Passage]:
        """The sections of the visible post of that path, as plain text; none without one."""

    async def find_link(self) -> FindLink:
        """What resolves links between posts; the same function until the index changes."""

    async def version(self) -> str:
        """Changes with the index; says nothing beyond the end of the process."""

    async def random(self) -> Post | None:
        """Any post, or None while there are none."""

    async def status(self) -> Status:
        """Counts, source, problems."""
