"""Quartz's links.

https://quartz.jzhao.xyz
"""

from __future__ import annotations

from bot.generators import config, paths, slugs
from bot.generators.facts import Facts
from bot.generators.generator import Generator, rooted, text
from bot.generators.ground import Ground


class Quartz(Generator):
    """The path in ``content`` with its case, blanks as ``-``."""

    name = "quartz"
    is_certain = True

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        script = config.Script(ground.script("quartz.config") or "")
        if base := script.value("baseUrl"):
            self.url = base if paths.is_absolute(base) else f"https://{base}"
        locale = script.value("locale")
        self.language = locale

    def content(self, place: str) -> str:
        """The place below ``content``."""
        inside = paths.below(place, "content")
        return place if inside is None else inside

    def own_link(self, facts: Facts) -> str | None:
        """``permalink``, which Quartz keeps alive beside the note's path."""
        own = text(facts, "permalink")
        return rooted(own) if own else None

    def link(self, facts: Facts) -> str | None:
        """``content/Some note.md`` → ``/Some-note``."""
        stem = slugs.quartz(paths.without_extension(self.content(facts.path)))
        page = paths.without_index(stem)
        return paths.join(page) if page == stem else paths.with_slash(paths.join(page))

    def image(self, facts: Facts, value: str) -> str | None:
        """A file of the vault, named from its top."""
        return super().image(facts, slugs.quartz(value))
