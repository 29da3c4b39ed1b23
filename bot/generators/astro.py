"""The links of Astro, and of Starlight on top of it.

https://docs.astro.build/en/guides/content-collections/
"""

from __future__ import annotations

from bot.generators.common import paths, slugs
from bot.generators.common.generator import SCRIPT, Generator, Marks, PageFacts, rooted, text
from bot.generators.common.script import Script
from bot.generators.common.site_folder import SiteFolder

_CONTENT_FOLDERS = (
    "**/src/content/docs",
    "**/src/content",
    "**/src/pages",
    "**/src/data",
    "src",
    "content",
)


class Astro(Generator):
    """The path below ``src/content`` or ``src/pages``; Starlight's ``docs`` is the root."""

    name = "astro"
    marks = Marks(
        files=rf"astro\.config\.{SCRIPT}",
        packages=frozenset({"astro"}),
        content=frozenset({"src"}),
        paths=(
            (5, r"(?:.*/)?src/content/docs/.*"),
            (3, r"(?:.*/)?src/(?:content|data|pages)/.*"),
        ),
        texts=(
            (6, "import ", r"^import .* from ['\"](?:@astrojs/|astro:)"),
            (6, "pubDate:", r"^pubDate:"),
            (6, "heroImage:", r"^heroImage:"),
            (3, "@/assets/", ""),
        ),
    )

    is_case_sensitive = True

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        script = Script(files.script("astro.config") or "")
        site = script.value("site")
        if site and paths.is_absolute(site):
            self.url = f"{site.rstrip('/')}/{(script.value('base') or '').strip('/')}"
        self._slash = script.value("trailingSlash") != "never"

    def content(self, place: str) -> str:
        """The place below the folder that all pages lie in."""
        return paths.below_first(place, _CONTENT_FOLDERS)

    def own_link(self, facts: PageFacts) -> str | None:
        """``permalink`` or ``url``, which many themes read."""
        own = text(facts, "permalink", "url")
        return rooted(own) if own else None

    def link(self, facts: PageFacts) -> str | None:
        """``src/content/blog/x.md`` → ``/blog/x/``, with ``slug`` for the entry's path."""
        page = paths.without_index(paths.without_extension(self.content(facts.path)))
        slug = text(facts, "slug")
        if slug and paths.below(facts.path, "src/content/docs") is not None:
            page = slug
        elif slug:
            page = f"{self.section(facts.path)}/{slug}"
        elif paths.below(facts.path, "src/pages") is None:
            page = "/".join(slugs.github(piece) for piece in page.split("/"))
        path = paths.join(page)
        return paths.with_slash(path) if self._slash else path

    def image(self, facts: PageFacts, value: str) -> str | None:
        """Only files of ``public``: the others get a new name when the site is built."""
        del facts
        inside = paths.below(value.removeprefix("./"), "public")
        return f"/{inside}" if inside else None
