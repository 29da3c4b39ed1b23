"""Files among the posts that are none, and posts that are not to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.generators.common.generator import Generator
from bot.reading.front_matter import Fields, as_flag, as_text, short

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
# What is private is shown to nobody, even where the generator publishes it.
PRIVATE_FOLDERS = frozenset({"private", "_private"})
LANGUAGE_SUFFIX = re.compile(r"\.[a-z]{2,3}(?:-[A-Za-z]{2,4})?$")

# Plain keys, see Fields.
REDIRECT = ("redirect", "redirectto", "redirecturl")
DRAFT = ("draft", "isdraft", "wip")
SHOWN = ("published", "publish", "dgpublish", "visible", "public")
PRIVATE = ("private",)
HIDDEN = ("unlisted", "hidden")
SITEMAP, NOT_INDEXED, ROBOTS = ("sitemap",), ("noindex",), ("robots",)
PRIVATE_STATUS = "private"
STATUS = ("status", "state", "stage")
HIDING_STATUS = frozenset(
    {"draft", "hidden", "skip", "unlisted", "unpublished", "pending", "wip", "in progress",
     "in-progress", "trash"}
)  # fmt: skip


def why_no_post(path: str, generator: Generator) -> str | None:
    """Return why a file with this path is no post, or None where it may be one."""
    folders, _, name = path.rpartition("/")
    stem = LANGUAGE_SUFFIX.sub("", name.rpartition(".")[0])
    if (reason := NEVER.get(stem.lower())) is not None:
        return reason
    if stem in PAPERS:
        return "a paper of the repository, not of the blog"
    for folder in folders.lower().split("/"):
        if folder in TEMPLATE_FOLDERS or folder in generator.template_folders:
            return f"{folder}/ holds no posts"
        if folder in PRIVATE_FOLDERS and not generator.publishes_private:
            return f"it is private: it lies in {folder}/"
    if stem.startswith("_") and not generator.publishes_underscored:
        return "a template or fragment: its name begins with an underscore"
    return None


# A link with one of these endings is a feed, a script or the like.
MACHINE_LINK = re.compile(r"\.(?:xml|json|txt|js|css|ics|webmanifest|rss|atom|svg)$", re.IGNORECASE)


def why_not_published(fields: Fields, body: str) -> str | None:
    """Return why a file is no post by what it holds, or None where it is one."""
    return next(_reasons(fields, body), None)


def _reasons(fields: Fields, body: str) -> Iterator[str]:
    meta = fields.meta
    if not body.strip():
        if not meta:
            yield "it is empty"
        for target in fields.texts(*REDIRECT):
            yield f"it only redirects to {target}"
    if is_private(fields):
        yield "it is private"
    yield from _of_the_build(meta)
    if as_flag(meta.get("eleventyexcludefromcollections")):
        yield "it is excluded from collections"
    permalink = as_text(meta.get("permalink")) or ""
    if MACHINE_LINK.search(permalink):
        yield f"it writes {permalink}, which is no page"


def _of_the_build(meta: Mapping[str, object]) -> Iterator[str]:
    """Eleventy's ``permalink: false``, Zola's ``render = false``, Hugo's ``build``.

    https://gohugo.io/content-management/build-options/
    """
    build = meta.get("build") or meta.get("_build")
    options = build if isinstance(build, Mapping) else {}
    is_unwritten = any(as_flag(meta.get(key)) is False for key in ("permalink", "render"))
    is_unwritten |= as_text(options.get("render")) == "link"
    if is_unwritten or _is_never(options.get("render")):
        yield "the generator writes no page for it"
    if _is_never(options.get("list")):
        yield "the generator lists it nowhere"


def _is_never(option: object) -> bool:
    return option is False or (as_text(option) or "").lower() in {"never", "false"}


def is_private(fields: Fields) -> bool:
    """Whether not even the owner may read the post here; in doubt, they may not."""
    if PRIVATE_STATUS in (text.lower() for text in fields.texts("status", "visibility")):
        return True
    return any(as_flag(value) is not False for _, value in fields.all(*PRIVATE))


def is_draft(fields: Fields) -> bool:
    """Tell whether the post is not to be shown; when in doubt, it is not."""
    if "_drafts" in fields.path.split("/")[:-1]:
        return True
    hidden = any(as_flag(value) is True for _, value in fields.all(*HIDDEN))
    hidden |= any(as_flag(value) is False for _, value in fields.all(*SHOWN))
    for key, value in fields.all(*DRAFT):
        flag = as_flag(value)
        hidden |= flag is not False
        if flag is None:
            fields.complain(
                f"{key} is neither true nor false: {short(value)}",
                "Write draft: true or draft: false; until then the post is hidden.",
                key,
            )
    statuses = (text.lower() for text in fields.texts(*STATUS))
    return hidden or any(status in HIDING_STATUS for status in statuses)


def is_withheld(fields: Fields) -> bool:
    """Tell whether the page is kept out of what the site lists, as by ``sitemap: false``."""
    for _, value in fields.all(*SITEMAP):
        if isinstance(value, Mapping):
            said = {str(key).casefold(): as_flag(option) for key, option in value.items()}
            if True in (said.get("disable"), said.get("exclude")):
                return True
        elif as_flag(value) is False:
            return True
    if any(as_flag(value) is True for _, value in fields.all(*NOT_INDEXED)):
        return True
    return any("noindex" in text.casefold() for text in fields.texts(*ROBOTS))
