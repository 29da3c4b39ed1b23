"""Posts without a generator: Markdown files, and the entries of a feed."""

from __future__ import annotations

from bot.blog.dialect import PLAIN, Dialect
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


class Feed(Generator):
    """The link that the entry has, or none: what is not in a feed cannot be known from it."""

    name = "feed"
    dialect = Dialect()
    precedence = -1
    is_certain = True

    def own_link(self, facts: PageFacts) -> str | None:  # noqa: ARG002 - a rule's hook
        """None: an entry's own link is its canonical one."""
        return None

    def link(self, facts: PageFacts) -> str | None:  # noqa: ARG002 - as above
        """None: an address made up would lead nowhere."""
        return None

    def image(self, facts: PageFacts, value: str) -> str | None:  # noqa: ARG002 - as above
        """None: a picture of a feed has an address."""
        return None
