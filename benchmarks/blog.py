"""Ten thousand posts out of the real ones, in a form that every generator takes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.generators.common.site import Site
from bot.reading.front_matter import FrontMatter
from bot.reading.post import decode
from bot.reading.reader import SiteReader
from bot.reading.rules import ReadingRules
from bot.scan import SITE_FILES
from bot.sources.folder import Folder

POST_NAMES = {".md", ".mdx", ".markdown"}


@dataclass(frozen=True, slots=True)
class Original:
    """A real post: what is kept of its front matter, and its text."""

    title: str
    day: str
    tags: str
    body: str


def originals(corpora: Path) -> Iterator[Original]:
    """Read every post of every corpus, as Slashpost understands it."""
    rules = ReadingRules(
        date_order="month", collection_tags=frozenset(), language="all", max_bytes=2_000_000
    )
    for corpus in sorted(path for path in corpora.iterdir() if path.is_dir()):
        snapshot = Folder(
            corpus,
            site=SITE_FILES,
            max_bytes=rules.max_bytes,
        ).snapshot()
        reader = SiteReader(rules, Site.of(snapshot))
        for file in snapshot.files:
            post = reader.read(file).post
            if post is None:
                continue
            body = FrontMatter.of(decode(file.read())).body
            yield Original(
                title=words_only(post.title) or "Untitled",
                day=post.date.text[:10] if post.date else "2020-01-01",
                tags=", ".join(filter(None, map(words_only, post.tags))) or "untagged",
                body=without_templates(body),
            )


def words_only(text: str) -> str:
    """Letters, digits and spaces: a value that no front matter needs to quote."""
    return " ".join(re.findall(r"[^\W_]+", text))


def without_templates(body: str) -> str:
    """A text without shortcodes and Liquid tags, which are errors elsewhere than at home."""
    return body.replace("{{", "{ {").replace("}}", "} }").replace("{%", "{ %")


def write_posts(folder: Path, corpora: Path, count: int) -> int:
    """Write ``count`` posts with distinct names, slugs and titles.

    Returns:
        Bytes written.
    """
    folder.mkdir(parents=True)
    size = 0
    real = list(originals(corpora))
    for number, post in zip(range(count), itertools.cycle(real), strict=False):
        title = f"{post.title} {number}"
        slug = "-".join(title.lower().split())[-80:]
        head = f"title: {title}\ndate: {post.day}\nslug: {slug}\ntags: {post.tags}"
        data = f"---\n{head}\n---\n\n{post.body}".encode()
        (folder / f"{number:05}-{slug[-40:]}.md").write_bytes(data)
        size += len(data)
    return size
