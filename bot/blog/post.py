"""A blog post, its date and its tags, as every room sees them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from urllib.parse import urljoin, urlsplit


@dataclass(frozen=True, slots=True)
class PostDate:
    """A day or a moment, with the instant that orders it among others.

    Attributes:
        text: ISO 8601 with the author's precision: ``2024-01-11`` for a day,
            ``2024-01-11T21:30:00-03:00`` for a moment, without an offset where
            the author gave none.
        instant: seconds since the Unix epoch. A day counts from its midnight; a
            day or moment without an offset is read in the site's time zone (UTC
            where none is configured).
    """

    text: str
    instant: int

    @classmethod
    def of(cls, value: dt.date, zone: dt.tzinfo = dt.UTC) -> PostDate:
        """Take a ``date`` or ``datetime``; ``zone`` applies where ``value`` has none."""
        if isinstance(value, dt.datetime):
            moment = value if value.tzinfo else value.replace(tzinfo=zone)
        else:
            moment = dt.datetime.combine(value, dt.time(), tzinfo=zone)
        # timestamp() raises for a moment whose UTC form leaves year 1..9999; arithmetic does not.
        offset = moment.utcoffset() or dt.timedelta()
        since_epoch = moment.replace(tzinfo=dt.UTC) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
        return cls(value.isoformat(), (since_epoch - offset) // dt.timedelta(seconds=1))

    @property
    def is_day(self) -> bool:
        """Whether the author named a day only, which is that day in every time zone."""
        return "T" not in self.text

    @property
    def day(self) -> dt.date:
        """The calendar day that the author wrote, whatever the reader's time zone."""
        return dt.date.fromisoformat(self.text[:10])


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What is known of one post, apart from its text.

    Attributes:
        path: the file's path relative to the posts folder, with ``/``. This is
            the post's identity: file names and slugs collide on real sites.
        slug: short name for people, unique in an index (a later duplicate gets
            a ``-2`` suffix).
        title: plain text, never empty.
        summary: plain text, one paragraph, possibly empty.
        date: when it was published, or None.
        updated: when it was last changed, if the author said so.
        tags: topics in the author's order, no two the same without regard to case.
        authors: names as plain text.
        image: the cover as a URL, or as a path from the site's root, or None.
        link: the public link as a path from the site's root (``/blog/x/``) or an
            absolute URL; None where the generator gives the file no page, or the site does
            not list it.
        rule_link: in an index, the same by the generator's rule alone: what the site lists
            changes the link, and is no change of the post.
        language: BCP 47 tag such as ``en`` or ``pt-BR``, or None.
        draft: written but not to be shown.
        aliases: former links or names that still find the post.
        words: length of the text in words; Chinese, Japanese and Korean
            characters count as half a word each.
        digest: 8 hexadecimal digits that change when the file says something else;
            empty where the post does not come from an index. Two posts that differ
            in nothing else are equal.
    """

    path: str
    slug: str
    title: str
    summary: str = ""
    date: PostDate | None = None
    updated: PostDate | None = None
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    image: str | None = None
    link: str | None = None
    rule_link: str | None = field(default=None, compare=False)
    language: str | None = None
    draft: bool = False
    aliases: tuple[str, ...] = ()
    words: int = 0
    digest: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """Short name for machines, the same as long as the file keeps its path."""
        return post_key(self.path)

    @property
    def reading_minutes(self) -> int:
        """Minutes to read the post at 220 words a minute, at least 1."""
        return max(1, round(self.words / 220))

    @property
    def url(self) -> str | None:
        """The absolute public URL, or None while the site's own URL is unknown."""
        return self.link if is_web_url(self.link) else None

    @property
    def image_url(self) -> str | None:
        """The cover's absolute URL, or None while the site's own URL is unknown."""
        return self.image if is_web_url(self.image) else None

    def on_site(self, site_url: str | None) -> Post:
        """This post with link and image made absolute against ``site_url``, where they are not."""
        if site_url is None:
            return self
        return replace(
            self,
            link=on_site(self.link, site_url),
            rule_link=on_site(self.rule_link, site_url),
            image=on_site(self.image, site_url),
        )


def post_key(path: str) -> str:
    """Hash a post's path to 12 hex digits, so that a custom id of 100 characters holds it.

    48 bits: two of 10,000 posts share a key in one blog out of five million.
    """
    return blake2b(path.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def on_site(link: str | None, site_url: str) -> str | None:
    """Join a path from the site's root to the site's URL, keeping the latter's own path.

    ``/x/`` on ``https://example.org/blog`` is ``https://example.org/blog/x/``. An
    absolute link stays as it is.
    """
    if link is None or is_web_url(link):
        return link
    if link.startswith("//"):
        return urljoin(site_url, link)
    return site_url.rstrip("/") + "/" + link.lstrip("/")


def is_web_url(link: str | None) -> bool:
    """Whether ``link`` is an absolute http(s) URL with a host: all that may be shown as a link."""
    if not link:
        return False
    try:
        parts = urlsplit(link)
    except ValueError:  # such as an unclosed [IPv6 bracket
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in its commonest spelling, and how many visible posts carry it."""

    name: str
    posts: int

    @property
    def key(self) -> str:
        """What makes two spellings the same tag."""
        return tag_key(self.name)


def tag_key(name: str) -> str:
    """Fold a tag's spelling for comparison."""
    return " ".join(name.split()).casefold()
