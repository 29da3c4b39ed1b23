"""Entries of feeds as posts: in any form, kept when the feed forgets them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.address import FeedAddress
from bot.blog.errors import SourceError
from bot.blog.post import Post
from bot.blog.source import Snapshot
from bot.generators.common.site import Site
from bot.reading.reader import SiteReader
from bot.reading.rules import ReadingRules
from bot.sources.feed import feed as feed_room
from bot.sources.feed.entry import Entry, document_of
from bot.sources.feed.feed import Feed
from bot.sources.feed.parser import content_of
from bot.sources.host import Response
from bot.sources.web import Web
from tests.sources.feed.host import Host, serving

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://blog.example/">
  <title>A blog</title>
  <link href="https://blog.example/feed" rel="self"/>
  <link href="https://blog.example/"/>
  <entry>
    <id>tag:blog.example,2024:1</id>
    <title type="html">Ships &amp;amp; &lt;em&gt;trains&lt;/em&gt;</title>
    <link href="/2024/ships/"/>
    <published>2024-01-02T00:30:00+02:00</published>
    <updated>2024-02-03T10:00:00Z</updated>
    <author><name>Ada</name></author>
    <author><name>Grace</name></author>
    <category term="sea" label="The Sea"/>
    <category term="rail"/>
    <summary>About both.</summary>
    <content type="html">&lt;p&gt;See &lt;a href="there"&gt;there&lt;/a&gt;.&lt;/p&gt;</content>
  </entry>
</feed>"""

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
  <channel>
    <title>A blog</title><link>https://blog.example</link><language>de</language>
    <item>
      <title>Ships &amp; trains</title>
      <link>https://blog.example/2024/ships/</link>
      <guid isPermaLink="false">tag:blog.example,2024:1</guid>
      <pubDate>Tue, 02 Jan 2024 00:30:00 +0200</pubDate>
      <dc:creator>Ada</dc:creator>
      <category>The Sea</category><category>rail</category>
      <description>About both.</description>
      <content:encoded><![CDATA[<p>See <a href="https://blog.example/there">there</a>.</p>]]></content:encoded>
      <media:thumbnail url="https://blog.example/ship.png"/>
    </item>
  </channel>
</rss>"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "A blog",
    "home_page_url": "https://blog.example/",
    "language": "de",
    "authors": [{"name": "Ada"}],
    "items": [
        {
            "id": "tag:blog.example,2024:1",
            "url": "/2024/ships/",
            "title": "Ships & trains",
            "summary": "About both.",
            "content_html": '<p>See <a href="https://blog.example/there">there</a>.</p>',
            "date_published": "2024-01-02T00:30:00+02:00",
            "date_modified": "2024-02-03T10:00:00Z",
            "tags": ["The Sea", "rail"],
            "image": "https://blog.example/ship.png",
        }
    ],
}


def page(body: str | bytes, content_type: str = "") -> Response:
    data = body.encode() if isinstance(body, str) else body
    return Response(data, "https://blog.example/feed", content_type)


def understood(*files: Any) -> list[Post]:
    """The posts that a reader makes of files."""
    site = Site.of(Snapshot("feed", tuple(files)), generator="feed")
    reader = SiteReader(ReadingRules(), site)
    documents = [reader.read(file) for file in files]
    assert not [one.problems or one.left_out for one in documents if one.problems or one.left_out]
    return [one.post for one in documents if one.post]


@pytest.mark.parametrize(
    "body", [ATOM, RSS, json.dumps(JSON_FEED)], ids=["Atom", "RSS", "JSON Feed"]
)
def test_the_same_post_in_every_form(body: str) -> None:
    (entry,) = content_of(page(body)).entries
    (post,) = understood(feed_room.FeedFile("x.md", document_of(entry), 0))
    assert (post.title, post.slug) == ("Ships & trains", "ships")
    assert post.link == "https://blog.example/2024/ships/"
    assert post.date is not None
    assert post.date.text == "2024-01-02T00:30:00+02:00", "the author's day, not that of UTC"
    assert post.tags == ("The Sea", "rail")
    assert post.authors[0] == "Ada"
    assert post.summary == "About both."
    assert post.language == "de"
    assert b'<a href="https://blog.example/there">there</a>' in document_of(entry)
    if body != RSS:
        assert post.updated is not None
        assert post.updated.text.startswith("2024-02-03T10:00:00")
    if body != ATOM:
        assert post.image == "https://blog.example/ship.png"


