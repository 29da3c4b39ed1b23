"""Generators whose sites are recognised, and whose links only the site's own code knows.

A post has a link where its front matter spells one out, where its author's links to it show
one, or where a pattern is set.
"""

from __future__ import annotations

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


class Unlinked(Generator):
    """No link but the post's own."""

    def own_link(self, facts: PageFacts) -> str | None:
        """``permalink``, ``url`` or ``path``, or a ``slug`` that begins with ``/``."""
        own = text(facts, "permalink", "url", "path")
        slug = text(facts, "slug")
        if own is None and slug and slug.startswith("/"):
            own = in_place_of_name("/", slug)
        return rooted(own) if own else None

    def link(self, facts: PageFacts) -> str | None:
        """None: code of the site's own makes the addresses."""
        del facts
        return None


class SvelteKit(Unlinked):
    """SvelteKit, with mdsvex or another reader of Markdown."""

    name = "sveltekit"
    marks = Marks(
        files=rf"svelte\.config\.{SCRIPT}",
        packages=frozenset({"@sveltejs/kit"}),
        content=frozenset({"content", "src"}),
    )
    dialect = Dialect(mdx=True)


class Contentlayer(Unlinked):
    """Contentlayer or Velite, whose own code makes a post's address."""

    name = "contentlayer"
    marks = Marks(
        files=rf"(?:contentlayer|velite)\.config\.{SCRIPT}",
        packages=frozenset({"contentlayer", "contentlayer2", "velite"}),
        content=frozenset({"content", "data", "src"}),
    )
    dialect = Dialect(mdx=True)

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        # Where the most used starter for blogs keeps the address.
        metadata = Script(files.script("data/siteMetadata") or "")
        url = metadata.value("siteUrl")
        self.url = url if url and paths.is_absolute(url) else None
        self.language = metadata.value("language")


class Nuxt(Unlinked):
    """Nuxt Content."""

    name = "nuxt"
    marks = Marks(
        files=rf"nuxt\.config\.{SCRIPT}",
        packages=frozenset({"@nuxt/content", "nuxt"}),
        content=frozenset({"content"}),
    )


class Bridgetown(Unlinked):
    """Bridgetown, a successor of Jekyll with addresses of its own."""

    name = "bridgetown"
    marks = Marks(files=r"bridgetown\.config\.ya?ml", content=frozenset({"src"}))
    dialect = Dialect(markdown="python-markdown", tags=True, outputs=True)


class Lume(Unlinked):
    """Lume."""

    name = "lume"
    marks = Marks(files=rf"_config\.{SCRIPT}", content=frozenset({"posts", "src"}))
    dialect = Dialect(tags=True, outputs=True)


class VuePress(Unlinked):
    """VuePress, whose configuration in a hidden folder may let plugins choose any address."""

    name = "vuepress"
    marks = Marks(
        folder=".vuepress",
        packages=frozenset({"vuepress"}),
        site_files=rf"\.vuepress/config\.{SCRIPT}",
        content=frozenset({"docs"}),
    )

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        self.language = Script(files.script(".vuepress/config") or "").value("lang")
