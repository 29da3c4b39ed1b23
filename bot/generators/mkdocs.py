"""The links of MkDocs, and of the blog of its Material theme.

https://squidfunk.github.io/mkdocs-material/plugins/blog/
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping

from bot.blog.dialect import Dialect
from bot.generators.common import config, paths
from bot.generators.common.generator import Generator, Marks, PageFacts, text
from bot.generators.common.site_folder import SiteFolder

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class MkDocs(Generator):
    """``post_url_format`` for a blog's posts, the path for all other pages."""

    name = "mkdocs"
    marks = Marks(files=r"mkdocs\.ya?ml", content=frozenset({"docs"}))

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        settings = files.load_first("mkdocs.yml", "mkdocs.yaml")
        self._config = settings or {}
        self.is_certain = settings is not None
        url = config.text_at(self._config, "site_url")
        self.url = url if url and paths.is_absolute(url) else None
        self.language = config.text_at(self._config, "theme", "language")
        self._docs = (config.text_at(self._config, "docs_dir") or "docs").strip("./")
        self._is_pretty = self._config.get("use_directory_urls") is not False
        self._blogs = _blogs(self._config.get("plugins"))
        extensions = self._config.get("markdown_extensions")
        named = tuple(
            next(iter(each), None) if isinstance(each, Mapping) else each
            for each in (extensions if isinstance(extensions, list) else [])
        )
        self.dialect = Dialect(
            markdown="python-markdown",
            extensions=tuple(name for name in named if isinstance(name, str)),
            emoji="pymdownx.emoji" in named,
        )

    def content(self, place: str) -> str:
        """The place below ``docs``."""
        return paths.below_first(place, (self._docs,))

    def is_page(self, place: str) -> bool:
        """All but the posts of the blogs, where the site has one."""
        return bool(self._blogs) and self._blog_of(place) is None

    def own_link(self, facts: PageFacts) -> str | None:
        """None: MkDocs has no key for a whole address."""
        del facts
        return None

    def link(self, facts: PageFacts) -> str | None:
        """``docs/blog/posts/x.md`` → ``/blog/2024/01/11/title/``, ``docs/x.md`` → ``/x/``."""
        place = self.content(facts.path)
        if blog := self._blog_of(facts.path):
            return self._post(facts, *blog)
        stem = paths.without_extension(place)
        folder, _, name = stem.rpartition("/")
        if name.lower() in {"index", "readme"}:
            return paths.with_slash(paths.join(folder))
        return paths.with_slash(paths.join(stem)) if self._is_pretty else f"/{stem}.html"

    def _blog_of(self, place: str) -> tuple[str, Mapping[str, object]] | None:
        """Folder and options of the blog that a file is a post of."""
        inside = self.content(place)
        for folder, options in self._blogs:
            posts = config.text_at(options, "post_dir") or "{blog}/posts"
            if paths.below(inside, posts.replace("{blog}", folder).strip("./")) is not None:
                return folder, options
        return None

    def _post(self, facts: PageFacts, folder: str, options: Mapping[str, object]) -> str | None:
        form = config.text_at(options, "post_url_format") or "{date}/{slug}"
        if "post_slugify" in options:
            slug = text(facts, "slug")
        else:
            slug = text(facts, "slug") or _slugified(facts.title)
        day = self.day(facts)
        date_form = config.text_at(options, "post_url_date_format") or "yyyy/MM/dd"
        categories = "/".join(map(_slugified, facts.categories[:1]))
        values = {
            "date": _dated(day, date_form) if day else None,
            "slug": slug,
            "file": paths.without_extension(facts.path).rpartition("/")[2],
            "categories": categories,
        }
        if any(values.get(name) is None for name in _PLACEHOLDER.findall(form)):
            return None
        path = paths.join(folder, _PLACEHOLDER.sub(lambda match: values[match[1]] or "", form))
        return paths.with_slash(path) if self._is_pretty else f"{path}.html"


def _blogs(plugins: object) -> list[tuple[str, Mapping[str, object]]]:
    """Folder and options of each blog among the plugins."""
    entries: list[tuple[object, object]] = []
    for each in plugins if isinstance(plugins, list) else [plugins]:
        entries += each.items() if isinstance(each, Mapping) else [(each, None)]
    found = []
    for name, value in entries:
        if name in {"blog", "material/blog"}:
            options = value if isinstance(value, Mapping) else {}
            found.append(((config.text_at(options, "blog_dir") or "blog").strip("./"), options))
    return found


def _slugified(title: str) -> str:
    """A title as the blog's default ``post_slugify`` has it: letters of all scripts stay."""
    kept = re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", title)).strip().lower()
    return kept.replace(" ", "-")


def _dated(day: dt.date, form: str) -> str | None:
    """A day in the plugin's format; None for parts that are not plain numbers."""
    values = {
        "yyyy": f"{day.year:04d}", "yy": f"{day.year % 100:02d}",
        "MM": f"{day.month:02d}", "M": str(day.month), "dd": f"{day.day:02d}", "d": str(day.day),
    }  # fmt: skip
    pieces = re.split(r"([A-Za-z]+)", form)
    if any(piece not in values for piece in pieces[1::2]):
        return None
    return "".join(values.get(piece, piece) for piece in pieces)