def test_the_site_is_known_from_the_feed() -> None:
    for body in (ATOM, RSS, json.dumps(JSON_FEED)):
        assert content_of(page(body)).site.rstrip("/") == "https://blog.example"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"id": "1", "content_text": "a < b\n\nsecond"}, Entry(
            id="1", title="a < b", html="<p>a &lt; b</p><p>second</p>")),
        ({"url": "https://x.example/a", "title": 5}, Entry(
            id="https://x.example/a", title="a", link="https://x.example/a")),
        ({"id": 7, "url": "javascript:alert(1)", "title": "T"}, None),
        ({"id": "1", "date_published": "yesterday", "tags": "sea"}, Entry(id="1", title="…")),
        ({"id": "1", "author": {"name": "Ada"}, "authors": None}, Entry(
            id="1", title="…", authors=("Ada",))),
    ],
)  # fmt: skip
def test_json_that_is_not_quite_right(item: dict[str, object], expected: Entry | None) -> None:
    feed = {"version": "https://jsonfeed.org/version/1", "items": [item, "no item"]}
    (entry,) = content_of(page(json.dumps(feed))).entries
    if expected is None:
        assert (entry.title, entry.link, entry.id) == ("T", "", "7")
    else:
        assert entry == expected


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<!doctype html><html><body><p>Hello</p></body></html>", "neither RSS nor Atom"),
        ("", "neither RSS nor Atom"),
        ("plain words", "neither RSS nor Atom"),
        ('{"items": []', "its JSON is broken"),
        ('{"items": []}', "no JSON Feed"),
        ('{"version": "1", "items": {}}', "no JSON Feed"),
        ("{" + '"a":{' * 100_000, "JSON"),
    ],
)
def test_what_is_no_feed(body: str, complaint: str) -> None:
    with pytest.raises(SourceError, match=complaint):
        content_of(page(body))


def test_an_old_feed_in_an_old_encoding() -> None:
    body = (
        '<?xml version="1.0" encoding="iso-8859-1"?><rss version="0.91"><channel><item>'
        "<title>Caf\u00e9</title><link>https://x.example/?p=12</link></item></channel></rss>"
    ).encode("iso-8859-1")
    (entry,) = content_of(page(body, "text/xml")).entries
    assert entry.title == "Café"
    (post,) = understood(feed_room.FeedFile("x.md", document_of(entry), 0))
    assert post.slug != "12", "a number says nothing to people"


def test_html_stays_html_to_its_end() -> None:
    html = """<div><p>One *star*</p>

        <p>indented</p><pre><code>a

        b</code></pre>

<ul><li>x</li></ul></div>"""
    text = document_of(Entry(id="1", html=html)).decode().partition("\n\n")[2]
    assert "\n\n" not in text.strip(), "an empty line would end the HTML"
    assert not re.search(r"^ ", text, re.MULTILINE), "indented would be code"
    assert "a&#10;&#10;        b" in text


# What feeds hold: text with anything in it that JSON or XML can carry, and much like HTML.
TEXT = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_categories=["Cs"]),
        st.sampled_from("<>/&;\"' \n\t#-*`{}[]"),
    ),
    max_size=80,
)
LINKS = st.one_of(st.just(""), TEXT.map(lambda text: f"https://blog.example/{text}"))


@given(
    st.builds(
        Entry,
        id=TEXT,
        title=TEXT,
        link=LINKS,
        date=st.one_of(st.just(""), st.datetimes().map(lambda moment: moment.isoformat())),
        tags=st.lists(TEXT, max_size=3).map(tuple),
        authors=st.lists(TEXT, max_size=2).map(tuple),
        summary=TEXT,
        image=LINKS,
        html=TEXT,
    )
)
def test_every_entry_is_a_file_that_a_reader_understands(entry: Entry) -> None:
    file = feed_room.FeedFile("x.md", document_of(entry), 0)
    site = Site.of(Snapshot("feed", (file,)), generator="feed")
    document = SiteReader(ReadingRules(), site).read(file)
    assert not [p for p in document.problems if "date" not in p.reason], document.problems
    if document.post is None:
        assert document.left_out is not None
        assert document.left_out.reason == "it is empty"
        assert not entry.html.strip("\0 \t\n\x0b\x0c\r")
        return
    assert (document.post.date is not None) == bool(entry.date)
    assert len(document.post.tags) <= len(entry.tags)


@given(st.binary(max_size=200) | TEXT.map(str.encode))
def test_no_feed_raises_anything_else(body: bytes) -> None:
    for whole in (body, b"{" + body, b"<rss><channel><item>" + body):
        with suppress(SourceError):
            content_of(page(whole))


