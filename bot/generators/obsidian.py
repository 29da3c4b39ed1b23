"""Obsidian Publish's links.

https://help.obsidian.md/publish
"""

from __future__ import annotations

from bot.generators import paths
from bot.generators.facts import Facts
from bot.generators.generator import Generator, rooted, text


class Obsidian(Generator):
    """``permalink``, else the note's path with ``+`` for blanks."""

    name = "obsidian"
    is_certain = True

    def own_link(self, facts: Facts) -> str | None:
        """``permalink``."""
        own = text(facts, "permalink")
        return rooted(own) if own else None

    def link(self, facts: Facts) -> str | None:
        """``Notes/Some note.md`` → ``/Notes/Some+note``."""
        return paths.join(paths.without_extension(facts.path).replace(" ", "+"))
