"""Posts of a feed, which bring their links and are finished HTML."""

from __future__ import annotations

from bot.blog.dialect import Dialect
from bot.generators.common.generator import Generator, PageFacts


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
