"""The site that posts belong to: asked for each post's link, slug and cover."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from urllib.parse import unquote

from bot.blog.errors import Problem
from bot.blog.source import Snapshot
from bot.generators.common import config, paths, registry, slugs
from bot.generators.common.generator import Generator, PageFacts, text
from bot.generators.common.learned import RULE, LearnedLinks, learn
from bot.generators.common.pattern import Pattern
from bot.generators.common.site_folder import SiteFolder

# Raise it when the same site and post would get another link than before.
RULES_VERSION = 12

# How many posts are looked into to see what the site is like; enough to outvote odd ones.
SAMPLE = 60

_CANONICAL = ("canonical_url", "canonicalurl", "canonical")
# Addresses elsewhere, where the generator makes no file below such a name.
_ELSEWHERE = ("permalink", "url")


class Site:
    """One site's generator and configuration, and the pattern that the blogger may have set.

    Attributes:
        rule: the generator's rules.
        generator: its name, given or detected.
        dialect: how the generator reads a post's body.
        url: the site's URL in its own configuration, without a slash at the end, or None.
        zone: the time zone that dates without one are read in.
        language: the main language, where the configuration or the files tell.
        problems: what is wrong with the site's configuration files.
        fingerprint: changes when a post could get another link than before.
    """

    def __init__(
        self,
        files: SiteFolder,
        rule: Generator,
        pattern: Pattern | None,
        learned: LearnedLinks | None,
    ) -> None:
        self._ground = files
        self.rule = rule
        self._pattern = pattern
        self._learned = learned
        self.generator = rule.name
        self.dialect = rule.dialect
        self.url = rule.url.rstrip("/") if rule.url and paths.is_absolute(rule.url) else None
        self.zone: dt.tzinfo = rule.zone
        self.language = rule.main_language
        self.problems: tuple[Problem, ...] = tuple(files.problems)
        # A reader asks for a post's link, then for its slug, which is often made from it.
        self._last: tuple[PageFacts | None, str | None] = None, None
        self.fingerprint = _fingerprint(files, rule.name, pattern, learned)

    @classmethod
    def of(
        cls, snapshot: Snapshot, *, generator: str | None = None, permalink: str | None = None
    ) -> Site:
        """Find out what builds the site that these files belong to.

        Args:
            snapshot: the posts' files and the site's configuration.
            generator: a name from ``GENERATORS``; detected where it is None.
            permalink: pattern for links, in place of the generator's own rule.

        Raises:
            ValueError: the pattern has an unknown placeholder.
        """
        pattern = Pattern(permalink) if permalink else None
        files = SiteFolder.of(snapshot, registry.site_folders(snapshot))
        sample = snapshot.files[:: max(1, len(snapshot.files) // SAMPLE)][:SAMPLE]
        if generator is None:
            generator = registry.from_site(files) or registry.from_posts(sample, files)
            files.problems.clear()  # the generator's own reading reports them again
        rule = registry.GENERATORS[generator](files)
        learned = None if pattern or rule.is_certain else learn(sample, rule)
        site = cls(files, rule, pattern, learned)
        site.url = site.url or snapshot.site_url
        return site

    def defaults(self, path: str) -> Mapping[str, object]:
        """Front matter that the site's configuration gives to a file; keys in lower case."""
        return self.rule.defaults(self._ground.place(path))

    def language_of(self, path: str) -> str | None:
        """The language that the file's path says it is in, or None."""
        return self.rule.language_of(self._ground.place(path))

    def section(self, path: str) -> str:
        """The first folder that the file lies in, below the folder of all content."""
        return self.rule.section(self._ground.place(path))

    def is_page(self, path: str) -> bool:
        """Whether the generator keeps no posts where this file lies."""
        return self.rule.is_page(self._ground.place(path))

    def name(self, path: str) -> str:
        """The file's own name: no extension, day or language; a bundle's folder for its index."""
        return self.rule.file_name(self._ground.place(path)) or paths.without_extension(path)

    def names(self, kind: str, path: str, given: Iterable[str]) -> tuple[str, ...]:
        """What the site calls these authors or tags: by the nearest file that declares them.

        Args:
            kind: ``authors`` or ``tags``, which is what the file is called.
            path: the post's path.
            given: names or keys of a file such as ``blog/authors.yml``; a name that no file
                declares stays as it is.
        """
        place = self._ground.place(path)
        known: dict[str, str] = {}
        for folder, declared in self._declared[kind]:
            is_data = folder.rpartition("/")[2] in {"data", "_data"}
            if is_data or paths.below(place, folder) is not None:
                known |= declared
        return tuple(dict.fromkeys(known.get(name.lower(), name) for name in given))

    @cached_property
    def _declared(self) -> dict[str, list[tuple[str, dict[str, str]]]]:
        """The names in files of authors and tags by key, with the file's folder, nearest last."""
        found: dict[str, list[tuple[str, dict[str, str]]]] = {"authors": [], "tags": []}
        for place in sorted(self._ground.texts, key=lambda place: (place.count("/"), place)):
            folder, _, name = place.rpartition("/")
            kind = name.rpartition(".")[0]
            if kind in found:
                with contextlib.suppress(ValueError):
                    data = config.parse(place, self._ground.texts[place])
                    found[kind].append((folder, _named(data)))
        return found

    def link(self, facts: PageFacts) -> str | None:
        """The post's public link: a percent-encoded path that begins with ``/``, or a URL.

        None where the generator gives the file no page, or where its address cannot be
        known without running the generator.
        """
        asked, link = self._last
        if asked is not facts:
            link = self._link(facts)
            self._last = facts, link
        return link

    def own_link(self, facts: PageFacts) -> str | None:
        """The post's public link where its author gives it in full, else None."""
        for key in _CANONICAL + (() if self.rule.writes_absolute else _ELSEWHERE):
            if (canonical := text(facts, key)) and paths.is_absolute(canonical):
                return paths.encoded_once(canonical)
        return None

    def _link(self, facts: PageFacts) -> str | None:
        if (canonical := self.own_link(facts)) is not None:
            return canonical
        local = facts.at(self._ground.place(facts.path))
        if self.rule.why_no_page(local):
            return None
        own = self.rule.own_link(self._without_defaults(local) if self._pattern else local)
        if own is not None:
            return paths.encoded_once(own)
        learned = self._learned.of(local.path) if self._learned else RULE
        if learned.is_unknown:
            return None
        pattern = self._pattern or learned.pattern
        link = (
            pattern.fill(self._placeholders(facts.path, local))
            if pattern
            else self.rule.link(local)
        )
        if link:
            link = learned.ending(link)
        if link is None:
            return None
        return paths.encoded_once(link) if paths.is_absolute(link) else paths.encoded(link)

    def why_no_page(self, facts: PageFacts) -> str | None:
        """Why the generator gives the file no page of its own, or None where it does."""
        return self.rule.why_no_page(facts.at(self._ground.place(facts.path)))

    def slug(self, facts: PageFacts) -> str:
        """A short name for people: the front matter's, else the link's last piece, else the file's.

        Never empty, without ``/``.
        """
        own = (text(facts, "slug") or "").strip("/").rpartition("/")[2]
        if own:
            return own
        link = self.link(facts)
        if link and not paths.is_absolute(link):
            piece = unquote(link.partition("?")[0]).rstrip("/").rpartition("/")[2]
            piece = piece.removesuffix(".html").removesuffix(".htm")
            if piece not in {"", "index"}:
                return piece
        return slugs.slugify(self.name(facts.path)) or "post"

    def image(self, facts: PageFacts, value: str) -> str | None:
        """A cover as an absolute URL or as a path from the site's root.

        None where the site gives the file an address that only building it tells.
        """
        value = value.strip()
        if not value or value.startswith("data:") or "{{" in value or "{%" in value:
            return None
        if value.startswith("/src/"):  # a source: it gets another name when the site is built
            return None
        if paths.is_absolute(value) or value.startswith("/"):
            return paths.encoded_once(value)
        link = self.rule.image(facts.at(self._ground.place(facts.path)), value)
        return paths.encoded_once(link) if link else None

    def _without_defaults(self, facts: PageFacts) -> PageFacts:
        """The post as its own front matter tells it: a pattern beats the site's defaults."""
        defaults = self.rule.defaults(facts.path)
        own = {key: value for key, value in facts.meta.items() if defaults.get(key) != value}
        return replace(facts, meta=own)

    def _placeholders(self, path: str, local: PageFacts) -> Mapping[str, str | None]:
        day = self.rule.day(local)
        name = self.name(path)
        return {
            "year": f"{day.year:04d}" if day else None,
            "month": f"{day.month:02d}" if day else None,
            "i_month": str(day.month) if day else None,
            "day": f"{day.day:02d}" if day else None,
            "i_day": str(day.day) if day else None,
            "slug": (text(local, "slug") or name).strip("/").rpartition("/")[2],
            "name": name if self._pattern else text(local, "slug") or name,
            "path": paths.without_index(paths.without_extension(path)),
            "section": self.rule.section(local.path),
            "folder": self.rule.folder(local.path),
            "category": slugs.slugify(local.categories[0]) if local.categories else "",
        }


def _named(data: Mapping[str, object]) -> dict[str, str]:
    """The name or label that each key of a file of authors or tags stands for."""
    found = {}
    for key, value in data.items():
        meta = value if isinstance(value, Mapping) else {"name": value}
        name = next((meta[each] for each in ("name", "label") if meta.get(each)), None)
        if isinstance(name, str) and name.strip():
            found[key] = " ".join(name.split())
    return found


def _fingerprint(
    files: SiteFolder, generator: str, pattern: Pattern | None, learned: LearnedLinks | None
) -> str:
    told = [
        RULES_VERSION,
        generator,
        pattern.text if pattern else None,
        learned.told() if learned else None,
        files.inside,
        files.below,
        sorted(files.texts.items()),
        sorted(files.heads.items()),
    ]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()
