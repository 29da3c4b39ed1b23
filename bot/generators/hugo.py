"""Hugo's links.

https://gohugo.io/content-management/urls/
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote, unquote_plus

from bot.blog.dialect import Dialect
from bot.generators.common import config, hugo_config, languages, paths, slugs
from bot.generators.common.generator import (
    DATA,
    NOTHING,
    Generator,
    Marks,
    PageFacts,
    rooted,
    text,
    text_in,
    zone_of,
)
from bot.generators.common.site_folder import SiteFolder

# Newer names for the same; a section's own slug is in a file that is no post.
_SYNONYMS = {
    "contentbasename": "filename",
    "slugorcontentbasename": "slugorfilename",
    "sectionslug": "section",
    "sectionslugs": "sections",
}
# Keys of a `config.toml` that is Hugo's.
_KEYS = frozenset(
    {"baseurl", "languagecode", "theme", "permalinks", "contentdir", "paginate", "params"}
)
# A bundle's own file, in any language.
_LEAF = re.compile(r"index\.(?:[\w-]+\.)?(?:md|markdown|mdown|mkd)", re.IGNORECASE)
_BRANCH = re.compile(r"_index\.(?:md|markdown|mdown|mkd)", re.IGNORECASE)
_TOKEN = re.compile(r":(\w+(?:\[.+?\])?)")


@dataclass(frozen=True, slots=True)
class _Location:
    """Where a page is in the content: its sections' folder, its name, its folder's language."""

    folder: str
    name: str
    language: str | None


class Hugo(Generator):
    """``url``, else the section's ``permalinks``, else the path with ``slug`` for the name."""

    name = "hugo"
    marks = Marks(
        files=rf"hugo\.{DATA}",
        shared=rf"config\.{DATA}",
        shared_text=r"(?i)base_?url|theme|languagecode|permalinks",
        site_files=rf"""config/[^/]+/
            (?:hugo|config|languages|permalinks|languages\.[\w-]+|permalinks\.[\w-]+)\.{DATA}""",
        content=frozenset({"content"}),
        paths=(
            (2, r"content/(?:.*/)?(?:_index|index)\.(?:[\w-]+\.)?md"),
            (1, r"content/.*"),
        ),
        texts=(
            (2, "+++", r"\A\+\+\+"),
            (2, "+++", r"\A\+\+\+\n(?:[^\[\n].*\n)*?(?:tags|categories|series|author) *="),
            (6, "{{< ", ""),
            (6, "{{% ", ""),
            (3, "lastmod", r"^lastmod *[:=]"),
            (3, "publishDate", r"^publishDate *[:=]"),
            (3, "linkTitle", r"^linkTitle *[:=]"),
        ),
    )
    template_folders = frozenset({"archetypes", "layouts", "examplesite"})
    dialect = Dialect(shortcodes=True)

    @classmethod
    def builds(cls, files: SiteFolder) -> bool:
        """Also by a ``config.toml`` with keys that no other generator has."""
        if any(re.fullmatch(cls.marks.files, name) for name in files.marker_names):
            return True
        if any(place.startswith("config/") for place in files.texts):
            return True
        return any(
            _KEYS & (files.load(name) or {}).keys()
            for name in files.marker_names
            if re.fullmatch(cls.marks.shared, name)
        )

    def __init__(self, files: SiteFolder) -> None:
        super().__init__(files)
        self._config = hugo_config.configuration(files)
        self.is_certain = bool(self._config)
        self.dialect = replace(self.dialect, emoji=self._config.get("enableemoji") is True)
        self.publishes_future = self._config.get("buildfuture") is True
        self.zone = zone_of(self.files, config.text_at(self._config, "timezone"))
        self.url = hugo_config.real_url(config.text_at(self._config, "baseurl"))
        self._content = (config.text_at(self._config, "contentdir") or "content").strip("./")
        self._lower = self._config.get("disablepathtolower") is not True
        self._keeps_accents = self._config.get("removepathaccents") is not True
        self._ugly = self._config.get("uglyurls")
        self._mounts = hugo_config.mounts(self._config)
        self._languages = self._known_languages()
        self._by_folder = sorted(
            (language for language in self._languages.values() if language.folder),
            key=lambda language: -len(language.folder),
        )
        self.language = self._main_language()
        main = config.text_at(self._config, "defaultcontentlanguage") or "en"
        self._only_language = frozenset({main.lower()} if self._config else ())
        self._main_has_prefix = self._config.get("defaultcontentlanguageinsubdir") is True
        self._permalinks = hugo_config.permalinks(self._config)
        self._dates = hugo_config.date_sources(
            config.mapping_at(self._config, "frontmatter").get("date")
        )
        self._ignored = hugo_config.ignored(self._config)
        self._sections = self._found_sections()
        self._cascades = hugo_config.cascades(self._config.get("cascade"))
        # Where the generator is only a guess, an `index.md` may be a section's start page.
        self._bundles = self._found_bundles() if self.is_certain else frozenset()

    def defaults(self, place: str) -> Mapping[str, object]:
        """What the configuration and the sections above hand down, the nearest winning."""
        entries = list(self._cascades)
        inside = self.content(place)
        for folder, meta in self._sections.items():
            if folder == "" or inside.startswith(f"{folder}/"):
                entries += hugo_config.cascades(meta.get("cascade"))
        if not entries:
            return NOTHING
        where = self._locate(place)
        page = f"/{where.folder}/{where.name}" if where.folder else f"/{where.name}"
        return hugo_config.handed_down(entries, page, where.language or self.language)

    def _found_sections(self) -> dict[str, Mapping[str, object]]:
        """The front matter of each section's own file, by folder, the outer ones first."""
        found = {
            folder: self.files.front_matter(place)
            for place in self.files.places
            if (folder := self._section_of(place)) is not None
        }
        return dict(sorted(found.items(), key=lambda entry: entry[0].count("/")))

    def _section_of(self, place: str) -> str | None:
        """The folder whose ``_index.md`` a file is, in the main language; None for others."""
        inside = self.content(place)
        folder, _, name = inside.rpartition("/")
        return folder if _BRANCH.fullmatch(name) else None

    def day(self, facts: PageFacts) -> dt.date | None:
        """The day by the first of the site's sources of dates that the post has."""
        read = super().day(facts)
        if not self.is_certain:
            return read
        return hugo_config.day_by(self._dates, facts.meta, facts.name_date, read)

    def content(self, place: str) -> str:
        """The place below its content folder."""
        return self._below_content(place)[0]

    def language_of(self, place: str) -> str | None:
        """From ``x.fr.md`` or the language's content folder; the main one elsewhere."""
        return (self._locate(place).language or self.language) if self._languages else None

    def file_name(self, place: str) -> str:
        """The file's or the bundle's name, language and day left out."""
        return paths.undated(self._locate(place).name)

    def _locate(self, place: str) -> _Location:
        """Section, name and language of the file at a place."""
        inside, language = self._below_content(place)
        stem = paths.without_extension(inside)
        # A site in one language may still name it: `x.en.md`.
        stem, suffix = languages.suffix_of(stem, self._languages or self._only_language)
        language = suffix or language
        folder, _, name = stem.rpartition("/")
        if (name.lower() if self._lower else name) in {"index", "_index"}:
            # a bundle goes by its folder
            folder, _, name = folder.rpartition("/")
        return _Location(folder, name, language)

    def _below_content(self, place: str) -> tuple[str, str | None]:
        """The place below the content folder, and the language whose folder that was."""
        for language in self._by_folder:
            if (inside := paths.below(place, language.folder)) is not None:
                return inside, language.tag
        for source, target, tag in self._mounts:
            if (inside := paths.below(place, source)) is not None:
                return posixpath.join(target, inside), tag
        inside = paths.below(place, self._content)
        place = place if inside is None else inside
        first, _, rest = place.partition("/")
        if rest and not self._config and first.lower() in self._languages:
            return rest, first.lower()
        return place, None

    def why_no_page(self, facts: PageFacts) -> str | None:
        """What lies beside or below a bundle's ``index.md`` is a part of that post."""
        if self.is_certain and facts.path.lower().endswith((".mdx", ".mkd")):
            return "Hugo makes no page of such a file"
        if str(facts.meta.get("headless")).lower() == "true":
            return "the generator writes no page for it"
        if any(pattern.search(facts.path) for pattern in self._ignored):
            return "the site's configuration ignores it"
        language = self._languages.get(self._locate(facts.path).language or "")
        if language and language.disabled:
            return f"the site's configuration disables its language ({language.tag})"
        folder, _, name = facts.path.rpartition("/")
        if _LEAF.fullmatch(name):
            folder = folder.rpartition("/")[0]
        while folder:
            if folder in self._bundles:
                return f"a part of the post in {self.files.path(folder)}/"
            folder = folder.rpartition("/")[0]
        return None

    def _found_bundles(self) -> frozenset[str]:
        """The folders that are one post with all they hold; a content folder itself is none."""
        folders = (place.rpartition("/") for place in self.files.places)
        return frozenset(
            folder
            for folder, _, name in folders
            if folder and _LEAF.fullmatch(name) and self.content(f"{folder}/")
        )

    def own_link(self, facts: PageFacts) -> str | None:
        """``url``: with a ``/`` in front for the whole site, without for its language."""
        own = text(facts, "url")
        if own is None:
            return None
        if ":" in own:
            filled = self._fill(own, facts, self._locate(facts.path))
            if filled is None:
                return None
            own = filled
        if not own.startswith("/"):
            own = self._prefix(self._locate(facts.path)) + own
        link = re.sub(r"(?<!:)//+", "/", rooted(own))
        link = link if paths.is_absolute(link) else self._site(self._locate(facts.path)) + link
        return link if "." in link.rpartition("/")[2] else paths.with_slash(link)

    def link(self, facts: PageFacts) -> str | None:
        """``content/posts/x.md`` → ``/posts/x/``, below the language's folder or site."""
        where = self._locate(facts.path)
        language = self._languages.get(where.language or (self.language or "").lower())
        permalinks = (language and language.permalinks) or self._permalinks
        pattern = hugo_config.pattern_for(where.folder, permalinks) if permalinks else None
        if pattern is not None:
            ending = ".html" if where.name and self._is_ugly(where) else ""
            filled = self._fill(pattern, facts, where, ending)
            if filled is None:
                return None
            path = filled.removesuffix(ending).strip("/")
        else:
            slug = self._slug(facts)
            name = self._slugged(slug) if slug else self._urlized(where.name)
            path = f"{self._moved(where.folder)}/{name}" if where.folder else name
        path = self._site(where) + paths.join(self._prefix(where), path)
        return f"{path}.html" if where.name and self._is_ugly(where) else paths.with_slash(path)

    def image(self, facts: PageFacts, value: str) -> str | None:
        """A file in the post's own bundle, or one of the whole site's."""
        is_bundle = facts.path.rpartition("/")[2].startswith("index.")
        if is_bundle and not value.startswith("../"):
            page = self.own_link(facts) or self.link(facts)
            return page + value.removeprefix("./") if page and page.endswith("/") else None
        return super().image(facts, value)

    def _site(self, where: _Location) -> str:
        """The address of the page's language, where it has one of its own."""
        language = self._languages.get(where.language or (self.language or "").lower())
        return language.url.rstrip("/") if language and language.url else ""

    def _prefix(self, where: _Location) -> str:
        """The folder of the page's language in links: none for the main one, as a rule."""
        main = (self.language or "").lower()
        tag = where.language or main
        language = self._languages.get(tag)
        if language is None or language.url:
            return ""
        return f"{tag}/" if tag != main or self._main_has_prefix else ""

    def _is_ugly(self, where: _Location) -> bool:
        if isinstance(self._ugly, Mapping):
            return self._ugly.get(where.folder.partition("/")[0].lower()) is True
        return self._ugly is True

    def _fill(
        self, pattern: str, facts: PageFacts, where: _Location, ending: str = ""
    ) -> str | None:
        values = [self._token(token, facts, where) for token in _TOKEN.findall(pattern)]
        if any(value is None for value in values):
            return None
        remaining = iter(values)
        filled = _TOKEN.sub(lambda _: next(remaining) or "", pattern)
        end = "/" if filled.endswith("/") and not ending else ""
        # A plus and what is percent-encoded are read once more before the words are joined.
        words = slugs.hugo_words(unquote_plus(filled.rstrip("/") + ending)).rstrip("#")
        return re.sub(r"//+", "/", words + end)

    def _token(self, token: str, facts: PageFacts, where: _Location) -> str | None:
        """What ``:token`` stands for; None for a token or a date that is not known."""
        folders = self._sections_above(where.folder)
        name = token.lower()
        if found := re.fullmatch(r"section(slug)?s(?:\[(.*)\])?", name):
            chosen = folders if found[2] is None else hugo_config.cut(folders, found[2])
            pieces = [self._moved(each) if found[1] else self._urlized(each) for each in chosen]
            return "/".join(piece.rpartition("/")[2] for piece in pieces)
        if name in {"section", "sectionslug"}:
            named = self._urlized if name == "section" else self._moved
            return named(folders[0]) if folders else ""
        slug = self._slug(facts)
        own = self._slugged(slug) if slug else None
        name = _SYNONYMS.get(name, name)
        if name == "title" or (name == "slug" and own is None):
            return self._worded(re.sub(r"[/\\]", "-", text(facts, "title") or "")).rstrip("#")
        if name in {"filename", "slugorfilename"} and (own is None or name == "filename"):
            stem = paths.without_extension(facts.path.rpartition("/")[2])
            return "index" if stem == "Index" else self._worded(where.name)
        if name in {"slug", "slugorfilename"}:
            return own
        day = self.day(facts)
        return hugo_config.date_token(token, day) if day else None

    def _sections_above(self, folder: str) -> list[str]:
        """The sections above a page: the first folder, and those with a file of their own."""
        pieces = [piece for piece in folder.split("/") if piece]
        above = ["/".join(pieces[: end + 1]) for end in range(len(pieces))]
        return [path for path in above if "/" not in path or path in self._sections]

    def _moved(self, folder: str) -> str:
        """A folder in links: a section goes by the slug in its own file."""
        pieces = folder.split("/")
        for end in range(len(pieces), 0, -1):
            slug = text_in(self._sections.get("/".join(folder.split("/")[:end]), NOTHING), "slug")
            pieces[end - 1] = self._slugged(slug) if slug else self._urlized(pieces[end - 1])
        return "/".join(pieces)

    def _slug(self, facts: PageFacts) -> str | None:
        """The front matter's slug, else the name after the day where the site reads days there."""
        if (slug := text(facts, "slug")) is not None:
            return slug
        for source in self._dates if ":filename" in self._dates else ():
            if source == ":filename":
                name = self._locate(facts.path).name
                undated = paths.undated(name)
                if undated != name:
                    return undated
            elif facts.meta.get(source):
                break
        return None

    def _urlized(self, piece: str) -> str:
        """The name of a file or folder in links."""
        if not self._lower:
            return unquote(self._worded(piece))
        return self._plain(slugs.hugo(piece))

    def _worded(self, words: str) -> str:
        """A title or a slug in links, which has no blanks beside its hyphens."""
        kept = slugs.hugo_words(words)
        return self._plain(slugs.hugo_lower(kept) if self._lower else kept)

    def _slugged(self, slug: str) -> str:
        return unquote(self._worded(slug).strip("-"))

    def _plain(self, piece: str) -> str:
        if self._keeps_accents:
            return piece
        apart = unicodedata.normalize("NFD", piece)
        bare = "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")
        return unicodedata.normalize("NFC", bare)

    def _known_languages(self) -> dict[str, hugo_config.Language]:
        configured = config.mapping_at(self._config, "languages")
        listed = self._config.get("disablelanguages")
        disabled = {str(tag).lower() for tag in listed} if isinstance(listed, list) else set()
        found = {
            tag: hugo_config.Language(
                tag,
                (config.text_at(configured, tag, "contentdir") or "").strip("./"),
                hugo_config.real_url(config.text_at(configured, tag, "baseurl")),
                hugo_config.permalinks(config.mapping_at(configured, tag)),
                tag in disabled or config.mapping_at(configured, tag).get("disabled") is True,
            )
            for tag in configured
        }
        if found or self._config:
            return found
        places = [paths.below_first(place, [self._content]) for place in self.files.places]
        tags = languages.suffixes(places) | {tag.lower() for tag in languages.folders(places)}
        return {tag: hugo_config.Language(tag) for tag in sorted(tags)}

    def _main_language(self) -> str | None:
        configured = config.text_at(self._config, "defaultcontentlanguage")
        if configured or (self._config and self._languages):
            return configured or "en"  # Hugo's own default
        if self._languages:
            return languages.main(self._languages, self.files.places)
        return config.text_at(self._config, "languagecode") or config.text_at(
            self._config, "locale"
        )
