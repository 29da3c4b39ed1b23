"""Feeds that say what is not so: of identities, pages, dates, encodings and entities."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.blog.address import FeedAddress
from bot.blog.errors import SourceError
from bot.sources.feed.archive import assign, missing
from bot.sources.feed.entry import Entry, html_of
from bot.sources.feed.feed import Feed
from bot.sources.feed.parser import content_of
from bot.sources.host import Response
from bot.sources.web import Web
from tests.sources.feed.host import Host, serving
from tests.sources.feed.test_feed import Visitor, page


@pytest.fixture
def host() -> Iterator[Host]:
    with serving() as host:
        yield host


@pytest.fixture
def visitor(host: Host, tmp_path: Path) -> Visitor:
    return Visitor(host, tmp_path / "state" / "feed.json")


NO_LINK = '<guid isPermaLink="false">'


def item(**fields: str) -> str:
    body = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return f"<item>{body.replace('<guid>', NO_LINK)}</item>"


def feed(*items: str, more: str = "") -> bytes:
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>Blog</title><link>https://blog.example/</link>{more}{''.join(items)}"
        "</channel></rss>"
    ).encode()


def post(number: int, **other: str) -> str:
    fields = {
        "guid": f"id-{number}",
        "title": f"Post {number}",
        "link": f"https://blog.example/{number}/",
        "pubDate": f"{number:02} Jan 2024 10:00:00 GMT",
        "description": f"Text of number {number} "
        + " ".join(f"word{number}{n}" for n in range(30)),
    }
    return item(**{name: value for name, value in {**fields, **other}.items() if value})


def entries(*items: str) -> tuple[Entry, ...]:
    return content_of(page(feed(*items))).entries


# --- which entry is which post


@pytest.mark.parametrize("link", ["https://blog.example/", "https://blog.example/#top", ""])
def test_a_link_that_all_entries_share_tells_none_of_them(visitor: Visitor, link: str) -> None:
    visitor.look(feed(*(post(n, link=link) for n in (3, 2, 1))))
    titles = visitor.titles(feed(*(post(n, link=link) for n in (4, 3, 2))))
    assert set(titles) == {"Post 1", "Post 2", "Post 3", "Post 4"}


@pytest.mark.parametrize(
    "link", ["https://blog.example/", "https://blog.example/news#{n}", "https://blog.example?x#{n}"]
)
def test_a_feed_of_the_latest_entry_alone_has_a_new_post_each_time(
    visitor: Visitor, link: str
) -> None:
    for number in (1, 2, 3):
        titles = visitor.titles(feed(post(number, link=link.format(n=number), guid="")))
    assert set(titles) == {"Post 1", "Post 2", "Post 3"}


def test_ids_that_count_from_the_top_are_none(visitor: Visitor) -> None:
    """The newest entry is always number 1."""
    before = visitor.titles(feed(*(post(n, guid=f"{4 - n}") for n in (3, 2, 1))))
    after = visitor.titles(feed(*(post(n, guid=f"{5 - n}") for n in (4, 3, 2))))
    assert before.items() < after.items()
    assert set(after) == {"Post 1", "Post 2", "Post 3", "Post 4"}


def test_an_entry_that_is_rewritten_is_the_post_of_its_id(visitor: Visitor) -> None:
    before = visitor.titles(feed(post(2), post(1)))
    edited = post(2, title="Another", link="https://blog.example/another/")
    assert visitor.titles(feed(edited, post(1)))["Another"] == before["Post 2"]
    dated = post(2, title="A third", link="https://blog.example/third/", description="Anew.")
    assert visitor.titles(feed(dated, post(1)))["A third"] == before["Post 2"], "of the same day"


def thread(number: int) -> str:
    """What a blogger posts each week, in the same words."""
    return post(number, title="Open thread", description="What are you working on? " * 9)


def test_a_series_in_the_same_words_is_of_many_posts(visitor: Visitor) -> None:
    visitor.look(feed(thread(4), post(3), post(2), thread(1)))
    visitor.look(feed(post(6), post(5), thread(4), post(3)))
    visitor.look(feed(post(8), post(7), post(6), post(5)))
    files = visitor.look(feed(thread(9), post(8), post(7), post(6))).files
    assert len(files) == 9


def test_photos_of_one_day_are_of_many_posts(visitor: Visitor) -> None:
    """More of them than the feed holds, all of one title."""
    day = "05 Jan 2024 {:02}:00:00 GMT"
    for first in range(1, 6):
        notes = [
            post(n, title="Photo", description=f"<img src='{n}.png'>", pubDate=day.format(n))
            for n in range(first, first + 3)
        ]
        files = visitor.look(feed(*notes[::-1])).files
    assert len(files) == 7


def test_a_post_that_gets_another_day_is_the_same(visitor: Visitor) -> None:
    """As where a program makes ids and links of the day."""
    before = visitor.titles(feed(post(5), post(3), post(2), post(1)))
    moved = post(3, guid="x", link="https://blog.example/x", pubDate="04 Jan 2024 10:00:00 GMT")
    assert visitor.titles(feed(post(5), moved, post(2), post(1))) == before


def test_a_blog_that_moves_and_dates_all_its_posts_anew_keeps_them(visitor: Visitor) -> None:
    before = visitor.titles(feed(*(post(n) for n in (5, 4, 3, 2, 1))))
    moved = [
        post(n, guid=f"new-{n}", link=f"https://new.example/{n}", pubDate="09 Feb 2024 10:00 GMT")
        for n in (6, 5, 4, 3, 2)
    ]
    after = visitor.titles(feed(*moved))
    assert before.items() < after.items()
    assert len(after) == 6


@pytest.mark.parametrize(
    "form",
    [
        "http://www.Blog.example/caf%C3%A9/",
        "https://blog.example/café",
        "https://blog.example:443/caf%c3%a9/index.html",
        "https://blog.example/café/?utm_source=feed&utm_medium=rss",
        "https://blog.example/café/?fbclid=1#more",
    ],
)
def test_a_page_has_many_addresses(form: str) -> None:
    known = {"1.md": Entry(id="a", title="Old", link="https://blog.example/caf%C3%A9/", html="a b")}
    entry = Entry(id="b", title="New", link=form, html="c d")
    assert assign([entry], known, ()) == {0: "1.md"}
    other = replace(entry, link="https://blog.example/café/?p=2")
    assert assign([other], known, ()) == {}, "what says which post it is stays"


@pytest.mark.parametrize(
    "again",
    [
        {"link": "https://blog.example/1/?utm_source=rss"},
        {"link": "https://blog.example/1/#more", "description": "Otherwise cut …"},
        {"link": "https://blog.example/1", "guid": "id-1b"},
        {"category": "News"},
    ],
)
def test_an_entry_that_stands_there_twice_is_one(visitor: Visitor, again: dict[str, str]) -> None:
    first = visitor.titles(feed(post(2), post(1)))
    assert len(visitor.look(feed(post(2), post(1), post(1, **again))).files) == 2
    assert visitor.titles(feed(post(2), post(1))) == first


def test_a_blog_that_moves_into_another_time_zone_keeps_its_posts() -> None:
    night = Entry(id="a", title="Night", date="2024-01-02T00:30:00+02:00", html="a long text")
    known = {"1.md": night}
    moved = Entry(id="b", title="Night", date="2024-01-01T22:30:00+00:00", html="a long …")
    assert assign([moved], known, ()) == {0: "1.md"}
    next_day = replace(moved, date="2024-01-03T00:30:00+02:00")
    assert assign([next_day], known, ()) == {}


@pytest.mark.parametrize(
    "link", ["http://x.example:abc/a", "http://x.example:99999/a", "http://[::1/a", "http://u:p@/"]
)
def test_a_link_that_is_none_spoils_no_other(link: str) -> None:
    assert len(entries(post(1, link=link), post(2))) == 2


def test_entries_of_one_page_with_an_anchor_each_are_many() -> None:
    links = ["https://blog.example/changes#1", "https://blog.example/changes#2"]
    found = entries(*(post(n, link=link, guid="") for n, link in enumerate(links, 1)))
    assert [one.link for one in found] == links


# --- pages


def older(url: str) -> str:
    return f'<atom:link rel="next" href="{url}"/>'


def test_pages_that_lead_in_a_circle_end(visitor: Visitor) -> None:
    host = visitor.host
    host.pages["older"] = feed(post(1), more=older(host.url("/feed")))
    titles = visitor.titles(feed(post(2), more=older(host.url("/older"))))
    assert set(titles) == {"Post 1", "Post 2"}
    assert len(host.requests) <= 3


def test_pages_without_end_that_bring_nothing_new_end(visitor: Visitor) -> None:
    host = visitor.host
    for number in range(100):
        host.pages[f"older?{number}"] = feed(post(1), more=older(host.url(f"/older?{number + 1}")))
    visitor.look(feed(post(2), more=older(host.url("/older?0"))))
    assert len(host.requests) <= 4


def test_an_id_that_another_page_has_for_another_post_is_none(visitor: Visitor) -> None:
    host = visitor.host
    host.pages["older"] = feed(*(post(n, guid=f"{3 - n}") for n in (2, 1)))
    newest = feed(*(post(n, guid=f"{5 - n}") for n in (4, 3)), more=older(host.url("/older")))
    assert set(visitor.titles(newest)) == {"Post 1", "Post 2", "Post 3", "Post 4"}
    assert len(visitor.look(feed(post(5, guid="1"), post(4, guid="2"))).files) == 5


def test_a_post_that_slid_to_the_next_page_meanwhile_is_one(visitor: Visitor) -> None:
    host = visitor.host
    host.pages["older"] = feed(post(2, category="X"), post(1))
    newest = feed(post(3), post(2), more=older(host.url("/older")))
    assert set(visitor.titles(newest)) == {"Post 1", "Post 2", "Post 3"}


def test_pages_of_other_forms_are_read_too(visitor: Visitor) -> None:
    host = visitor.host
    host.pages["older"] = (
        b'<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<channel rdf:about="https://blog.example/"><title>Blog</title></channel>'
        b'<item rdf:about="https://blog.example/1/"><title>Post 1</title>'
        b"<link>https://blog.example/1/</link><dc:date>2024-01-01</dc:date>"
        b"<description>One</description></item></rdf:RDF>"
    )
    newest = {
        "version": "https://jsonfeed.org/version/1",
        "next_url": host.url("/older"),
        "items": [{"id": 2, "url": "https://blog.example/2/", "title": "Post 2"}],
    }
    before = visitor.titles(json.dumps(newest).encode())
    assert set(before) == {"Post 1", "Post 2"}
    atom = "".join(
        f"<entry><id>urn:{n}</id><title>Post {n}</title><updated>2024-01-0{n}T08:00:00Z</updated>"
        f'<link href="https://blog.example/{n}"/></entry>'
        for n in (3, 2, 1)
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title>{atom}</feed>'
    assert before.items() < visitor.titles(body.encode()).items(), "a feed that changes its form"


# --- dates


def test_dates_that_are_all_the_moment_of_the_fetch_are_of_the_first_one(visitor: Visitor) -> None:
    def dates(number: int, *posts: int) -> set[str]:
        moment = f"{number:02} Feb 2024 10:00:{{:02}} GMT"
        visitor.look(feed(*(post(n, pubDate=moment.format(n)) for n in posts)))
        kept = json.loads(visitor.file.read_text(encoding="utf-8"))["entries"].values()
        return {f"{one['title']} {one['date'][:10]}" for one in kept}

    assert dates(1, 2, 1) == {"Post 1 2024-02-01", "Post 2 2024-02-01"}
    assert dates(5, 3, 2, 1) == {"Post 1 2024-02-01", "Post 2 2024-02-01", "Post 3 2024-02-05"}


@pytest.mark.parametrize(
    "written",
    [
        "Mon, 01 Jan 0001 00:00:00 +0000",
        "0001-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "1970-01-01T00:00:00Z",
        "0000-00-00T00:00:00Z",
        "-0001-11-30T00:00:00+00:00",
        "Wed, 30 Nov -0001 00:00:00 +0000",
    ],
)
def test_a_date_that_stands_for_none_is_none(written: str) -> None:
    """What programs make of a missing date."""
    assert [one.date for one in entries(post(1, pubDate=written))] == [""]
    items = [{"id": "1", "title": "x", "date_published": written}]
    (entry,) = content_of(page(json.dumps({"version": "1", "items": items}))).entries
    assert entry.date == ""


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("Tue, 02 Jan 2024 00:30:00 +0200", "2024-01-02T00:30:00+02:00"),
        ("2024-01-02 00:30:00", "2024-01-02T00:30:00"),
        ("2024-01-02T00:30:00.1234567Z", "2024-01-02T00:30:00.123456+00:00"),
        ("02 Jan 2024", "2024-01-02"),
        ("someday", ""),
    ],
)
def test_a_json_feed_may_write_dates_as_rss_does(written: str, date: str) -> None:
    items = [{"id": "1", "title": "x", "date_published": written}]
    (entry,) = content_of(page(json.dumps({"version": "1", "items": items}))).entries
    assert entry.date == date


def test_what_is_older_and_newer_is_told_by_the_moment_and_not_by_how_it_is_written() -> None:
    dates = {
        "c": "2024-03-31T00:30:00+02:00",  # 30 March, 22:30 in UTC
        "b": "2024-03-30T23:00:00+00:00",
        "a": "2024-03-29T12:00:00+00:00",
        "x": "2024-03-30T20:00:00-03:00",  # as b
        "old": "2024-03-28",
    }
    assert missing(["b", "c", "a"], ["b", "a"], dates) == {"c"}
    assert missing(["x", "c", "a", "old"], ["c", "a", "old"], dates) == set(), "it is the newest"


# --- encodings and entities


@pytest.mark.parametrize("broken", [b"\xe2\x80", b"\xc3", b"\xff"])
def test_a_letter_that_is_cut_spoils_no_other(broken: bytes) -> None:
    body = feed(post(1, title="Çà et là, œuvre", description="été, naïve — «où»"))
    body = b'<?xml version="1.0" encoding="UTF-8"?>' + body.replace(
        "naïve".encode(), b"na" + broken
    )
    (entry,) = content_of(page(body, "application/rss+xml; charset=utf-8")).entries
    assert entry.title == "Çà et là, œuvre"
    assert "été" in entry.html


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "windows-1252", "us-ascii"])
def test_a_page_of_windows_is_read_whatever_it_says(declared: str) -> None:
    text = (
        f"<?xml version='1.0' encoding='{declared}'?>" + feed(post(1, title="“Été” – où")).decode()
    )
    (entry,) = content_of(page(text.encode("cp1252"), f"text/xml; charset={declared}")).entries
    assert entry.title == "“Été” – où"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Été".encode("cp1252"), "Été"),
        ("Été où œuvre".encode() + b"\xc3", "Été où œuvre\ufffd"),
        (b"Two\nlines\tof it", "Two lines of it"),
    ],
)
def test_a_json_feed_with_broken_letters_is_read(written: bytes, title: str) -> None:
    body = b'{"version": "1", "items": [{"id": "1", "title": "' + written + b'"}]}'
    assert content_of(page(body)).entries[0].title == title


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_mark_of_the_order_of_bytes_counts(encoding: str) -> None:
    (entry,) = content_of(page(feed(post(1, title="Été")).decode().encode(encoding))).entries
    assert entry.title == "Été"
    items = {"version": "1", "items": [{"id": "1", "title": "Été"}]}
    text = json.dumps(items, ensure_ascii=False)
    assert content_of(page(text.encode(encoding))).entries[0].title == "Été"


@pytest.mark.parametrize(
    "before", [b"\n\n  ", b"<br />\n<b>Warning</b>: mysql gone in x.php on line 3<br />\n", b"\x00"]
)
def test_what_stands_before_a_feed_is_passed_over(before: bytes) -> None:
    body = before + b'<?xml version="1.0" encoding="utf-8"?>' + feed(post(1, title="Été"))
    assert [one.title for one in content_of(page(body)).entries] == ["Été"]


@pytest.mark.parametrize("letter", ["\x0b", "\x1f", "\x00", "\ufffe"])
def test_a_letter_that_xml_forbids_is_no_end(letter: str) -> None:
    body = feed(post(2, description=f"One{letter}two"), post(1))
    assert [one.title for one in content_of(page(body)).entries] == ["Post 2", "Post 1"]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Don&#8217;t &amp; won&#x2019;t", "Don’t & won’t"),
        ("Caf&eacute;", "Café"),
        ("Q&A; R&D", "Q&A; R&D"),
        ("Vec<T> &lt;b&gt;", "Vec<T> <b>"),
        ("Ships & trains", "Ships & trains"),
    ],
)
def test_entities_in_a_json_feeds_title_are_undone(written: str, title: str) -> None:
    items = [{"id": "1", "title": written, "content_text": "x"}]
    (entry,) = content_of(page(json.dumps({"version": "1", "items": items}))).entries
    assert entry.title == title


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("&lt;p&gt;Hello &lt;b&gt;you&lt;/b&gt;.&lt;/p&gt;", "<p>Hello <b>you</b>.</p>"),
        ("\n&lt;div class=&quot;x&quot;&gt;A&lt;/div&gt; ", '<div class="x">A</div>'),
        ("&lt;p&gt;R&amp;amp;D&lt;/p&gt;", "<p>R&amp;D</p>"),
        ("Use &lt;b&gt; for bold.", "<p>Use &lt;b&gt; for bold.</p>"),
        ("&lt;p&gt; begins a paragraph.", "<p>&lt;p&gt; begins a paragraph.</p>"),
    ],
)
def test_html_that_was_escaped_twice_is_html(text: str, html: str) -> None:
    assert html_of(text, is_plain=False).strip() == html


# --- size


def test_a_feed_of_20_mb_is_read_and_a_larger_one_is_not(visitor: Visitor) -> None:
    def body(size: int) -> bytes:
        items = [
            {"id": f"{n}", "url": f"https://blog.example/{n}", "title": f"{n}", "content_html": ""}
            for n in range(1000)
        ]
        whole = {"version": "1", "items": items, "description": ""}
        whole["description"] = "x" * (size - len(json.dumps(whole)))
        return json.dumps(whole).encode()

    assert len(visitor.look(body(20_000_000)).files) == 1000
    with pytest.raises(SourceError, match="it is larger than 20,000,000 bytes"):
        visitor.look(body(20_000_001))
    kept = visitor.source().fetched()
    assert kept is not None
    assert len(kept.files) == 1000


# --- all of it together


class Documents(Web):
    """Has the feed that it was given."""

    body = b""

    def fetch(self, url: str, **_: object) -> Response:
        return Response(self.body, url, "text/xml")


NUMBER = re.compile(r"Number (\d+):")
SURE_LINKS = (
    "https://{host}.example/p/{n}/",
    "https://{host}.example/p/{n}?utm_source={look}",
    "https://{host}.example/?p={n}",
)


class Form(NamedTuple):
    """How a feed writes its entries: of ``n``, the ``place`` in it, the ``look`` and the ``host``.

    Attributes:
        length: how many of the latest entries it holds.
    """

    guid: str = "id-{n}"
    link: str = SURE_LINKS[0]
    date: str = "2024-01-{n:02}"
    title: str = "Post {n}"
    length: int = 3
    is_oldest_first: bool = False

    def of(self, newest: int, look: int, host: str) -> bytes:
        numbers = range(newest - self.length + 1, newest + 1)
        items = []
        for place, n in enumerate(numbers if self.is_oldest_first else reversed(numbers)):
            values = {"n": n, "place": place, "look": look, "host": host}
            fields = {
                "guid": self.guid.format(**values),
                "title": self.title.format(**values),
                "link": self.link.format(**values),
                "pubDate": self.date.format(**values),
                "description": f"Number {n}: " + " ".join(f"word{n}-{k}" for k in range(9)),
            }
            items.append(item(**{name: value for name, value in fields.items() if value}))
        return feed(*items)


FORMS = st.builds(
    Form,
    guid=st.sampled_from(["id-{n}", "{place}", "same", "{look}-{n}", ""]),
    link=st.sampled_from([*SURE_LINKS, "https://{host}.example/", ""]),
    date=st.sampled_from(["2024-01-{n:02}", "2024-01-{n:02}T10:00:00Z", ""]),
    title=st.sampled_from(["Open thread", "Post {n}"]),
    length=st.integers(2, 6),
    is_oldest_first=st.booleans(),
)


@given(FORMS, st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=5))
@example(Form(guid="{place}", link="", date="", title="Open thread"), [(1, False), (1, False)])
@example(Form(guid="", link="", title="Open thread", length=2), [(3, False), (2, False)])
def test_nothing_is_lost_and_nothing_doubled(form: Form, looks: list[tuple[int, bool]]) -> None:
    """Entries come between two looks, or the blog moves, where anything tells what moved."""
    newest, host, web, seen = form.length, "a", Documents(), set[int]()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "feed.json"
        source = Feed(FeedAddress("https://a.example/f"), file, web=web, max_bytes=10_000)
        for look, (more, moves) in enumerate(looks):
            newest += more
            if moves and (form.link in SURE_LINKS or form.title != "Open thread"):
                host += "b"
            seen.update(range(newest - form.length + 1, newest + 1))
            web.body = form.of(newest, look, host)
            texts = [one.read().decode() for one in source.snapshot().files]
            found = [int(number) for text in texts for number in NUMBER.findall(text)]
            assert sorted(found) == sorted(seen)
