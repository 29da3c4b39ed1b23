"""Gatsby's links.

https://www.gatsbyjs.com/docs/reference/routing/creating-routes/
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from bot.generators.common import languages, paths
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
    "**/src/pages",
    "**/src/content",
    "content",
    "src",
    "docs",
)
# A folder that gatsby-source-filesystem reads: path: `${__dirname}/content/blog`.
_SOURCE = re.compile(r"""\bpath:\s*[`'"](?:\$\{__dirname\})?(?:\./|/)?([\w./-]+?)/?[`'"]""")
# Something put in front of a post's path: `/blog${slug}`; lists of posts do not count.
_PREFIX = re.compile(r"""[`'"]/(?!tag|categor|author|page)[\w-]+(?:/[\w-]+)*/?(?:\$\{|['"]\s*\+)""")


class Gatsby(Generator):
    """``path`` or ``slug``, as most themes read them, else the path below the content folder.

    Each site makes its routes with code of its own in ``gatsby-node``: where that is
    anything else, the link pattern has to be set. ``createFilePath`` is known: it gives
    the path below the folder that the files are sourced from. Where that file is not at hand,
    only what lies in ``src/pages`` is certain.
    https://www.gatsbyjs.com/plugins/gatsby-source-filesystem/#createfilepath
    """

    name = "gatsby"
    marks = Marks(
        files=rf"gatsby-(?:config|node)\.{SCRIPT}",
        packages=frozenset({"gatsby"}),
        content=frozenset({"content", "contents", "src"}),
        paths=((1, r"content/(?:.*/)?index\.mdx?"),),
        texts=(
            (6, "templateKey:", r"^templateKey:"),
            (6, "import ", r"^import .* from ['\"]gatsby"),
            (4, "path: ", r"^path: *['\"]?/"),
        ),
    )

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        script = Script(files.script("gatsby-config") or "")
        url = script.value("siteUrl")
        if url and paths.is_absolute(url):
            self.url = f"{url.rstrip('/')}/{(script.value('pathPrefix') or '').strip('/')}"
        self._suffixes = languages.suffixes(files.places)
        self._unmarked = languages.main(self._suffixes, files.places)
        node = files.script("gatsby-node")
        self._node = node or ""
        prefixes = {found[0].strip("`'\" +${") for found in _PREFIX.finditer(self._node)}
        # Code that makes addresses of anything but a file's path, or in several ways, is not run.
        self._is_computed = bool(node) and (
            "createFilePath(" not in self._node or len(prefixes) > 1
        )
        self._prefix = prefixes.pop() if len(prefixes) == 1 else ""
        is_plain = "createFilePath(" in self._node
        sources = _SOURCE.findall(files.script("gatsby-config") or "") if is_plain else []
        self._sources = sorted(sources, key=len, reverse=True)
        self._slash = script.value("trailingSlash") != "never"

    def content(self, place: str) -> str:
        """The place below the folder that all pages lie in."""
        return paths.below_first(place, _CONTENT_FOLDERS)

    def language_of(self, place: str) -> str | None:
        """From ``index.fr.md`` beside ``index.md``, or from the first folder."""
        if not self._suffixes:
            return super().language_of(place)
        _, suffix = languages.suffix_of(paths.without_extension(place), self._suffixes)
        return suffix or self._unmarked

    def file_name(self, place: str) -> str:
        """The file's or, for an ``index.md``, the folder's name, language and day left out."""
        stem, _ = languages.suffix_of(paths.without_extension(place), self._suffixes)
        return super().file_name(stem)

    def is_guess(self, place: str) -> bool:
        """Whether ``gatsby-node`` is not at hand, and the file makes no page by itself."""
        return not self._node and paths.below(place, "src/pages") is None

    def own_link(self, facts: PageFacts) -> str | None:
        """``path``, ``permalink`` or ``url``, or a ``slug`` that begins with ``/``."""
        keys = [key for key in ("path", "permalink", "url") if self._reads(key)]
        own = text(facts, *keys)
        slug = text(facts, "slug") if self._reads("slug") else None
        if own is None and slug and (slug.startswith("/") or "frontmatter.slug" in self._node):
            own = slug
        if own is None:
            return None
        link = rooted(own)
        is_page = self._node and self._slash and not paths.is_absolute(link)
        return paths.with_slash(link) if is_page else link

    def _reads(self, key: str) -> bool:
        """Whether the site's code takes an address from this key, as far as it can be seen."""
        if not self._node:
            return True
        # `node.frontmatter.slug`, `const { slug } = node.frontmatter`
        taken = rf"\{{[^{{}}]*\b{key}\b[^{{}}]*\}}\s*=\s*[\w.?]*frontmatter"
        return re.search(rf"\bfrontmatter\??\.{key}\b|{taken}", self._node) is not None

    def link(self, facts: PageFacts) -> str | None:
        """``content/blog/x/index.md`` → ``/blog/x/``, below ``/fr`` for ``index.fr.md``."""
        if self._is_computed:
            return None
        inside = paths.below_first(facts.path, self._sources)
        inside = self.content(facts.path) if inside == facts.path else inside
        stem = paths.without_extension(inside)
        stem, language = languages.suffix_of(stem, self._suffixes)
        path = paths.join(self._prefix, language or "", unquote(paths.without_index(stem)))
        if (slug := text(facts, "slug")) and not self._node:
            path = in_place_of_name(path, slug)
        return paths.with_slash(path) if self._slash else path

    def image(self, facts: PageFacts, value: str) -> str | None:
        """Only files of ``static``: the others get a new name when the site is built."""
        return None if value.startswith(".") else super().image(facts, value)
