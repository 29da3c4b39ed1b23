"""Jekyll's links.

https://jekyllrb.com/docs/permalinks/
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.blog.dialect import Dialect
from bot.generators.common import config, paths, slugs
from bot.generators.common.data import Quoted
from bot.generators.common.generator import Generator, Marks, PageFacts, page_layout, text, zone_of
from bot.generators.common.site_folder import SiteFolder

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
# A time as YAML 1.1 knows it, seconds included; the hour may have one digit.
_YAML_TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|[ \t]+)\d{1,2}:\d\d:\d\d(?:\.\d*)?")
# Ruby does not look at a zone by name, as in `2024-03-10 00:30 Europe/Paris`.
_ZONE_NAME = re.compile(r"\d\s+[A-Z]\w+/[\w/+-]+\s*\Z")
_MARKDOWN = "markdown,mkdown,mkdn,mkd,md"
_PLACEHOLDER = re.compile(r":([a-z_]+)")
_DATED_NAME = re.compile(r"(\d{2,4}-\d{1,2}-\d{1,2})-([^/]*)")

# Always in English, whatever the machine's locale.
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December")  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_DATES: dict[str, Callable[[dt.datetime], str]] = {
    "year": lambda day: f"{day.year:04d}",
    "month": lambda day: f"{day.month:02d}",
    "day": lambda day: f"{day.day:02d}",
    "hour": lambda day: f"{day.hour:02d}",
    "minute": lambda day: f"{day.minute:02d}",
    "second": lambda day: f"{day.second:02d}",
    "i_day": lambda day: str(day.day),
    "i_month": lambda day: str(day.month),
    "short_year": lambda day: f"{day.year % 100:02d}",
    "short_month": lambda day: _MONTHS[day.month - 1][:3],
    "long_month": lambda day: _MONTHS[day.month - 1],
    "short_day": lambda day: _WEEKDAYS[day.weekday()][:3],
    "long_day": lambda day: _WEEKDAYS[day.weekday()],
    "y_day": lambda day: f"{day.timetuple().tm_yday:03d}",
    "w_day": lambda day: str(day.isoweekday()),
    "w_year": lambda day: f"{day.isocalendar().year:04d}",
    "week": lambda day: f"{day.isocalendar().week:02d}",
}


class Jekyll(Generator):
    """Templates with placeholders: the post's, its defaults', its collection's, the site's."""

    name = "jekyll"
    marks = Marks(
        files=r"_config\.(?:ya?ml|toml)",
        content=frozenset({"_drafts", "_posts"}),
        paths=((8, r"(?:.*/)?_(?:posts|drafts)/(?:.*/)?\d{4}-\d\d?-\d\d?-[^/]+"),),
        texts=(
            (4, "layout: post", r"^layout: *posts?\s*$"),
            (4, "{% highlight", ""),
            (4, "{% post_url", ""),
            (2, "{% include ", r"\{% include [\w/.-]+\.html"),
        ),
    )
    is_case_sensitive = True
    writes_absolute = True
    precedence = -1  # repositories of other sites keep a file for GitHub's Pages
    dialect = Dialect(markdown="kramdown", tags=True, outputs=True)

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        loaded = files.load_first("_config.yml", "_config.yaml", "_config.toml")
        self._has_config = loaded is not None
        self._config = loaded or {}
        self._permalink = config.text_at(self._config, "permalink") or "date"
        endings = config.text_at(self._config, "markdown_ext") or _MARKDOWN
        self._endings = frozenset(ending.strip().lower() for ending in endings.split(","))
        self.dialect = replace(self.dialect, emoji=_has_emoji(self._config))
        self._collections = _collections(self._config)
        self._collections_dir = config.text_at(self._config, "collections_dir") or ""
        self._source = config.text_at(self._config, "source") or ""
        self._scopes = _scopes(self._config)
        self._excluded = _excluded(self._config)
        self.is_certain = self._has_config
        self.publishes_future = self._config.get("future") is True
        self.url = _site_url(self._config, files)
        self.language = config.text_at(self._config, "lang") or config.text_at(
            self._config, "locale"
        )
        self.zone = zone_of(self.files, config.text_at(self._config, "timezone"))

    def defaults(self, place: str) -> Mapping[str, object]:
        """The ``defaults`` whose scope the file is in, more precise scopes winning."""
        if not self._scopes:
            return {}
        place = self.content(place)
        kind = self._kind(place)
        merged: dict[str, object] = {}
        for scope in self._scopes:
            if scope.holds(place, kind):
                merged |= scope.values
        return merged

    def content(self, place: str) -> str:
        """The place below Jekyll's source folder and the folder of all collections."""
        for folder in (self._source, self._collections_dir):
            inside = paths.below(place, folder)
            place = place if inside is None else inside
        return place

    def section(self, place: str) -> str:
        """The first folder, the special ones left out."""
        folders = self.content(place).split("/")[:-1]
        return next((folder for folder in folders if not folder.startswith("_")), "")

    def day(self, facts: PageFacts) -> dt.date | None:
        """The day in the site's time zone: front matter beats the file's name."""
        moment = self._moment(facts)
        return moment.date() if moment else None

    def why_no_page(self, facts: PageFacts) -> str | None:
        """Posts need a day in their names, collections the configuration's word."""
        place = self.content(facts.path)
        if self._excluded and self._excluded.match(place):
            return "the site's configuration excludes it"
        folders = place.rpartition("/")[0].split("/")
        below = next((n for n, name in enumerate(folders) if name in {"_posts", "_drafts"}), 0)
        if any(name.startswith(("_", ".", "#", "~")) for name in folders[below + 1 :]):
            return "Jekyll reads no folder whose name begins so"
        kind = self._kind(place)
        if self._collections_dir and kind in {"posts", "drafts"}:
            inside = paths.below(facts.path, self._source)
            if paths.below(inside or facts.path, self._collections_dir) is None:
                return f"Jekyll looks for posts in {self._collections_dir}/ alone"
        if kind == "posts" and not _DATED_NAME.match(place.rpartition("/")[2]):
            return "a post's file name must begin with its day for Jekyll, as 2024-01-31-name.md"
        written = self._collections.get(kind, {}).get("output")
        if kind in {"posts", "drafts"}:
            written = written is not False
        elif kind == "pages":
            written = True
        elif kind not in self._collections:
            written = not self._has_config
        return page_layout(facts) if written else f"the site writes no pages for {kind}"

    def own_link(self, facts: PageFacts) -> str | None:
        """``permalink``, which may be a template, too."""
        permalink = text(facts, "permalink")
        return self._fill(permalink, facts) if permalink else None

    def link(self, facts: PageFacts) -> str | None:
        """The template of the file's collection filled in; None for a post without date."""
        if text(facts, "permalink"):
            return None
        place = self.content(facts.path)
        kind = self._kind(place)
        if kind == "pages":
            return self._page(place)
        is_post = kind in {"posts", "drafts"}
        collection = self._collections.get("posts" if is_post else kind, {})
        template = config.text_at(collection, "permalink")
        if template is None:
            of_site = STYLES.get(self._permalink, self._permalink)
            template = of_site if is_post else f"/:collection/:path{self._suffix()}"
        return self._fill(template, facts)

    def _page(self, place: str) -> str:
        stem = paths.without_extension(place).rstrip(".")
        ending = self._output_ext(place)
        if ending != ".html":
            return paths.join(stem) + ending
        if paths.without_index(stem) != stem:
            return paths.with_slash(paths.join(paths.without_index(stem)))
        return paths.join(stem) + self._suffix().replace(":output_ext", ending)

    def _suffix(self) -> str:
        """What the site's style puts behind the names of pages, and of collections' documents."""
        style = self._permalink
        if style == "pretty":
            return "/"
        if style in {"date", "ordinal", "none"}:
            return ":output_ext"
        slash = "/" if style.endswith("/") else ""
        return slash + (":output_ext" if style.endswith(":output_ext") else "")

    def _output_ext(self, place: str) -> str:
        """What the file's page ends with: its own ending, where Jekyll knows no Markdown in it."""
        name = place.rpartition("/")[2]
        ending = name.rpartition(".")[2]
        return ".html" if ending.lower() in self._endings else f".{ending}"

    def _kind(self, place: str) -> str:
        """``posts``, ``drafts``, ``pages`` or a collection's name."""
        folders = place.split("/")[:-1]
        if "_posts" in folders:
            return "posts"
        if "_drafts" in folders:
            return "drafts"
        if folders and folders[0].startswith("_"):
            return folders[0][1:].lower()
        # Without the site around it, a dated file is a post that was taken out of _posts.
        name = place.rpartition("/")[2]
        return "posts" if not self._has_config and _DATED_NAME.match(name) else "pages"

    def _fill(self, template: str, facts: PageFacts) -> str | None:
        missing = False

        def value(match: re.Match[str]) -> str:
            nonlocal missing
            key = match[1]
            found = self._placeholder(key, facts)
            if found is None and key.endswith("_"):
                found = self._placeholder(key[:-1], facts)
                found = None if found is None else f"{found}_"
            missing = missing or found is None
            return found or ""

        filled = _PLACEHOLDER.sub(value, template)
        if missing:
            return None
        # What leads above the site's root is dropped, a slash at the end stays.
        end = "/" if filled.endswith("/") else ""
        return posixpath.normpath(f"/{filled}/").replace("//", "/").rstrip("/") + (end or "")

    def _placeholder(self, key: str, facts: PageFacts) -> str | None:
        """What ``:key`` stands for in a post's permalink, or None where it is unknown."""
        if key in _DATES:
            moment = self._moment(facts)
            return _DATES[key](moment) if moment else None
        if key == "categories":
            return "/".join(dict.fromkeys(one.lower() for one in self._categories(facts)))
        if key == "slugified_categories":
            return "/".join(dict.fromkeys(map(slugs.jekyll, self._categories(facts))))
        place = self.content(facts.path)
        kind = self._kind(place)
        if key in {"title", "slug"}:
            return slugs.jekyll(self._slug(facts, place, kind), pretty=key == "title")
        folder, _, name = paths.without_extension(place).rpartition("/")
        name = name.rstrip(".")
        is_page = kind == "pages"
        inside = re.sub(rf"(?i)(^|/)_{re.escape(kind)}(?=/)", "", f"{folder}/{name}", count=1)
        return {
            "name": name if is_page else slugs.jekyll(name),
            "basename": name,
            "collection": "posts" if kind == "drafts" else kind,
            "output_ext": self._output_ext(place),
            "path": folder if is_page else inside,
        }.get(key)

    def _slug(self, facts: PageFacts, place: str, kind: str) -> str:
        """The front matter's slug, else the file's name, after the day that it begins with."""
        if facts.meta.get("slug") == "":
            return ""
        name = paths.without_extension(place).rpartition("/")[2]
        dated = None if kind == "pages" else _DATED_NAME.fullmatch(name)
        return text(facts, "slug") or (dated[2] if dated else name).rstrip(".")

    def _categories(self, facts: PageFacts) -> list[str]:
        """Folders above ``_posts``, then ``categories`` of the site and the post, ``category``."""
        folders = self.content(facts.path).split("/")[:-1]
        special = next((at for at, name in enumerate(folders) if name in {"_posts", "_drafts"}), 0)
        found = folders[:special]
        for meta in (self.defaults(facts.path), facts.meta):
            several = meta.get("categories")
            if isinstance(several, str):
                found += several.split()
            elif isinstance(several, list):
                found += [str(one) for one in several if isinstance(one, str | int | float)]
        one = facts.meta.get("category")
        for category in one if isinstance(one, list) else [one]:
            if isinstance(category, str | int | float):
                found.append(str(category))
        return found

    def _moment(self, facts: PageFacts) -> dt.datetime | None:
        """The post's date as Jekyll sees it when it makes the link."""
        if facts.date is None:
            return self._named(facts)
        if facts.date.is_day:
            return dt.datetime.combine(facts.date.day, dt.time(), tzinfo=self.zone)
        moment = dt.datetime.fromisoformat(facts.date.text)
        if moment.tzinfo is None:
            # Ruby's YAML takes a time with seconds and without a zone for UTC, if it is unquoted.
            written = facts.meta.get("date")
            is_plain = not isinstance(written, Quoted)
            is_yaml_time = is_plain and _YAML_TIME.fullmatch(text(facts, "date") or "")
            moment = moment.replace(tzinfo=dt.UTC if is_yaml_time else self.zone)
        elif _ZONE_NAME.search(text(facts, "date") or ""):
            moment = moment.replace(tzinfo=self.zone)
        return _in_zone(moment, self.zone)

    def _named(self, facts: PageFacts) -> dt.datetime | None:
        """The day in the file's name as Ruby counts it: ``24-03-09``, ``2024-02-30``."""
        found = _DATED_NAME.match(facts.path.rpartition("/")[2])
        if not found or facts.meta.get("date"):
            return None
        year, month, day = map(int, found[1].split("-"))
        if year < 100:  # noqa: PLR2004 - as Ruby's Date._parse
            year += 1900 if year > 68 else 2000  # noqa: PLR2004
        if not 1 <= day <= 31:  # noqa: PLR2004
            return None
        try:  # a day beyond the month's last is one of the next month
            return dt.datetime(year, month, 1, tzinfo=self.zone) + dt.timedelta(days=day - 1)
        except ValueError:
            return None


