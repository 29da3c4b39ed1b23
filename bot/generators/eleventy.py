"""Eleventy's links.

https://www.11ty.dev/docs/permalinks/
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Mapping
from urllib.parse import quote_plus, unquote

from bot.blog.dialect import Dialect
from bot.generators.common import config, paths, slugs
from bot.generators.common.generator import (
    SCRIPT,
    Generator,
    Marks,
    PageFacts,
    page_layout,
    rooted,
    slug_of,
    text,
)
from bot.generators.common.script import Script
from bot.generators.common.site_folder import SiteFolder

_VARIABLE = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")
_DATE_FILTER = re.compile(
    r"""(?:date|dateformat|formatdate)\s*[:(]\s*["']([^"']+)["']""", re.IGNORECASE
)
_SLUG_FILTERS = frozenset({"slug", "slugify", "url", "lower", "downcase", "trim", "safe", "string"})
_ARGUMENT = re.compile(r"""(\w+)\s*[:(]\s*(.*?)\)?\s*\Z""", re.DOTALL)
_TEXT = re.compile(r"""["']([^"']*)["']""")
_ITEM = re.compile(r"(\w+)\[(\d)\]")
# Versions whose slugify makes a hyphen of an apostrophe.
_OLD = re.compile(r"""\"@11ty/eleventy\"\s*:\s*\"[^\"\d]*[012]\b""")
# What the configuration leaves out, one way or another.
_IGNORED = re.compile(r"""\bignores\.add\(\s*[`'"]([^`'"]+)[`'"]""")
# What gives every page another address than its permalink says.
_TRANSFORMS = re.compile(r"""\baddUrlTransform\b""")
_GIVES_PERMALINK = re.compile(r"""\baddGlobalData\(\s*[`'"]permalink\b""")
# Nunjucks writes these signs as HTML in what it fills in.
_ESCAPED = str.maketrans(
    {"&": "&amp;", '"': "&quot;", "'": "&#39;", "<": "&lt;", ">": "&gt;", "`": "&#96;"}
)
# Scripts that no table of either slug library has: their letters go.
_UNSPELLED = re.compile("[\u3005-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")

_CONTENT_FOLDERS = (
    "src/content",
    "src/site",
    "src",
    "content",
    "site",
)


