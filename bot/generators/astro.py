"""The links of Astro, and of Starlight on top of it.

https://docs.astro.build/en/guides/content-collections/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.generators.common import paths, slugs
from bot.generators.common.generator import SCRIPT, Generator, Marks, PageFacts, rooted, text
from bot.generators.common.script import Script
from bot.generators.common.site_folder import SiteFolder

_DEFINED = re.compile(r"\b(?:const|let|var)\s+(\w+)\s*=\s*defineCollection\(")
_BASE = re.compile(r"""\bbase\s*:\s*[`'"]([^`'"$]+)[`'"]""")
_PATTERN = re.compile(r"""\bpattern\s*:\s*[`'"]([^`'"$]+)[`'"]""")
_COLLECTION = re.compile(r"""\bgetCollection\(\s*[`'"]([\w-]+)[`'"]""")
# `blog/[...slug].astro`, `posts/[slug]/index.astro`
_DYNAMIC = re.compile(r"(?P<folder>(?:[^\[\]/]+/)*)\[(?:\.\.\.)?(?P<name>\w+)\](?:/index)?\.astro")
# `post.id`, `entry.slug`, and the helper of the most used theme, which gives the same.
_PLAIN_PARAM = re.compile(r"\w+\.(?:id|slug)|getPath\(.*")

_CONTENT_FOLDERS = (
    "**/src/content/docs",
    "**/src/content",
    "**/src/pages",
    "**/src/data",
    "src",
    "content",
)


@dataclass(frozen=True, slots=True)
class _Collection:
    """A collection of content: its name, its folder, and which of its files it holds.

    Attributes:
        pattern: a glob, or empty where it is not plain to see.
        is_computed: whether code of the site's own names its entries.
    """

    name: str
    folder: str
    pattern: str = ""
    is_computed: bool = False


@dataclass(frozen=True, slots=True)
class _Route:
    """A page for each entry of some collections, below a folder of the site.

    Attributes:
        is_computed: whether its last part is more than the entry's own id.
    """

    folder: str
    collections: frozenset[str]
    is_computed: bool


def _collections(script: str) -> list[_Collection]:
    """The collections that ``glob`` loads, and those in folders of ``src/content``."""
    found = []
    starts = list(_DEFINED.finditer(script))
    for start, after in zip(starts, [*starts[1:], None], strict=False):
        options = script[start.end() : after.start() if after else len(script)]
        base = _BASE.search(options)
        pattern = _PATTERN.search(options)
        exported = re.search(rf"([\w-]+)['\"]?\s*:\s*{re.escape(start[1])}\b", script)
        name = exported[1] if exported else start[1]
        folder = base[1].removeprefix("./").strip("/") if base else f"src/content/{name}"
        found.append(
            _Collection(name, folder, pattern[1] if pattern else "", "generateId" in options)
        )
    return found


def _routes(texts: Mapping[str, str]) -> list[_Route]:
    """The routes of pages whose names have a placeholder for an entry's id."""
    found = []
    for place, text_ in sorted(texts.items()):
        inside = paths.below(place, "src/pages")
        match = _DYNAMIC.fullmatch(inside or "")
        if match is None or "paginate(" in text_:
            continue
        names = frozenset(_COLLECTION.findall(text_))
        param = re.search(rf"\b{re.escape(match['name'])}\s*:\s*([^,}}\n]+)", text_)
        is_plain = param is None or _PLAIN_PARAM.fullmatch(param[1].strip())
        if names or not text_.strip("x\n "):
            found.append(_Route((match["folder"] or "").rstrip("/"), names, not is_plain))
    return found


def _collection_folder(place: str) -> str:
    """The folder of a file's collection where no configuration names one."""
    for top in ("src/content", "src/data", "content"):
        if (inside := paths.below(place, top)) is not None and "/" in inside:
            return f"{top}/{inside.partition('/')[0]}"
    return ""


