"""Links from one post to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.blog.post import on_site
from bot.index.database import Row
from bot.index.names import names_linked


@dataclass(frozen=True, slots=True)
class LinkResolver:
    """Finds the link of the post that a name means; a ``blog.FindLink``. It never changes.

    Attributes:
        links: for each name the post's link, and from when on it is visible (Unix seconds).
        clock: Unix seconds.
    """

    links: dict[str, tuple[str, int | None]]
    clock: Callable[[], float]

    @classmethod
    def of(
        cls, rows: Iterable[Row], site_url: str | None, clock: Callable[[], float]
    ) -> LinkResolver:
        """Take rows of name, link and instant, of which the first of a name counts."""
        links: dict[str, tuple[str, int | None]] = {}
        for name, link, instant in rows:
            if name not in links:
                links[name] = (on_site(link, site_url) or link) if site_url else link, instant
        return cls(links, clock)

    def __call__(self, name: str) -> str | None:
        """The link, or None where no visible post with a page goes by that name."""
        for candidate in names_linked(name):
            if candidate in self.links:
                link, instant = self.links[candidate]
                if instant is None or instant <= self.clock():
                    return link
        return None
