"""Generators whose sites are recognised, and whose links only the site's own code knows.

A post has a link where its front matter spells one out, where its author's links to it show
one, or where a pattern is set.
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


# What gives VuePress' pages other addresses than their paths, or may do so unseen: another theme,
# a blog's plugin, code that extends pages, and options from another file.
_UNUSUAL_ROUTES = re.compile(
    r"""permalink|blog|extend|pagePatterns|\.\.\.|\brequire\(\s*[`'"]\.|\bfrom\s*[`'"]\.
    |\btheme\s*:\s*+(?!defaultTheme\b|[`'"](?:@vuepress/)?(?:theme-)?default[`'"])""",
    re.VERBOSE | re.IGNORECASE,
)


class VuePress(Unlinked):
    """The path with ``.html``, where nothing in the configuration may say otherwise.

    https://v2.vuepress.vuejs.org/guide/page.html#routing
    """

    name = "vuepress"
    marks = Marks(
        folder=".vuepress",
        packages=frozenset({"vuepress"}),
        site_files=rf"\.vuepress/config\.{SCRIPT}",
        content=frozenset({"docs"}),
    )

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        text = files.script(".vuepress/config")
        self.language = Script(text or "").value("lang")
        self.is_certain = text is not None and not _UNUSUAL_ROUTES.search(text)

    def own_link(self, facts: PageFacts) -> str | None:
        """``permalink`` without a placeholder."""
        own = text(facts, "permalink")
        return rooted(own) if own and "/:" not in own else None

    def link(self, facts: PageFacts) -> str | None:
        """``posts/x.md`` → ``/posts/x.html``, ``posts/index.md`` → ``/posts/``."""
        if not self.is_certain or {"permalink", "permalinkpattern"} & facts.meta.keys():
            return None
        stem = paths.without_extension(facts.path)
        folder, _, name = stem.rpartition("/")
        is_index = name.lower() in {"index", "readme"}
        return paths.with_slash(paths.join(folder)) if is_index else f"{paths.join(stem)}.html"