_OLD_TYPES = {"post": "posts", "page": "pages", "draft": "drafts"}


class _Scope:
    """One entry of ``defaults``: which files it is for, and what it gives them."""

    def __init__(self, scope: Mapping[str, object], values: Mapping[str, object]) -> None:
        path = scope.get("path")
        self.path = path.strip("/") if isinstance(path, str) else ""
        kind = scope.get("type")
        self.kind = _OLD_TYPES.get(kind, kind) if isinstance(kind, str) else ""
        self.values = values
        self._glob = re.compile(_prefix_pattern(self.path)) if "*" in self.path else None

    def holds(self, place: str, kind: str) -> bool:
        """Whether the scope is for this file."""
        if self.kind and self.kind != kind:
            return False
        if self._glob:
            return self._glob.match(place) is not None
        return place.startswith(self.path)


def _prefix_pattern(glob: str) -> str:
    """A regular expression for paths at or below what a glob names; ``*`` stays in its folder."""
    pieces = [
        ".*" if piece == "**" else re.escape(piece).replace(r"\*", "[^/]*")
        for piece in glob.split("/")
    ]
    return "/".join(pieces).replace(".*/", "(?:.*/)?") + "(?:/|$)"


def _has_emoji(settings: Mapping[str, object]) -> bool:
    """Whether the plugin is listed that reads ``:tada:``."""
    plugins = settings.get("plugins") or settings.get("gems")
    return isinstance(plugins, list) and "jemoji" in plugins


