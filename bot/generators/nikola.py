"""Nikola's links.

https://getnikola.com/handbook.html
"""

from __future__ import annotations

import re

from bot.blog.dialect import Dialect
from bot.generators.common import config, paths, slugs
from bot.generators.common.generator import Generator, Marks, PageFacts, text, zone_of
from bot.generators.common.site_folder import SiteFolder

# What it replaces in a name that it does not slugify.
_UNSAFE = re.compile(r"[/\\?#\"'\r\n\t*:<>|]")


class Nikola(Generator):
    """The destination that ``POSTS`` gives to the file's folder, and the slug."""

    name = "nikola"
    marks = Marks(
        shared=r"conf\.py",
        shared_text=r"(?m)^(?:POSTS|PAGES|BLOG_TITLE|NAVIGATION_LINKS)\s*=",
        content=frozenset({"posts"}),
        texts=((6, ".. title:", r"\A<!--\s*\n\.\. title:"),),
    )
    dialect = Dialect(markdown="python-markdown", shortcodes=True)
    template_folders = frozenset({"output", "cache"})

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        try:
            settings = config.python_constants(files.texts.get("conf.py", ""))
        except ValueError:
            settings = {}
        self._settings = settings
        self.is_certain = bool(settings)
        url = settings.get("SITE_URL")
        self.url = url if isinstance(url, str) and paths.is_absolute(url) else None
        language = settings.get("DEFAULT_LANG")
        self.language = language if isinstance(language, str) else None
        zone = settings.get("TIMEZONE")
        self.zone = zone_of(files, zone if isinstance(zone, str) else None)
        self._is_pretty = settings.get("PRETTY_URLS") is not False

    def own_link(self, facts: PageFacts) -> str | None:
        """None: Nikola has no key for a whole address."""
        del facts
        return None

    def link(self, facts: PageFacts) -> str | None:
        """``posts/x.md`` → ``/posts/x/``; None where the configuration is not at hand."""
        folder, _, name = paths.without_extension(facts.path).rpartition("/")
        target = self._target(folder)
        slug = text(facts, "slug") or self._slugified(name)
        if target is None or not slug:
            return None
        path = paths.join(target, slug)
        is_folder = self._is_pretty and slug != "index"
        return paths.with_slash(path) if is_folder else f"{path}.html"

    def _target(self, folder: str) -> str | None:
        """Where the pages of a folder's files lie, by ``POSTS`` and ``PAGES``."""
        for key in ("POSTS", "PAGES"):
            entries = self._settings.get(key)
            for entry in entries if isinstance(entries, list | tuple) else ():
                if not isinstance(entry, list | tuple) or len(entry) < 2:  # noqa: PLR2004
                    continue
                source = str(entry[0]).rpartition("/")[0]
                inside = paths.below(f"{folder}/", source)
                if inside is not None and isinstance(entry[1], str):
                    return f"{entry[1]}/{inside}"
        return None

    def _slugified(self, name: str) -> str | None:
        """A file's name as Nikola's ``slugify`` has it; None where its spelling is not known."""
        if self._settings.get("USE_SLUGIFY") is False:
            return _UNSAFE.sub("-", name)
        spelled = slugs.unidecode(name)
        if spelled is None:
            return None
        kept = re.sub(r"[^+\w\s-]", "", spelled, flags=re.ASCII).strip().lower()
        return re.sub(r"[-\s]+", "-", kept)
