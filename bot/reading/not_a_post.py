"""Files that say of themselves that they are no posts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.reading.fields import Fields, as_flag, as_text

# A link with one of these endings is a feed, a script or the like.
MACHINE_LINK = re.compile(r"\.(?:xml|json|txt|js|css|ics|webmanifest|rss|atom|svg)$", re.IGNORECASE)
PAGE_LAYOUTS = frozenset({"page", "pages", "home", "archive", "archives", "search", "tags"})


def not_a_post(fields: Fields, body: str, generator: str, *, dated: bool) -> str | None:
    """Return why a file is no post by what it holds, or None where it is one."""
    return next(_reasons(fields, body, generator, dated=dated), None)


def _reasons(fields: Fields, body: str, generator: str, *, dated: bool) -> Iterator[str]:
    meta = fields.meta
    if not body.strip():
        if not meta:
            yield "it is empty"
        for target in fields.texts("redirect"):
            yield f"it only redirects to {target}"
    yield from _of_the_build(meta)
    if as_flag(meta.get("eleventyexcludefromcollections")):
        yield "it is excluded from collections"
    permalink = as_text(meta.get("permalink")) or ""
    if MACHINE_LINK.search(permalink):
        yield f"it writes {permalink}, which is no page"
    if generator == "eleventy" and "pagination" in meta:
        yield "a template that lists other pages"
    if not dated and generator in {"jekyll", "eleventy"}:
        layout = (as_text(meta.get("layout")) or "").lower()
        if layout.partition(".")[0].rpartition("/")[2] in PAGE_LAYOUTS:
            yield f"a page without a date (layout: {layout})"


def _of_the_build(meta: Mapping[str, object]) -> Iterator[str]:
    """Eleventy's ``permalink: false``, Zola's ``render = false``, Hugo's ``build``.

    https://gohugo.io/content-management/build-options/
    """
    build = meta.get("build") or meta.get("_build")
    options = build if isinstance(build, Mapping) else {}
    is_unwritten = any(as_flag(meta.get(key)) is False for key in ("permalink", "render"))
    if is_unwritten or str(options.get("render")).lower() in {"never", "false"}:
        yield "the generator writes no page for it"
    if str(options.get("list")).lower() in {"never", "false"}:
        yield "the generator lists it nowhere"
