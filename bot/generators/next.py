"""The links of Next.js, by its own routes or with a content layer.

https://nextjs.org/docs/app
"""

from __future__ import annotations

import re

from bot.blog.dialect import Dialect
from bot.generators.common import paths
from bot.generators.common.generator import (
    SCRIPT,
    Generator,
    Marks,
    PageFacts,
    in_place_of_name,
    rooted,
    text,
)
from bot.generators.common.script import Script
from bot.generators.common.site_folder import SiteFolder

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
# The whole of ``pages`` is served; of ``app``, the files that are called so.
_ROUTE = re.compile(r"(?:.*/)?(?:pages/.*|app/(?:.*/)?page\.mdx?)")


class Next(Generator):
    """The path below the content folder, without the day in the file's name.

    Only files in ``pages`` and ``app`` are routes of their own. For all others, code of the
    site's own chooses the address.
    """

    name = "next"
    marks = Marks(
        files=rf"next\.config\.{SCRIPT}",
        packages=frozenset({"next"}),
        site_files=r"data/siteMetadata\.(?:js|cjs|mjs|ts)",
        content=frozenset({"content", "data", "src"}),
        paths=(
            (4, r"(?:.*/)?_posts/(?!\d{4}-)[^/]+"),
            (4, r"(?:.*/)?(?:data|app|pages)/(?:.*/)?[^/]+\.mdx"),
            (3, r"(?:data|(?:apps/[^/]+/)?pages)/.*"),
        ),
        texts=((6, "import ", r"^import .* from ['\"]next/"),),
    )
    precedence = -2
    dialect = Dialect(mdx=True)

    @classmethod
    def points(cls, path: str, start: str) -> int:
        """More for components in a ``.md``: Astro, for one, takes them in MDX only."""
        has_component = path.endswith(".md") and re.search(r"^<[A-Z]\w*", start, re.MULTILINE)
        return super().points(path, start) + (6 if has_component else 0)

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        script = Script(files.script("next.config") or "")
        # Where the most used starter for blogs keeps the address.
        metadata = Script(files.script("data/siteMetadata") or "")
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

    def is_guess(self, place: str) -> bool:
        """Whether the file is no route: not in ``pages``, and no ``page.mdx`` in ``app``."""
        return _ROUTE.fullmatch(place) is None

    def own_link(self, facts: PageFacts) -> str | None:
        """``permalink``, ``url`` or ``path``, or a ``slug`` that begins with ``/``."""
        own = text(facts, "permalink", "url", "path")
        if own is None and (slug := text(facts, "slug")) and slug.startswith("/"):
            own = slug
        return rooted(own) if own else None

    def link(self, facts: PageFacts) -> str | None:
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

    def image(self, facts: PageFacts, value: str) -> str | None:
        """Files of ``public``; relative ones get a new name when the site is built."""
        return (
            None if value.startswith(".") else super().image(facts, value.removeprefix("public/"))
        )
