"""Which generator a site is built with, from its files or from the look of its posts."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable

from bot.blog.source import SourceFile
from bot.generators import known
from bot.generators.ground import Ground

# Enough of a file to see its front matter and how its text begins.
PEEK_BYTES = 2048

_PACKAGES = {
    "@docusaurus/core": "docusaurus", "gatsby": "gatsby", "astro": "astro",
    "@11ty/eleventy": "eleventy", "next": "next",
}  # fmt: skip


def from_site(ground: Ground) -> str | None:
    """The generator that the site's own files name, or None where they name none."""
    names = {marker for marker in ground.markers if "/" not in marker.strip("./")}
    found = {known.marked_generator(name.rpartition("/")[2]) for name in names}
    for generator, _ in known.MARKERS:  # in order of precedence
        if generator in found and generator != "obsidian":
            return generator
    for place in sorted(ground.texts):
        if known.SHARED_MARKER.fullmatch(place) and (shared := _hugo_or_zola(ground, place)):
            return shared
        if place.startswith("config/"):
            return "hugo"
    package = _from_package(ground.texts.get("package.json", ""))
    return package or ("obsidian" if "obsidian" in found else None)


def _hugo_or_zola(ground: Ground, place: str) -> str | None:
    keys = (ground.load(place) or {}).keys()
    if "base_url" in keys and place == "config.toml":
        return "zola"
    hugo_only = {
        "baseurl",
        "languagecode",
        "theme",
        "permalinks",
        "contentdir",
        "paginate",
        "params",
    }
    return "hugo" if keys & hugo_only else None


def _from_package(text: str) -> str | None:
    try:
        package = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return None  # npm will say so; it is no configuration of the posts
    if not isinstance(package, dict):
        return None
    needed: set[str] = set()
    for key in ("dependencies", "devDependencies"):
        if isinstance(package.get(key), dict):
            needed |= package[key].keys()
    return next((name for needs, name in _PACKAGES.items() if needs in needed), None)


