"""The addresses that a site itself says its pages have."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What a site lists, in its sitemap or its feed.

    Attributes:
        source: the address or file that lists it, for people; empty where nothing does.
        links: of every page, in the form of ``Post.link``.
        is_whole: whether it lists every page; a feed lists the newest posts only.
        digest: changes with what is listed.
        trouble: why the last look at the site brought nothing, for people; or empty. What an
            earlier one brought stays.
    """

    source: str = ""
    links: tuple[str, ...] = field(default=(), repr=False)
    is_whole: bool = True
    digest: str = ""
    trouble: str = ""
