"""Hexo's links.

https://hexo.io/docs/permalinks
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Mapping

from bot.blog.dialect import Dialect
from bot.generators.common import config, paths
from bot.generators.common.generator import Generator, Marks, PageFacts, rooted, text, zone_of
from bot.generators.common.site_folder import SiteFolder

# Keys of a `_config.yml` that Jekyll's do not have.
_KEYS = frozenset(
    {"source_dir", "public_dir", "new_post_name", "post_asset_folder", "permalink_defaults"}
)
_PLACEHOLDER = re.compile(r":(\w+)")
# What a placeholder of `new_post_name` stands for in a file's name.
_PARTS = {
    "year": r"\d{4}", "month": r"\d{2}", "day": r"\d{2}",
    "i_month": r"\d{1,2}", "i_day": r"\d{1,2}", "hash": "[0-9a-f]{12}",
}  # fmt: skip
_NOT_SLUG = re.compile(r"[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:\"'<>,.?/]+")


class Hexo(Generator):
    """``permalink`` of the configuration, filled in; a page's path for what is no post."""

    name = "hexo"
    marks = Marks(
        files=r"_config\.ya?ml",
        packages=frozenset({"hexo"}),
        content=frozenset({"_drafts", "_posts", "source"}),
        paths=((3, r"(?:.*/)?source/_(?:posts|drafts)/.*"),),
    )
    dialect = Dialect(tags=True, outputs=True)
    template_folders = frozenset({"scaffolds"})
    has_spaced_tags = False

    is_case_sensitive = True

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        settings = files.load_first("_config.yml", "_config.yaml")
        self._config = settings or {}
        self.is_certain = settings is not None
        self._source = (config.text_at(self._config, "source_dir") or "source").strip("./")
        self._permalink = config.text_at(self._config, "permalink") or ":year/:month/:day/:title/"
        self._title = _title_pattern(config.text_at(self._config, "new_post_name"))
        self._defaults = config.mapping_at(self._config, "permalink_defaults")
        pretty = config.mapping_at(self._config, "pretty_urls")
        self._keeps_index = pretty.get("trailing_index") is not False
        self._keeps_html = pretty.get("trailing_html") is not False
        url = config.text_at(self._config, "url")
        if url and paths.is_absolute(url):
            self.url = url
        self.zone = zone_of(files, config.text_at(self._config, "timezone"))
        self.publishes_future = self.is_certain and self._config.get("future") is not False
        languages = self._config.get("language")
        first = languages[0] if isinstance(languages, list) and languages else languages
        self.language = first if isinstance(first, str) and first else None

    @classmethod
    def builds(cls, files: SiteFolder) -> bool:
        """By a ``_config.yml`` with Hexo's keys, or beside a package that needs Hexo."""
        if not super().builds(files):
            return False
        keys = (files.load_first("_config.yml", "_config.yaml") or {}).keys()
        return bool(cls.marks.packages & files.packages or keys & _KEYS)

    def content(self, place: str) -> str:
        """The place below ``source``, and in it below ``_posts``."""
        inside = paths.below(place, self._source)
        inside = place if inside is None else inside
        for folder in ("_posts", "_drafts"):
            if (post := paths.below(inside, folder)) is not None:
                return post
        return inside

    def day(self, facts: PageFacts) -> dt.date | None:
        """The day as written; of a moment with an offset, that of UTC."""
        moment = self._moment(facts)
        return moment.date() if moment else None

    def own_link(self, facts: PageFacts) -> str | None:
        """``permalink``."""
        own = text(facts, "permalink")
        return rooted(own) if own else None

    def link(self, facts: PageFacts) -> str | None:
        """``source/_posts/x.md`` → ``/2024/01/11/x/``; None where a placeholder is not known."""
        if not self._is_post(facts.path):
            return self._pretty(f"/{paths.without_extension(self.content(facts.path))}.html")
        missing = False

        def value(match: re.Match[str]) -> str:
            nonlocal missing
            found = self._placeholder(match[1], facts)
            missing = missing or found is None
            return found or ""

        filled = _PLACEHOLDER.sub(value, self._permalink)
        return None if missing else self._pretty(f"/{filled.lstrip('/')}")

    def is_page(self, place: str) -> bool:
        """What lies in ``source`` itself."""
        return not self._is_post(place) and "_drafts" not in place.split("/")[:-1]

    def _is_post(self, place: str) -> bool:
        """Whether the file lies in ``_posts``; without a site around it, it does."""
        return "_posts" in place.split("/")[:-1] or not self.is_certain

    def _pretty(self, link: str) -> str:
        if not self._keeps_index:
            link = re.sub(r"/index\.html$", "/", link)
        return link if self._keeps_html else re.sub(r"(?<!/index)\.html$", "", link)

    def _placeholder(self, key: str, facts: PageFacts) -> str | None:
        """What ``:key`` stands for, or None where that is not known."""
        moment = self._moment(facts)
        name = self._name(facts.path)
        if key in {"title", "name"}:
            return name if key == "title" else name.rpartition("/")[2]
        if key == "post_title":
            return _slugified(facts.title).lower()
        if key == "category":
            return self._category(facts)
        if key == "hash":
            return _hash(name, moment.replace(tzinfo=self.zone)) if moment else None
        if moment and key in (known := _date_values(moment)):
            return known[key]
        default = self._defaults.get(key)
        return text(facts, key) or (default if isinstance(default, str) else None)

    def _name(self, place: str) -> str:
        """The post's own part of its file's path, by ``new_post_name``."""
        stem = paths.without_extension(self.content(place))
        found = self._title.fullmatch(stem)
        if found and "title" in found.groupdict():
            return found["title"]
        return _slugified(stem)

    def _category(self, facts: PageFacts) -> str | None:
        """The last category, below those above it."""
        value = facts.meta.get("categories", facts.meta.get("category"))
        names = value if isinstance(value, list) else [value]
        if names and isinstance(names[-1], list):
            names = names[-1]
        mapped = config.mapping_at(self._config, "category_map")
        slugs = [
            _slugified(str(mapped.get(name.lower(), name)))
            for name in names
            if isinstance(name, str) and name
        ]
        default = config.text_at(self._config, "default_category") or "uncategorized"
        return "/".join(slugs) or default

    def _moment(self, facts: PageFacts) -> dt.datetime | None:
        """When the post was published, as Hexo's YAML reads it: what has an offset is in UTC."""
        if facts.date is None:
            return None
        if facts.date.is_day:
            return dt.datetime.combine(facts.date.day, dt.time())
        moment = dt.datetime.fromisoformat(facts.date.text)
        try:
            return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
        except OverflowError:  # a moment at the edge of the calendar
            return moment.replace(tzinfo=None)


