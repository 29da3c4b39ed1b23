"""Which files and folders belong to a site: what a source hands over besides the posts."""

from __future__ import annotations

import re

SCRIPT = r"(?:js|cjs|mjs|ts|mts|cts)"
DATA = r"(?:toml|ya?ml|json)"

# Generator by the name of a file or folder that only its sites have. `config.toml` and
# its kin are shared by Hugo and Zola, so their content decides.
MARKERS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (generator, re.compile(pattern))
    for generator, pattern in (
        ("quartz", r"quartz\.(?:config|layout)\.ts|quartz\.config\.ya?ml"),
        ("docusaurus", rf"docusaurus\.config\.{SCRIPT}"),
        ("gatsby", rf"gatsby-(?:config|node)\.{SCRIPT}"),
        ("astro", rf"astro\.config\.{SCRIPT}"),
        ("eleventy", rf"\.eleventy\.js|eleventy\.config\.{SCRIPT}"),
        ("hugo", rf"hugo\.{DATA}"),
        ("zola", r"zola\.toml"),
        ("jekyll", r"_config\.(?:ya?ml|toml)"),
        ("pelican", r"pelicanconf\.py"),
        ("next", rf"(?:next|contentlayer|velite)\.config\.{SCRIPT}"),
        ("obsidian", r"\.obsidian"),
    )
)
SHARED_MARKER = re.compile(rf"config\.{DATA}")

# More that says where the site is or what its posts have in common.
_SITE_FILE = re.compile(
    rf"""(?:.*/)?(?:
        config/[^/]+/(?:hugo|config|languages|permalinks|languages\.[\w-]+|permalinks\.[\w-]+)\.{DATA}
      | publishconf\.py
      | package\.json
      | CNAME
      | _data/(?:site|metadata|meta)\.(?:json|js|cjs|mjs)
      | data/siteMetadata\.(?:js|cjs|mjs|ts)
      | [^/]+\.11tydata\.(?:json|js|cjs|mjs)
      | (?P<folder>[^/]+)/(?P=folder)\.json   # Eleventy's data of a whole directory
    )""",
    re.VERBOSE,
)

_CONTENT_FOLDERS = frozenset(
    {"_drafts", "_posts", "content", "contents", "data", "src", "website"},
)


def is_site_file(path: str) -> bool:
    """Whether the file at this path (with ``/``) says how a site is built."""
    name = path.rpartition("/")[2]
    return (is_marker(name) and name != ".obsidian") or bool(_SITE_FILE.fullmatch(path))


def is_marker(name: str) -> bool:
    """Whether a file or folder of this name lies in the folder where a site begins."""
    return marked_generator(name) is not None or bool(SHARED_MARKER.fullmatch(name))


def marked_generator(name: str) -> str | None:
    """The generator whose sites alone have a file or folder of this name."""
    for generator, pattern in MARKERS:
        if pattern.fullmatch(name):
            return generator
    return None


def is_content_folder(name: str) -> bool:
    """Whether sites usually keep posts in a folder of this name, right in the site's own."""
    return name in _CONTENT_FOLDERS
