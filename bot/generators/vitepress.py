"""The links of VitePress.

https://vitepress.dev/guide/routing
"""

from __future__ import annotations

import re

from bot.generators.common import paths
from bot.generators.common.generator import SCRIPT, Marks, PageFacts
from bot.generators.common.script import Script
from bot.generators.common.site_folder import SiteFolder
from bot.generators.others import Unlinked

# Parts whose keys are not those of the site, though some are called like them.
_PARTS = ("themeConfig", "locales", "markdown", "vite", "vue", "sidebar")
_PARAMETER = re.compile(r":(\w+)(\*?)")


class VitePress(Unlinked):
    """The path below ``srcDir``, ``.html`` included unless ``cleanUrls`` is set.

    Without its configuration at hand, or where code makes a part of that, no link is known.
    """

    name = "vitepress"
    marks = Marks(
        folder=".vitepress",
        packages=frozenset({"vitepress"}),
        site_files=rf"\.vitepress/config(?:/index)?\.{SCRIPT}",
        content=frozenset({"docs"}),
    )

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        text = files.script(".vitepress/config") or files.script(".vitepress/config/index")
        script = Script(text or "").without(*_PARTS)
        self._has_script = text is not None
        self.language = script.value("lang")
        base = script.value("base") or ""
        self._source = (script.value("srcDir") or "").removeprefix("./").strip("/")
        self._is_clean = script.value("cleanUrls") == "true"
        self._excluded = script.values("srcExclude")
        rewrites = script.block("rewrites")
        pairs = [(key, str(value)) for key, value in rewrites.pairs()] if rewrites else []
        self._rewrites = [
            (re.compile(_expression(source)), _PARAMETER.sub(r"\\g<\1>", target))
            for source, target in pairs
        ]
        # Options that another file or a call adds are not seen here.
        self.is_certain = (
            text is not None
            and "..." not in text
            and not any(map(script.mentions, ("extends", "transformPageData")))
            and all(
                script.value(key) is not None or not script.mentions(key)
                for key in ("base", "srcDir", "cleanUrls")
            )
            and (not script.mentions("rewrites") or bool(pairs))
            and not any("(" in source + target for source, target in pairs)
        )
        sitemap = script.block("sitemap")
        url = sitemap.value("hostname") if sitemap else None
        if url and paths.is_absolute(url):
            # Sites name the base there, too, since addresses of a sitemap are made without it.
            base = base.rstrip("/")
            self.url = url.rstrip("/").removesuffix(base) + base

    def content(self, place: str) -> str:
        """The place below ``srcDir``."""
        inside = paths.below(place, self._source)
        return place if inside is None else inside

    def own_link(self, facts: PageFacts) -> str | None:
        """None where the configuration is known: VitePress reads no address in front matter."""
        return None if self._has_script else super().own_link(facts)

    def link(self, facts: PageFacts) -> str | None:
        """``posts/x.md`` → ``/posts/x.html``, ``posts/index.md`` → ``/posts/``."""
        if not self.is_certain:
            return None
        place = self.content(facts.path)
        for source, target in self._rewrites:
            if found := source.fullmatch(place):
                place = found.expand(target)
                break
        stem = paths.without_extension(place)
        if stem == "index" or stem.endswith("/index"):
            return paths.with_slash(paths.join(stem.removesuffix("index")))
        return paths.join(stem) + ("" if self._is_clean else ".html")

    def why_no_page(self, facts: PageFacts) -> str | None:
        """``srcDir`` and ``srcExclude`` say what is built; ``[x].md`` makes pages of data."""
        if paths.below(facts.path, self._source) is None:
            return f"outside of {self._source} (srcDir)"
        if "[" in facts.path.rpartition("/")[2]:
            return "a template for several pages"
        place = self.content(facts.path)
        if any(paths.names(glob, place) for glob in self._excluded):
            return "excluded by srcExclude"
        return None


def _expression(source: str) -> str:
    """The regular expression of a rewrite's left side: ``:name`` a folder, ``:name*`` any."""
    pattern, end, seen = "", 0, set[str]()
    for found in _PARAMETER.finditer(source):
        pattern += re.escape(source[end : found.start()])
        name = found[1]
        some = ".*" if found[2] else "[^/]+?"
        pattern += f"(?P={name})" if name in seen else f"(?P<{name}>{some})"
        seen.add(name)
        end = found.end()
    return pattern + re.escape(source[end:])