# What only posts of one generator look like: in their path, and in their first lines.
_PLACES: tuple[tuple[str, int, re.Pattern[str]], ...] = tuple(
    (generator, weight, re.compile(pattern))
    for generator, weight, pattern in (
        ("jekyll", 8, r"(?:.*/)?_(?:posts|drafts)/(?:.*/)?\d{4}-\d\d?-\d\d?-[^/]+"),
        ("next", 4, r"(?:.*/)?_posts/(?!\d{4}-)[^/]+"),
        ("astro", 5, r"(?:.*/)?src/content/docs/.*"),
        ("astro", 3, r"(?:.*/)?src/(?:content|data|pages)/.*"),
        ("next", 4, r"(?:.*/)?(?:data|app|pages)/(?:.*/)?[^/]+\.mdx"),
        ("next", 3, r"(?:data|(?:apps/[^/]+/)?pages)/.*"),
        ("eleventy", 2, r"src/(?!content/|data/|pages/).*"),
        ("docusaurus", 3, r"(?:website/|i18n/[^/]+/docusaurus-plugin-content-).*"),
        ("docusaurus", 1, r"(?:.*/)?blog/(?:.*/)?\d{4}[-/]\d\d[-/]\d\d[^/]*\.mdx?"),
        ("hugo", 2, r"content/(?:.*/)?(?:_index|index)\.(?:[\w-]+\.)?md"),
        ("hugo", 1, r"content/.*"),
        ("gatsby", 1, r"content/(?:.*/)?index\.mdx?"),
    )
)
# The plain text in the third place is looked for first: most posts hold hardly any of these.
_TEXTS: tuple[tuple[str, int, str, re.Pattern[str]], ...] = tuple(
    (generator, weight, plain, re.compile(pattern or re.escape(plain), re.MULTILINE))
    for generator, weight, plain, pattern in (
        ("zola", 5, "+++", r"\A\+\+\+[\s\S]*?^\[(?:taxonomies|extra)\]"),
        ("zola", 3, "+++", r"\A\+\+\+[\s\S]*?^(?:template|path) *="),
        ("zola", 2, "+++", r"\A\+\+\+[\s\S]*?^(?:updated|authors) *="),
        ("zola", 1, "+++", r"\A\+\+\+"),
        ("zola", 3, "](@/", ""),
        ("hugo", 2, "+++", r"\A\+\+\+"),
        ("hugo", 2, "+++", r"\A\+\+\+\n(?:[^\[\n].*\n)*?(?:tags|categories|series|author) *="),
        ("hugo", 6, "{{< ", ""),
        ("hugo", 6, "{{% ", ""),
        ("hugo", 3, "lastmod", r"^lastmod *[:=]"),
        ("hugo", 3, "publishDate", r"^publishDate *[:=]"),
        ("hugo", 3, "linkTitle", r"^linkTitle *[:=]"),
        ("pelican", 6, "itle: ", r"\A(?:\w+: .*\n)*(?:Title|title): .*\n(?!---)(?:[A-Z]\w+:.*\n)+"),
        ("jekyll", 4, "layout: post", r"^layout: *posts?\s*$"),
        ("jekyll", 4, "{% highlight", ""),
        ("jekyll", 4, "{% post_url", ""),
        ("jekyll", 2, "{% include ", r"\{% include [\w/.-]+\.html"),
        ("eleventy", 6, "layout: ", r"^layout: *\S+\.(?:njk|liquid|11ty\.js|webc)"),
        ("eleventy", 6, "eleventy", r"^eleventy[A-Z]\w+:"),
        ("eleventy", 2, "permalink: ", r"^permalink: .*\{\{"),
        ("eleventy", 2, "tags: ", r"^tags: *\[?['\"]?posts?['\"]?\]?\s*$"),
        ("docusaurus", 6, "truncate", r"<!-- *truncate *-->|\{/\* *truncate *\*/\}"),
        ("docusaurus", 4, "author", r"^author_?(?:title|url|URL):"),
        ("docusaurus", 4, "hide_table_of_contents", ""),
        ("docusaurus", 3, "import ", r"^import .* from ['\"]@(?:site|theme|docusaurus)/"),
        ("astro", 6, "import ", r"^import .* from ['\"](?:@astrojs/|astro:)"),
        ("astro", 6, "pubDate:", r"^pubDate:"),
        ("astro", 6, "heroImage:", r"^heroImage:"),
        ("astro", 3, "@/assets/", ""),
        ("gatsby", 6, "templateKey:", r"^templateKey:"),
        ("gatsby", 6, "import ", r"^import .* from ['\"]gatsby"),
        ("gatsby", 4, "path: ", r"^path: *['\"]?/"),
        ("next", 6, "import ", r"^import .* from ['\"]next/"),
        ("quartz", 3, "enableToc:", ""),
        ("obsidian", 2, "[[", r"\[\[[^\]\[(]+\]\](?!\()"),
    )
)
_COMPONENT = re.compile(r"^<[A-Z]\w*", re.MULTILINE)

# A look shared by fewer of the posts than this says nothing about the site.
LEAST_AVERAGE = 1.0


def from_posts(sample: Iterable[SourceFile], ground: Ground) -> str:
    """The generator that these posts look most like, ``plain`` where they look like none."""
    scores: Counter[str] = Counter()
    peeked = 0
    for file in sample:
        try:
            start = file.read()[:PEEK_BYTES].decode("utf-8", "replace")
        except OSError:  # it will be reported when it is read as a post
            continue
        peeked += 1
        scores.update(_look(ground.place(file.path), start.replace("\r\n", "\n").lstrip("\ufeff")))
    if not scores:
        return "plain"
    generator, score = max(scores.items(), key=lambda item: (item[1], item[0]))
    return generator if score >= LEAST_AVERAGE * peeked else "plain"


def _look(place: str, start: str) -> dict[str, int]:
    """Points for each generator that one post looks like."""
    points: Counter[str] = Counter()
    for generator, weight, pattern in _PLACES:
        if pattern.fullmatch(place):
            points[generator] += weight
    for generator, weight, plain, pattern in _TEXTS:
        if plain in start and pattern.search(start):
            points[generator] += weight
    # Astro takes components in MDX only; a `.md` that has them is compiled by something else.
    if place.endswith(".md") and _COMPONENT.search(start):
        points["next"] += 6
    return points
