"""Which files of a tree may be posts, whatever holds the tree: a disk or a repository."""

from __future__ import annotations

import re
from collections.abc import Iterable

MARKDOWN = frozenset({"md", "markdown", "mdown", "mkd", "mdx"})

# Folders that never hold a site's own posts: installed packages, what a generator wrote,
# and its templates.
NEVER_CONTENT = {
    "node_modules": "installed packages",
    "bower_components": "installed packages",
    "vendor": "installed packages",
    "__pycache__": "installed packages",
    "_site": "written by a generator",
    "_includes": "templates",
    "_layouts": "templates",
    "_templates": "templates",
    "archetypes": "templates",
    "exampleSite": "a theme's example",
}

# Beside a site's configuration these hold other people's Markdown; elsewhere they may be
# a section of posts about themes.
NEVER_CONTENT_OF_A_SITE = {"themes": "themes"}

# Said to be left out, these would only be noise.
VERSION_CONTROL = frozenset({".git", ".hg", ".svn"})

# How far above the posts a site's configuration is looked for.
MOST_LEVELS_UP = 6

# A configuration file is read whole; no real one comes near this many bytes.
MOST_SITE_FILE_BYTES = 1_000_000

# What the top folder of a project has, if it has anything.
_OF_A_PROJECT = re.compile(
    r"\.git|package\.json|Makefile|Gemfile|(?:LICEN[CS]E|COPYING|README)\b.*", re.IGNORECASE
)


def is_markdown(name: str) -> bool:
    """Whether a file of that name may be a post."""
    _, dot, extension = name.rpartition(".")
    return bool(dot) and extension.lower() in MARKDOWN


def is_text(name: str) -> bool:
    """Whether a file's name is valid text: one that is not cannot be stored or shown."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)


def is_project(names: Iterable[str]) -> bool:
    """Whether a folder that holds files of these names is the top of a project."""
    return any(_OF_A_PROJECT.fullmatch(name) for name in names)


def why_not_entered(name: str, *, beside_site_files: bool) -> str | None:
    """Why a folder of that name holds no posts, or None."""
    if name in VERSION_CONTROL:
        return None
    if name.startswith("."):
        return "hidden folder"
    if beside_site_files and name in NEVER_CONTENT_OF_A_SITE:
        return NEVER_CONTENT_OF_A_SITE[name]
    return NEVER_CONTENT.get(name)


def too_large(size: int, most: int) -> str:
    """Why a file of so many bytes is left out."""
    return f"{size:,} bytes, over the limit of {most:,}"