class Astro(Generator):
    """The path below ``src/content`` or ``src/pages``; Starlight's ``docs`` is the root."""

    name = "astro"
    marks = Marks(
        files=rf"astro\.config\.{SCRIPT}",
        packages=frozenset({"astro"}),
        site_files=rf"""src/pages/(?:.*/)?\[[^/]+\](?:/index)?\.astro
            | src/content(?:\.config|/config)\.{SCRIPT}""",
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
        build = script.block("build")
        self._format = (build.value("format") if build else None) or "directory"
        self._collections = _collections(
            files.script("src/content.config") or files.script("src/content/config") or ""
        )
        self._routes = _routes(files.texts)
        self._reads_links = any(
            re.search(r"\bpermalink\b|\bdata\.url\b", text)
            for place, text in files.texts.items()
            if place.endswith(".astro")
        )
        self._folders = {_collection_folder(place) for place in files.places} - {""}

    def content(self, place: str) -> str:
        """The place below the folder that all pages lie in."""
        return paths.below_first(place, _CONTENT_FOLDERS)

    def own_link(self, facts: PageFacts) -> str | None:
        """``permalink`` or ``url``, where the site's pages read them, or cannot be seen."""
        if self._routes and not self._reads_links:
            return None
        if paths.below(facts.path, "src/pages") is not None:
            return None
        own = text(facts, "permalink", "url")
        return rooted(own) if own else None

    def link(self, facts: PageFacts) -> str | None:
        """``src/content/blog/x.md`` → ``/blog/x/``, with ``slug`` for the entry's path."""
        if self._routes and paths.below(facts.path, "src/pages") is None:
            return self._routed(facts)
        page = paths.without_index(paths.without_extension(self.content(facts.path)))
        slug = text(facts, "slug")
        if paths.below(facts.path, "src/pages") is not None:
            return self._page(page, is_index=facts.path.rpartition("/")[2].startswith("index."))
        if slug and paths.below(facts.path, "src/content/docs") is not None:
            page = slug
        elif slug:
            page = f"{self.section(facts.path)}/{slug}"
        else:
            page = "/".join(slugs.github(piece) for piece in page.split("/"))
        return self._page(page)

    def _page(self, page: str, *, is_index: bool = False) -> str:
        """A page's address, by the form that it is built in."""
        path = paths.join(page)
        if self._format == "file" or (self._format == "preserve" and not is_index):
            return path if path == "/" else f"{path}.html".removesuffix("index.html")
        return paths.with_slash(path) if self._slash else path

    def _routed(self, facts: PageFacts) -> str | None:
        """The address by the route of the file's collection; None where code makes it."""
        known = [one for one in self._collections if paths.below(facts.path, one.folder)]
        if known:
            collection = max(known, key=lambda one: len(one.folder))
        else:
            folder = _collection_folder(facts.path)
            collection = _Collection(folder.rpartition("/")[2], folder)
        routes = [one for one in self._routes if collection.name in one.collections]
        if not routes and len(self._routes) == len(self._folders) == 1:
            routes = [one for one in self._routes if not one.collections]
        if len(routes) != 1 or routes[0].is_computed or collection.is_computed:
            return None
        inside = paths.below(facts.path, collection.folder) if collection.folder else facts.path
        stem = paths.without_extension(inside or "")
        id_ = text(facts, "slug") or "/".join(
            slugs.github(piece) for piece in (paths.without_index(stem) or stem).split("/")
        )
        return self._page(f"{routes[0].folder}/{id_}")

    def why_no_page(self, facts: PageFacts) -> str | None:
        """A collection's ``pattern`` says which files it holds."""
        for one in self._collections:
            inside = paths.below(facts.path, one.folder)
            if inside and one.pattern and not paths.names(one.pattern, inside):
                return "the site's collection does not hold it"
        return None

    def image(self, facts: PageFacts, value: str) -> str | None:
        """Only files of ``public``: the others get a new name when the site is built."""
        del facts
        inside = paths.below(value.removeprefix("./"), "public")
        return f"/{inside}" if inside else None
