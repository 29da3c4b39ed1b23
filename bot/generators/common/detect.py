"""Which generator a site is built with, from its files or from the look of its posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bot.blog.source import SourceFile
from bot.generators.common.registry import GENERATORS
from bot.generators.common.site_folder import SiteFolder

# Enough of a file to see its front matter and how its text begins.
PEEK_BYTES = 2048

# Points shared by fewer of the posts than this say nothing about the site.
LEAST_AVERAGE = 1.0


def from_site(files: SiteFolder) -> str | None:
    """The generator that the site's own files name, or None where they name none."""
    strong = [kind for kind in GENERATORS.values() if not kind.marks.is_weak]
    weak = [kind for kind in GENERATORS.values() if kind.marks.is_weak]
    for kind in strong:
        if kind.builds(files):
            return kind.name
    for kind in strong:
        if kind.marks.packages & files.packages:
            return kind.name
    return next((kind.name for kind in weak if kind.builds(files)), None)


def from_posts(sample: Iterable[SourceFile], files: SiteFolder) -> str:
    """The generator that these posts look most like, ``plain`` where they look like none."""
    scores: Counter[str] = Counter()
    peeked = 0
    for file in sample:
        try:
            start = file.read()[:PEEK_BYTES].decode("utf-8", "replace")
        except OSError:  # it will be reported when it is read as a post
            continue
        peeked += 1
        start = start.replace("\r\n", "\n").lstrip("\ufeff")
        place = files.place(file.path)
        scores.update({kind.name: kind.points(place, start) for kind in GENERATORS.values()})
    if not scores:
        return "plain"
    generator, score = max(scores.items(), key=lambda item: (item[1], item[0]))
    return generator if score >= LEAST_AVERAGE * peeked else "plain"
