"""A blog in memory and the plainest reader there is, so that tests are about the index alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from bot.blog.dialect import PLAIN, Dialect
from bot.blog.errors import LeftOut, Problem
from bot.blog.post import Post, PostDate
from bot.blog.reader import Document, Outline, Settlement
from bot.blog.section import Passage, anchor_of
from bot.blog.source import Dates, Snapshot, SourceFile


@dataclass(frozen=True)
class File:
    """A file in memory; its stamp follows from its text unless a test says otherwise."""

    path: str
    text: str
    stamp: int = -2
    dates: Dates | None = None

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.text.encode())

    def read(self) -> bytes:
        """The text as UTF-8."""
        return self.text.encode()


def blog(files: Mapping[str, str], *, left_out: Sequence[LeftOut] = ()) -> Snapshot:
    """A source's snapshot of these texts by path."""

    def stamp(text: str) -> int:
        return int.from_bytes(blake2b(text.encode(), digest_size=6).digest())

    return Snapshot(
        "a blog in memory",
        tuple(File(path, text, stamp(text)) for path, text in sorted(files.items())),
        tuple(left_out),
    )


def passages(body: str) -> Iterator[Passage]:
    """What `# ` at the beginning of lines divides a body into."""
    lead, *sections = f"\n{body}".split("\n# ")
    if lead.strip():
        yield Passage(None, None, lead.strip("\n"))
    taken: dict[str, int] = {}
    for section in sections:
        heading, _, text = section.partition("\n")
        yield Passage(heading, anchor_of(heading, taken), text)


@dataclass
class PlainReader:
    """Reads `key: value` lines up to an empty line, then the body.

    A text that is empty is no post; `oops` among the keys is a problem; an undated post
    with `page: yes` is hidden while others are dated; a slug taken by an earlier path
    gets a number.
    """

    fingerprint: str = "plain 1"
    generator: str = "plain"
    dialect: Dialect = PLAIN
    site_url: str | None = "https://example.org"
    site_problems: Sequence[Problem] = ()
    read_paths: list[str] = field(default_factory=list)

    def read(self, file: SourceFile) -> Document:
        """Understand one file, and remember that it was asked to."""
        self.read_paths.append(file.path)
        text = file.read().decode()
        if not text.strip():
            return Document(left_out=LeftOut(file.path, "it is empty"))
        head, _, body = f"\n{text}".partition("\n\n")
        meta = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        name = file.path.rpartition("/")[2].removesuffix(".md")
        slug = meta.get("slug", name)
        date = meta.get("date")
        post = Post(
            path=file.path,
            slug=slug,
            title=meta.get("title", name),
            summary=meta.get("summary", ""),
            date=PostDate.of(dt.date.fromisoformat(date)) if date else None,
            tags=tuple(tag for tag in meta.get("tags", "").split(", ") if tag),
            link=meta.get("link", f"/{slug}/"),
            authors=tuple(name for name in meta.get("authors", "").split(", ") if name),
            draft=meta.get("draft") == "yes",
            aliases=tuple(alias for alias in meta.get("aliases", "").split(", ") if alias),
            words=len(body.split()),
        )
        problems = (Problem(file.path, 1, "oops", "Mend it."),) if "oops" in meta else ()
        return Document(
            post=post,
            passages=tuple(passages(body)),
            body=body,
            titled="page" not in meta,
            problems=problems,
            waits=meta.get("waits") != "no",
            expires=int(meta["expires"]) if "expires" in meta else None,
        )

    def settle(self, outlines: Sequence[Outline]) -> Settlement:
        """Give taken slugs a number, hide untitled pages among dated posts; `manual/` is none."""
        some_dated = any(one.dated for one in outlines)
        taken: Counter[str] = Counter()
        slugs, problems = {}, []
        for one in outlines:
            taken[one.slug] += 1
            if taken[one.slug] > 1:
                slugs[one.path] = f"{one.slug}-{taken[one.slug]}"
                problems.append(Problem(one.path, None, "its slug is taken", "Choose another."))
        hidden = (
            LeftOut(one.path, "a page")
            for one in outlines
            if some_dated and not one.dated and not one.titled
        )
        pages = frozenset(one.path for one in outlines if one.path.startswith("manual/"))
        return Settlement(slugs, tuple(hidden), tuple(problems), pages)
