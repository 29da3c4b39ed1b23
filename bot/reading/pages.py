"""Which of a site's files are posts, and which are pages beside them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blog.reader import Outline
from bot.generators.common import paths
from bot.generators.common.site import Site
from bot.reading.rules import NO_PAGES, PAGES_OF_SITE


def pages_among(
    outlines: Sequence[Outline], site: Site, configured: tuple[str, ...]
) -> frozenset[str]:
    """The paths of those that are pages: of a manual, about the author, and the like.

    Where nothing is configured, a page is what the generator has outside of its blog, and
    what has no date in a section that holds no dated post, beside one that does. A site
    that would have no post left has posts only.

    Args:
        outlines: what readers see, or will.
        site: knows where its generator keeps what.
        configured: folders, files and globs with pages, ``NO_PAGES`` or ``PAGES_OF_SITE``.
    """
    if configured != PAGES_OF_SITE:
        names = () if configured == NO_PAGES else configured
        return frozenset(
            one.path for one in outlines if any(paths.names(name, one.path) for name in names)
        )
    outside = {one.path for one in outlines if site.is_page(one.path)}
    rest = [one for one in outlines if one.path not in outside]
    dated = {site.section(one.path) for one in rest if one.dated}
    if dated:
        outside |= {
            one.path for one in rest if not one.dated and site.section(one.path) not in dated
        }
    return frozenset(outside) if len(outside) < len(outlines) else frozenset()