class Eleventy(Generator):
    """The ``permalink`` of front matter or of directory data, else the path."""

    name = "eleventy"
    marks = Marks(
        files=rf"\.eleventy\.js|eleventy\.config\.{SCRIPT}",
        packages=frozenset({"@11ty/eleventy"}),
        site_files=r"""_data/[^/]+\.(?:json|js|cjs|mjs|ya?ml) | \.eleventyignore
            | [^/]+\.11tydata\.(?:json|js|cjs|mjs)
            | (?P<folder>[^/]+)/(?P=folder)\.json   # the data of a whole directory""",
        content=frozenset({"content", "src"}),
        paths=((2, r"src/(?!content/|data/|pages/).*"),),
        texts=(
            (6, "layout: ", r"^layout: *\S+\.(?:njk|liquid|11ty\.js|webc)"),
            (6, "eleventy", r"^eleventy[A-Z]\w+:"),
            (2, "permalink: ", r"^permalink: .*\{\{"),
            (2, "tags: ", r"^tags: *\[?['\"]?posts?['\"]?\]?\s*$"),
        ),
    )
    has_spaced_tags = False  # https://www.11ty.dev/docs/collections/
    publishes_underscored = True
    is_case_sensitive = True
    writes_absolute = True
    dialect = Dialect(tags=True, outputs=True)

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        script = files.texts.get(".eleventy.js") or files.script("eleventy.config")
        self._input = Script(script).value("input") if script else None
        self._script = script or ""
        self._is_old = _OLD.search(files.texts.get("package.json", "")) is not None
        prefix = (Script(script or "").value("pathPrefix") or "").strip("/")
        self._escapes = Script(script or "").value("markdownTemplateEngine") == "njk"
        self._is_transformed = _TRANSFORMS.search(self._script) is not None
        self._is_given = _GIVES_PERMALINK.search(self._script) is not None
        ignored = files.texts.get(".eleventyignore", "").splitlines()
        globs = [*_IGNORED.findall(self._script), *(line.strip() for line in ignored)]
        self._ignored = [glob for glob in globs if glob and not glob.startswith(("#", "!"))]
        self._data = self._directory_data()
        for name in ("site", "metadata", "meta"):
            data = self._global_data(name)
            self.url = self.url or config.text_at(data, "url")
            language = config.text_at(data, "language") or config.text_at(data, "lang")
            self.language = self.language or language
        if self.url and prefix and not self.url.rstrip("/").endswith(f"/{prefix}"):
            self.url = f"{self.url.rstrip('/')}/{prefix}"

    def defaults(self, place: str) -> Mapping[str, object]:
        """The data of all directories above the file, the nearest winning."""
        if not self._data:
            return {}
        merged: dict[str, object] = {}
        folder = ""
        for piece in ["", *posixpath.dirname(place).split("/")]:
            folder = posixpath.join(folder, piece) if piece else folder
            merged |= self._data.get(folder, {})
        return merged | self._data.get(paths.without_extension(place) + "\0", {})

    def content(self, place: str) -> str:
        """The place below the input folder."""
        if self._input is not None:
            return paths.below_first(place, (posixpath.normpath(self._input),))
        return paths.below_first(place, _CONTENT_FOLDERS)

    def why_no_page(self, facts: PageFacts) -> str | None:
        """``permalink: false`` writes no file, ``pagination`` lists others."""
        if "pagination" in facts.meta:
            return "a template that lists other pages"
        if _permalink(facts) is False:
            return "its permalink is false"
        if any(paths.names(glob, facts.path) for glob in self._ignored):
            return "the site's configuration ignores it"
        ending = facts.path.rpartition(".")[2].lower()
        if self._script and ending != "md" and ending not in self._script:
            return f"Eleventy reads no .{ending} unless its configuration says so"
        return page_layout(facts)

    def own_link(self, facts: PageFacts) -> str | None:
        """``permalink`` with the variables in it filled in."""
        permalink = _permalink(facts)
        if self._is_transformed or not isinstance(permalink, str) or not permalink.strip():
            return None
        filled = self._fill(permalink, facts)
        if filled is None:
            return None
        return rooted(re.sub(r"/(?:\./|/)+", "/", f"/{filled}"))

    def link(self, facts: PageFacts) -> str | None:
        """``src/blog/x.md`` → ``/blog/x/``; None where a permalink is computed."""
        if _permalink(facts) or self._is_transformed or self._is_given:
            return None
        page = paths.without_index(f"/{paths.without_extension(self.content(facts.path))}")
        folder, _, name = page.rpartition("/")
        if folder.rpartition("/")[2] == name:  # `x/x.md` is what `x/index.md` is
            page = folder
        return paths.with_slash(paths.join(unquote(page)))

    def _file_path_stem(self, place: str) -> str:
        folder, _, name = paths.without_extension(self.content(place)).rpartition("/")
        return paths.join(folder, paths.undated(name))

    def _fill(self, permalink: str, facts: PageFacts) -> str | None:
        """Fill in what can be known without running templates; None where that is not all."""
        values = [self._value(expression, facts) for expression in _VARIABLE.findall(permalink)]
        if any(value is None for value in values) or "{%" in permalink:
            return None
        remaining = iter(values)
        filled = _VARIABLE.sub(lambda _: next(remaining) or "", permalink)
        return re.sub(r"(?<!:)//+", "/", filled.strip())

    def _value(self, expression: str, facts: PageFacts) -> str | None:
        """What ``{{ expression }}`` stands for, if that is plain to see."""
        name, *filters = (part.strip() for part in expression.split("|"))
        if name in {"page.date", "date"}:
            return self._date(filters, facts)
        known = {
            "page.filePathStem": self._file_path_stem(facts.path),
            "page.fileSlug": self.file_name(facts.path),
            "page.inputPath": f"./{facts.path}",
            "title": facts.title,
            "slug": slug_of(facts, self.file_name(facts.path)),
        }
        value = known.get(name) or text(facts, name.lower()) or self._item(name, facts)
        if value is None and self._is_missing(name):
            value = ""
        for filter_ in filters:
            if value is not None and filter_ == "slugify":
                value = _slugified(value, keeps_apostrophes=self._is_old)
            elif value is not None:
                value = _filtered(value, filter_)
        is_escaped = self._escapes and "safe" not in filters and value is not None
        return value.translate(_ESCAPED) if is_escaped and value else value

    def _item(self, name: str, facts: PageFacts) -> str | None:
        """What ``tags[0]`` stands for."""
        found = _ITEM.fullmatch(name)
        several = facts.meta.get(found[1].lower()) if found else None
        if not found or not isinstance(several, list) or len(several) <= int(found[2]):
            return None
        one = several[int(found[2])]
        return one if isinstance(one, str) else None

    def _is_missing(self, name: str) -> bool:
        """Whether nothing can give a page this plain variable: no data file, no script."""
        if not self._script or not re.fullmatch(r"[A-Za-z]\w*", name):
            return False
        word = re.compile(rf"\b{re.escape(name)}\b")
        return not any(
            word.search(place) or word.search(text) for place, text in self.files.texts.items()
        )

    def _date(self, filters: list[str], facts: PageFacts) -> str | None:
        day = self._utc_day(facts)
        if day is None or len(filters) != 1 or not (found := _DATE_FILTER.match(filters[0])):
            return None
        form = found[1]
        for luxon, strftime in (
            ("yyyy", "%Y"),
            ("YYYY", "%Y"),
            ("MM", "%m"),
            ("LL", "%m"),
            ("dd", "%d"),
            ("DD", "%d"),
        ):
            form = form.replace(luxon, strftime) if "%" not in found[1] else form
        # %Y must have four digits on every platform, which strftime does not promise.
        return day.strftime(form.replace("%Y", f"{day.year:04d}"))

    def _utc_day(self, facts: PageFacts) -> dt.date | None:
        """The day in UTC, which is what a page's date is in."""
        if facts.date is None or facts.date.is_day:
            return self.day(facts)
        epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
        return (epoch + dt.timedelta(seconds=facts.date.instant)).date()

    def _directory_data(self) -> dict[str, dict[str, object]]:
        """Data by the folder that it holds for; by path and NUL for a single file's."""
        data: dict[str, dict[str, object]] = {}
        for place in sorted(self.files.texts):
            folder, _, name = place.rpartition("/")
            if name.endswith((".11tydata.js", ".11tydata.cjs", ".11tydata.mjs")):
                values = _directory_literals(self.files.texts[place])
            elif name.endswith(".json") and not folder.endswith("_data") and name != "package.json":
                values = self.files.load(place) or {}
            else:
                continue
            stem = name.partition(".")[0]
            of_folder = not folder or stem == folder.rpartition("/")[2]
            key = folder if of_folder else posixpath.join(folder, stem) + "\0"
            data[key] = data.get(key, {}) | values
        return data

    def _global_data(self, name: str) -> dict[str, object]:
        """What ``_data/name`` says in JSON or in plain literals of a script."""
        for place in sorted(self.files.texts):
            if place.endswith(f"_data/{name}.json"):
                return self.files.load(place) or {}
            if re.search(rf"_data/{name}\.[cm]?js$", place):
                return _literals(self.files.texts[place], "url", "language", "lang")
        return {}