def _title_pattern(new_post_name: str | None) -> re.Pattern[str]:
    """A regular expression for files' names, whose group ``title`` is the post's own part."""
    stem = (new_post_name or ":title.md").rpartition(".")[0]
    pieces = re.split(r":(\w+)", stem)
    seen: set[str] = set()
    pattern = ""
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            pattern += re.escape(piece)
        elif piece in seen:
            pattern += f"(?P={piece})"
        else:
            pattern += f"(?P<{piece}>{_PARTS.get(piece, '.+?')})"
            seen.add(piece)
    return re.compile(pattern)


def _slugified(name: str) -> str:
    """Latin letters without their accents, signs and blanks as one ``-``; case stays."""
    bare = "".join(
        decomposed[0]
        if (decomposed := unicodedata.normalize("NFD", letter))[0].isascii()
        else letter
        for letter in name
    )
    return _NOT_SLUG.sub("-", bare).strip("-")


def _hash(name: str, moment: dt.datetime) -> str:
    written = f"{name}{int(moment.timestamp())}"
    return hashlib.sha1(written.encode(), usedforsecurity=False).hexdigest()[:12]


def _date_values(moment: dt.datetime) -> Mapping[str, str]:
    return {
        "year": f"{moment.year:04d}",
        "month": f"{moment.month:02d}",
        "day": f"{moment.day:02d}",
        "hour": f"{moment.hour:02d}",
        "minute": f"{moment.minute:02d}",
        "second": f"{moment.second:02d}",
        "i_month": str(moment.month),
        "i_day": str(moment.day),
    }
