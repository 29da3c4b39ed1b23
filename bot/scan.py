"""What lies in the folder of posts, and how to read it: sources, links and reading together.

None of it is needed to answer from an index that is there. So it is imported when the
posts are first looked at, and a bot that was woken by a reader answers sooner.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from bot.blog.address import FeedAddress, RepositoryAddress
from bot.blog.dialect import HTML
from bot.blog.errors import SettingError
from bot.blog.post import tag_key
from bot.blog.source import Sitemap, Snapshot, Source
from bot.generators.common import registry
from bot.generators.common.pattern import Pattern
from bot.generators.common.registry import GENERATORS
from bot.generators.common.site import Site
from bot.reading.reader import SiteReader
from bot.reading.rules import ReadingRules
from bot.settings import Settings, setting_of
from bot.sources.folder import Folder
from bot.sources.sitemap.site import SiteList
from bot.sources.tree import SiteFiles

SITE_FILES = SiteFiles(
    is_site_file=registry.is_site_file,
    is_marker=registry.is_marker,
    is_content_folder=registry.is_content_folder,
)


class Scanner:
    """Looks at a blog's posts, wherever they are, and at what the site lists.

    Args:
        settings: where they are, and how to read them.

    Raises:
        SettingError: the generator is unknown, or the pattern of links is wrong.

    Attributes:
        configuration: the files on which the posts depended at the last look, and which lie
            outside their folder or are hidden.
    """

    def __init__(self, settings: Settings) -> None:
        check_generator(settings.generator)
        check_permalink(settings.permalink)
        self.configuration: tuple[Path, ...] = ()
        self._site_url: str | None = None
        self._site_list = site_list_of(settings)
        self._settings = settings
        self._source = source_of(settings)
        self._rules = ReadingRules(
            date_order=settings.date_order,
            collection_tags=frozenset(map(tag_key, settings.collection_tags)),
            pages=settings.pages,
            language=settings.language,
            max_bytes=settings.max_bytes,
        )

    def look(self, *, ask_site: bool = False) -> tuple[Snapshot, SiteReader]:
        """What is there now, and what understands it.

        Args:
            ask_site: whether to ask the site what it lists, which may take 20 seconds; else
                what it said the last time counts.

        Raises:
            SourceError: the folder is missing or empty, or nothing can be fetched.
        """
        return self._understood(self._source.snapshot(), ask_site=ask_site)

    def look_at_fetched(self) -> tuple[Snapshot, SiteReader] | None:
        """As ``look``, at what the source held when it was last fetched, if that is kept."""
        snapshot = self._source.fetched()
        return self._understood(snapshot, ask_site=False) if snapshot else None

    def _understood(self, snapshot: Snapshot, *, ask_site: bool) -> tuple[Snapshot, SiteReader]:
        settings = self._settings
        if isinstance(settings.posts, Path):
            self.configuration = tuple(
                settings.posts / path
                for path in snapshot.site_files
                if path.startswith(".") or "/." in path
            )
        # Nothing of a feed's site can be seen, and its entries bring their links.
        generator = "feed" if isinstance(settings.posts, FeedAddress) else None
        site = Site.of(
            snapshot, generator=settings.generator or generator, permalink=settings.permalink
        )
        if isinstance(settings.posts, FeedAddress):
            site.dialect = HTML
        self._site_url = settings.site_url or site.url
        snapshot = replace(snapshot, sitemap=self._sitemap(snapshot, ask=ask_site))
        return snapshot, SiteReader(self._rules, site)

    def _sitemap(self, snapshot: Snapshot, *, ask: bool) -> Sitemap | None:
        if self._site_list is None:
            return None
        posts = self._settings.posts
        found = self._site_list.find(
            posts if isinstance(posts, Path) else None,
            snapshot.inside,
            has_site=bool(snapshot.markers),
            site_url=self._site_url,
        )
        if self._site_list.file is not None:
            self.configuration += (self._site_list.file,)
        if found is not None:
            return found
        return (self._site_list.ask if ask else self._site_list.recall)(self._site_url)

    @property
    def asked_site(self) -> int | None:
        """Unix seconds of the last question to the site, 0 for never; None if none is asked."""
        site_list = self._site_list
        if site_list is None or (self._site_url is None and site_list.given is None):
            return None
        return None if site_list.has_file else site_list.cached.asked

    def ask_site(self) -> bool:
        """Ask the site what it lists; whether that is news. May run beside a look."""
        assert self._site_list is not None, "asked_site tells"
        before = self._site_list.recall(self._site_url)
        return self._site_list.ask(self._site_url) != before

    def close(self) -> None:
        """Close the source."""
        self._source.close()


def source_of(settings: Settings) -> Source:
    """The folder, repository or feed that the settings name."""
    posts = settings.posts
    if isinstance(posts, Path):
        return Folder(
            posts,
            site=SITE_FILES,
            max_bytes=settings.max_bytes,
        )
    if isinstance(posts, FeedAddress):
        return feed_of(posts, settings)
    return repository_of(posts, settings)


def repository_of(address: RepositoryAddress, settings: Settings) -> Source:
    """A git repository, kept beside the state.

    Its library takes 45 ms and 9 MB, which a blog in a folder does not pay.
    """
    from bot.sources.git.pack import MOST_OBJECT_BYTES  # noqa: PLC0415 - dulwich
    from bot.sources.git.remote import Remote  # noqa: PLC0415
    from bot.sources.git.repository import Repository  # noqa: PLC0415

    return Repository(
        address,
        settings.state.with_name(f"posts-{address.digest}.git"),
        remote=Remote(
            address,
            settings.posts_token,
            most_object_bytes=max(MOST_OBJECT_BYTES, settings.max_bytes),
        ),
        site=SITE_FILES,
        max_bytes=settings.max_bytes,
    )


def feed_of(address: FeedAddress, settings: Settings) -> Source:
    """A feed, whose entries are kept beside the state.

    Its libraries take 100 ms and 15 MB, which a blog in a folder does not pay.
    """
    from bot.sources.feed.feed import Feed  # noqa: PLC0415 - feedparser
    from bot.sources.web import Web  # noqa: PLC0415

    file = settings.state.with_name(f"posts-{address.digest}.json")
    return Feed(address, file, web=Web(), max_bytes=settings.max_bytes)


def site_list_of(settings: Settings) -> SiteList | None:
    """The list of the site's pages, kept beside the index; None where it is not to be asked.

    A feed's entries bring the links that the site gives them.
    """
    if settings.sitemap == "off" or isinstance(settings.posts, FeedAddress):
        return None
    # What an image brings cannot be written.
    homes = (settings.db, settings.state)
    return SiteList(
        [home.with_name("sitemap.json") for home in dict.fromkeys(homes)],
        given=None if settings.sitemap == "auto" else settings.sitemap,
    )


def check_generator(name: str | None) -> None:
    """Raise SettingError for a generator that there are no rules for."""
    if name is None or name in GENERATORS:
        return
    close = get_close_matches(name.casefold(), GENERATORS, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"Use one of: {', '.join(sorted(GENERATORS))}"
    raise SettingError(setting_of("generator").label, f"{name!r} is no known generator", hint)


def check_permalink(pattern: str | None) -> None:
    """Raise SettingError for a pattern of links with unknown placeholders."""
    if pattern is None:
        return
    try:
        Pattern(pattern)
    except ValueError as error:
        raise SettingError(setting_of("permalink").label, f"{pattern!r}: {error}") from None
