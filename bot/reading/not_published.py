"""Files that lie among the posts and are none, as their paths tell."""

from __future__ import annotations

import re

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
    "hugo": frozenset({"archetypes", "layouts", "examplesite"}),
    "pelican": frozenset({"pages"}),
    "obsidian": frozenset({"templates"}),
    "quartz": frozenset({"templates"}),
}
LANGUAGE_SUFFIX = re.compile(r"\.[a-z]{2,3}(?:-[A-Za-z]{2,4})?$")


def stray(path: str, generator: str) -> str | None:
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