def _scopes(settings: Mapping[str, object]) -> list[_Scope]:
    """The ``defaults``, the least precise first: later ones win."""
    entries = settings.get("defaults")
    found = [
        _Scope(config.mapping_at(entry, "scope"), config.mapping_at(entry, "values"))
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    ]
    return sorted(found, key=lambda scope: (len(scope.path), bool(scope.kind)))


def _excluded(settings: Mapping[str, object]) -> re.Pattern[str] | None:
    """What ``exclude`` names, and all below it; a ``*`` crosses folders.

    https://jekyllrb.com/docs/configuration/options/#global-configuration
    """
    entries = settings.get("exclude")
    names = entries if isinstance(entries, list) else [entries]
    globs = [name.strip("/") for name in names if isinstance(name, str)]
    patterns = "|".join(re.escape(glob).replace(r"\*", ".*") for glob in globs if glob)
    return re.compile(f"(?:{patterns})(?:/|$)") if patterns else None


def _collections(settings: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """Each collection's settings; a plain list of names sets nothing."""
    value = settings.get("collections")
    if isinstance(value, list):
        return {str(name).lower(): {} for name in value}
    if isinstance(value, dict):
        return {name: item if isinstance(item, dict) else {} for name, item in value.items()}
    return {}


def _site_url(settings: Mapping[str, object], files: SiteFolder) -> str | None:
    """``url`` and ``baseurl``; GitHub's file for a domain of one's own where there is no url."""
    url = config.text_at(settings, "url")
    if not url and (domain := files.texts.get("CNAME", "").strip()) and "\n" not in domain:
        url = f"https://{domain}"
    return (
        f"{url.rstrip('/')}/{(config.text_at(settings, 'baseurl') or '').strip('/')}"
        if url
        else None
    )


def _in_zone(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # a moment at the edge of the calendar
        return moment
