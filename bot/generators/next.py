"""The links of Next.js, by its own routes or with a content layer.

https://nextjs.org/docs/app
"""

from __future__ import annotations

import re

from bot.blog.dialect import Dialect
from bot.generators import config, paths
from bot.generators.facts import Facts
from bot.generators.generator import Generator, in_place_of_name, rooted, text
from bot.generators.ground import Ground

_CONTENT_FOLDERS = (
    "**/src/content",
    "**/src/pages",
    "**/src/app",
    "**/pages",
    "src",
    "content",
    "data",
    "app",
    "public",
)


class Next(Generator):
    """The path below the content folder, without the day in the file's name."""

    name = "next"
    dialect = Dialect(mdx=True)

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        script = config.Script(ground.script("next.config") or "")
        # Where the most used starter for blogs keeps the address.
        metadata = config.Script(ground.script("data/siteMetadata") or "")
        url = metadata.value("siteUrl")
        if url and paths.is_absolute(url):
            self.url = url
        self.language = metadata.value("language")
        self._base = script.value("basePath") or ""
        self._slash = script.value("trailingSlash") == "true"

    def content(self, place: str) -> str:
        """The place below the folder that all pages lie in."""
        return paths.below_first(place, _CONTENT_FOLDERS)

    def file_name(self, place: str) -> str:
        """The file's name, or its folder's for ``page.mdx``."""
        return paths.undated(self._stem(place).rpartition("/")[2])

    def own_link(self, facts: Facts) -> str | None:
        """``permalink``, ``url`` or ``path``, or a ``slug`` that begins with ``/``."""
        own = text(facts, "permalink", "url", "path")
        if own is None and (slug := text(facts, "slug")) and slug.startswith("/"):
            own = slug
        return rooted(own) if own else None

    def link(self, facts: Facts) -> str | None:
        """``data/blog/2024-01-11-x.mdx`` → ``/blog/x``, ``app/(site)/x/page.mdx`` → ``/x``."""
        folder, _, name = self._stem(facts.path).rpartition("/")
        path = paths.join(self._base, folder.replace("_posts", "posts"), paths.undated(name))
        if slug := text(facts, "slug"):
            path = in_place_of_name(path, slug)
        return paths.with_slash(path) if self._slash else path

    def _stem(self, place: str) -> str:
        stem = paths.without_index(paths.without_extension(self.content(place)))
        if stem != "page" and stem.endswith("/page"):
            stem = stem[: -len("/page")]
        return re.sub(r"(^|/)\([^/]*\)(?=/)", r"\1", stem).lstrip("/")

    def image(self, facts: Facts, value: str) -> str | None:
        """Files of ``public``; relative ones get a new name when the site is built."""
        return (
            None if value.startswith(".") else super().image(facts, value.removeprefix("public/"))
        )
