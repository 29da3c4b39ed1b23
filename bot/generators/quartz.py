"""Quartz's links.

https://quartz.jzhao.xyz
"""

from __future__ import annotations

from pathlib import PurePosixPath

from bot.blog.dialect import Dialect
from bot.generators.common import paths, slugs
from bot.generators.common.generator import Generator, Marks, PageFacts, rooted, text
from bot.generators.common.script import Script
from bot.generators.common.site_folder import SiteFolder


class Quartz(Generator):
    """The path in ``content`` with its case, blanks as ``-``."""

    name = "quartz"
    marks = Marks(
        files=r"quartz\.(?:config|layout)\.ts|quartz\.config\.ya?ml",
        content=frozenset({"content"}),
        texts=((3, "enableToc:", ""),),
    )
    template_folders = frozenset({"templates"})
    dialect = Dialect(wikilinks=True)
    is_certain = True

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        script = Script(files.script("quartz.config") or "")
        if base := script.value("baseUrl"):
            self.url = base if paths.is_absolute(base) else f"https://{base}"
        is_told = script.mentions("ignorePatterns")
        self._ignored = script.values("ignorePatterns") if is_told else ["private", "templates"]
        # Its own configuration names the folder, so that who has removed it there has meant to.
        self.publishes_private = is_told
        locale = script.value("locale")
        self.language = locale

    def content(self, place: str) -> str:
        """The place below ``content``."""
        return paths.below_first(place, ("content",))

    def why_no_page(self, facts: PageFacts) -> str | None:
        """``ignorePatterns`` names folders and files, with ``*`` and ``**``."""
        place = PurePosixPath(self.content(facts.path))
        folders = [place, *place.parents][:-1]
        if any(each.match(pattern.strip("/")) for each in folders for pattern in self._ignored):
            return "the site's configuration ignores it"
        return None

    def own_link(self, facts: PageFacts) -> str | None:
        """``permalink``, which Quartz keeps alive beside the note's path."""
        own = text(facts, "permalink")
        return rooted(own) if own else None

    def link(self, facts: PageFacts) -> str | None:
        """``content/Some note.md`` → ``/Some-note``."""
        stem = slugs.quartz(paths.without_extension(self.content(facts.path)))
        page = paths.without_index(stem)
        return paths.join(page) if page == stem else paths.with_slash(paths.join(page))

    def image(self, facts: PageFacts, value: str) -> str | None:
        """A file of the vault, named from its top."""
        return super().image(facts, slugs.quartz(value))