_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_SPELLED = {"&": "and", "$": "dollar", "%": "percent", "<": "less", ">": "greater", "|": "or"}


def _filtered(value: str, filter_: str) -> str | None:
    """What a filter makes of a value; None for one that is not known."""
    if filter_ == "slug":
        return _slug(value)
    if filter_ in _SLUG_FILTERS:
        return value.lower() if filter_ in {"lower", "downcase"} else value
    if filter_ == "url_encode":
        return quote_plus(value, safe="!'()*~")
    found = _ARGUMENT.fullmatch(filter_)
    arguments = _TEXT.findall(found[2]) if found else []
    match found and found[1], arguments:
        case "default", [other]:
            return value or str(other)
        case "replace", [what, by]:
            return value.replace(what, by)
        case _:
            return "" if filter_ == "first" and not value else None


def _slugified(name: str, *, keeps_apostrophes: bool) -> str | None:
    """A name as Eleventy's ``slugify`` has it; None where its spelling in ASCII is not known.

    https://github.com/sindresorhus/slugify
    """
    name = _UNSPELLED.sub(" ", name)
    if not keeps_apostrophes:
        name = re.sub(r"(?<=\w)'(?=[a-z])", "", name)
    spelled = slugs.ascii_of(name.translate(_GERMAN))
    return None if spelled is None else slugs.slugify(spelled.replace("&", " and "))


def _slug(name: str) -> str | None:
    """A name as Eleventy's older ``slug`` has it: many signs stay, some are spelled out.

    https://github.com/simov/slugify
    """
    name = _UNSPELLED.sub("", name)
    spelled = slugs.ascii_of("".join(_SPELLED.get(letter, letter) for letter in name))
    if spelled is None:
        return None
    kept = re.sub(r"[^\w\s$*_+~.()'\"!\-:@]+", "", spelled, flags=re.ASCII).strip()
    return re.sub(r"[\s-]+", "-", kept).lower()


def _permalink(facts: PageFacts) -> object:
    """What decides the page's address: text, False for no page, or something to compute."""
    computed = facts.meta.get("eleventycomputed")
    if isinstance(computed, Mapping) and "permalink" in computed:
        return computed["permalink"]
    permalink = facts.meta.get("permalink")
    if isinstance(permalink, Mapping):
        return permalink.get("build", permalink)
    return permalink


def _literals(script: str, *keys: str) -> dict[str, object]:
    """The values of these keys that are plain literals."""
    parsed = Script(script)
    found = {key: parsed.value(key) for key in keys}
    return {
        key: value == "true" if value in {"true", "false"} else value
        for key, value in found.items()
        if value is not None
    }


def _directory_literals(script: str) -> dict[str, object]:
    """What a directory's data script says about its posts."""
    values = _literals(script, "permalink", "layout", "lang", "locale", "author", "draft")
    if "permalink" not in values and Script(script).mentions("permalink"):
        values["permalink"] = {"computed": True}
    return values
