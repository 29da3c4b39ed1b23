"""Markdown files without a generator."""

from __future__ import annotations

from bot.blog.dialect import PLAIN
from bot.generators.common import paths
from bot.generators.common.generator import Generator, PageFacts, in_place_of_name, rooted, text


class Plain(Generator):
    """The file's path without its extension; ``index`` gives its folder."""

    name = "plain"
    dialect = PLAIN

    def content(self, place: str) -> str:
        """The path below the posts folder: nothing above it is known to be the site's."""
        return self.files.path(place)

    def own_link(self, facts: PageFacts) -> str | None:
        """``permalink``, ``url`` or ``path``."""
        own = text(facts, "permalink", "url", "path")
        return rooted(own) if own else None

    def link(self, facts: PageFacts) -> str | None:
        """``notes/x.md`` → ``/notes/x``, ``notes/index.md`` → ``/notes/``."""
        stem = paths.without_extension(self.content(facts.path))
        page = paths.without_index(stem)
        if slug := text(facts, "slug"):
            return in_place_of_name(f"/{page}", slug)
        return paths.join(page) if page == stem else paths.with_slash(paths.join(page))
