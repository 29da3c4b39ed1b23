"""Obsidian Publish's links.

https://help.obsidian.md/publish
"""

from __future__ import annotations

from bot.blog.dialect import Dialect
from bot.generators.common import paths
from bot.generators.common.generator import Generator, Marks, PageFacts, rooted, text


class Obsidian(Generator):
    """``permalink``, else the note's path with ``+`` for blanks."""

    name = "obsidian"
    marks = Marks(
        folder=".obsidian",
        is_weak=True,
        texts=((2, "[[", r"\[\[[^\]\[(]+\]\](?!\()"),),
    )
    template_folders = frozenset({"templates"})
    dialect = Dialect(wikilinks=True)
    is_certain = True

    def own_link(self, facts: PageFacts) -> str | None:
        """``permalink``."""
        own = text(facts, "permalink")
        return rooted(own) if own else None

    def link(self, facts: PageFacts) -> str | None:
        """``Notes/Some note.md`` → ``/Notes/Some+note``."""
        return paths.join(paths.without_extension(facts.path).replace(" ", "+"))