def rss(*names: str, text: str = "") -> bytes:
    """A feed with entries of these names, newest first."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{name}</guid><title>{name}</title>"
        f"<link>https://blog.example/{name}/</link><description>{escape(text)}{name}</description>"
        "</item>"
        for name in names
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


@pytest.fixture
def host() -> Iterator[Host]:
    with serving() as host:
        yield host


class Visitor:
    """Looks at the feed, each time as a new process."""

    def __init__(self, host: Host, file: Path) -> None:
        self.host = host
        self.file = file
        self.now = 1_800_000_000.0

    def source(self, max_bytes: int = 100_000) -> Feed:
        return Feed(
            FeedAddress(self.host.url()),
            self.file,
            web=Web(may_reach=lambda _: True),
            max_bytes=max_bytes,
            clock=lambda: self.now,
        )

    def look(self, body: bytes | None = None) -> Snapshot:
        if body is not None:
            self.host.body = body
        return self.source().snapshot()

    def titles(self, body: bytes | None = None) -> dict[str, str]:
        return {post.title: post.path for post in understood(*self.look(body).files)}


@pytest.fixture
def visitor(host: Host, tmp_path: Path) -> Visitor:
    return Visitor(host, tmp_path / "state" / "feed.json")


def test_what_the_feed_forgets_is_kept(visitor: Visitor) -> None:
    before = visitor.titles(rss("b", "a"))
    after = visitor.titles(rss("d", "c", "b"))
    assert set(after) == {"a", "b", "c", "d"}
    assert before.items() <= after.items(), "and stays the same post"


def test_what_an_earlier_version_wrote_down_is_kept(visitor: Visitor) -> None:
    visitor.titles(rss("b", "a"))
    kept = json.loads(visitor.file.read_text())
    visitor.file.write_text(json.dumps({**kept, "since": 1_700_000_000}))
    assert set(visitor.titles(rss("c", "b"))) == {"a", "b", "c"}


def test_an_edited_entry_is_the_same_post(visitor: Visitor) -> None:
    before = visitor.look(rss("b", "a"))
    visitor.now += 100
    after = visitor.look(rss("b", "a", text="new "))
    assert [file.path for file in before.files] == [file.path for file in after.files]
    assert all(
        one.stamp != other.stamp for one, other in zip(before.files, after.files, strict=True)
    )


def test_other_ids_for_the_same_links_make_no_new_posts(visitor: Visitor) -> None:
    """As when a blog moves to another program, or to https."""
    before = visitor.titles(rss("c", "b", "a"))
    body = rss("c", "b").replace(b"'false'>", b"'false'>new-").replace(b"https://", b"http://www.")
    assert visitor.titles(body) == before


def test_a_feed_that_has_not_changed_is_not_sent_again(visitor: Visitor) -> None:
    visitor.host.etag = '"1"'
    first = visitor.look(rss("a"))
    visitor.now += 100
    again = visitor.look(rss("b"))
    assert again == first, "the host was asked with its own mark"
    assert visitor.host.requests[-1]["if-none-match"] == '"1"'
    visitor.host.etag = '"2"'
    assert set(visitor.titles()) == {"a", "b"}


def test_an_empty_feed_or_none_changes_nothing(visitor: Visitor) -> None:
    visitor.look(rss("a"))
    source = visitor.source()
    for body in (rss(), b"<html></html>", b"", ATOM.encode()[:100]):
        visitor.host.body = body
        with pytest.raises(SourceError, match=r"^127.0.0.1:\d+ \([0-9a-f]{8}\): "):
            source.snapshot()
    assert set(visitor.titles(rss("b"))) == {"a", "b"}


def test_a_private_feeds_key_is_in_no_message(visitor: Visitor) -> None:
    address = FeedAddress(visitor.host.url("/gone?key=secret"))
    feed = Feed(address, visitor.file, web=Web(may_reach=lambda _: True), max_bytes=1000)
    with pytest.raises(SourceError) as error:
        feed.snapshot()
    assert "secret" not in f"{error.value} {address} {address!r}"


def test_an_entry_that_is_too_large_is_left_out(visitor: Visitor) -> None:
    visitor.host.body = rss("b", "a", text="x" * 1000)
    snapshot = visitor.source(max_bytes=500).snapshot()
    assert not snapshot.files
    assert len(snapshot.left_out) == 2
    assert all("over the limit of 500" in left.reason for left in snapshot.left_out)


def test_a_feed_that_makes_up_entries_does_not_fill_the_disk(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_room, "MOST_ENTRIES", 3)
    for number in range(5):
        visitor.look(rss(f"new-{number}"))
    assert len(visitor.look().files) == 3
    assert "new-4" in visitor.titles()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"entries": {"x.md": {}}}', '{"more": 1}'])
def test_a_damaged_file_is_begun_anew(visitor: Visitor, damage: str) -> None:
    visitor.look(rss("a"))
    visitor.file.write_text(damage)
    assert set(visitor.titles(rss("b"))) == {"b"}


def test_a_place_that_cannot_be_written_is_named(host: Host, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match=r"cannot be kept in .*SLASHPOST_STATE"):
        Visitor(host, tmp_path / "file" / "feed.json").look(rss("a"))
