"""Files that lie among the posts and are none, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.reading.fields import Fields, as_flag, as_text

NEVER = {
    "readme": "a README is for those who work on the site",
    "404": "the page for links that lead nowhere",
    "_index": "the list page of a section",
}
# Written in capitals these are a repository's own papers; `changelog.md` may be a post.
PAPERS = frozenset(
    {"LICENSE", "LICENCE", "CHANGELOG", "CONTRIBUTING", "CODE_OF_CONDUCT", "SECURITY", "SUPPORT",
     "AUTHORS", "GOVERNANCE", "MAINTAINERS", "PULL_REQUEST_TEMPLATE", "ISSUE_TEMPLATE", "CLAUDE",
     "AGENTS"}
)  # fmt: skip
TEMPLATE_FOLDERS = frozenset(
    {"_includes", "_layouts", "_data", "_templates", "_partials", "_components", "_sass", "_site",
     "node_modules"}
)  # fmt: skip
# Folders that are templates to one generator and topics to another.
GENERATOR_FOLDERS = {
    "hugo": frozenset({"archetypes", "layouts", "themes"}),
    "zola": frozenset({"templates", "themes"}),
    "pelican": frozenset({"pages", "themes", "output"}),
    "obsidian": frozenset({"templates"}),
    "quartz": frozenset({"templates"}),
}
LANGUAGE_SUFFIX = re.compile(r"\.[a-z]{2,3}(?:-[A-Za-z]{2,4})?$")
# A link with one of these endings is a feed, a script or the like.
MACHINE_LINK = re.compile(r"\.(?:xml|json|txt|js|css|ics|webmanifest|rss|atom|svg)$", re.IGNORECASE)
PAGE_LAYOUTS = frozenset({"page", "pages", "home", "archive", "archives", "search", "tags"})


def not_a_post_by_path(path: str, generator: str) -> str | None:
    """Return why a file with this path is no post, or None where it may be one."""
    folders, _, name = path.rpartition("/")
    stem = LANGUAGE_SUFFIX.sub("", name.rpartition(".")[0])
    if (reason := NEVER.get(stem.lower())) is not None:
        return reason
    if stem in PAPERS:
        return "a paper of the repository, not of the blog"
    templates = GENERATOR_FOLDERS.get(generator, frozenset())
    for folder in folders.lower().split("/"):
        if folder in TEMPLATE_FOLDERS or folder in templates:
            return f"{folder}/ holds no posts"
    if stem.startswith("_") and generator != "eleventy":  # which gives such a page a link
        return "a template or fragment: its name begins with an underscore"
    return None


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
    if _writes_no_page(meta):
        yield "the generator writes no page for it"
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


def _writes_no_page(meta: Mapping[str, object]) -> bool:
    """Eleventy's ``permalink: false``, Zola's ``render = false``, Hugo's ``build.render``."""
    if any(as_flag(meta.get(key)) is False for key in ("permalink", "render")):
        return True
    build = meta.get("build") or meta.get("_build")
    return isinstance(build, Mapping) and str(build.get("render")).lower() in {"never", "false"}
