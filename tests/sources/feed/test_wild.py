"""Feeds as they are in the wild: blogs that move, ids that recur, hosts that tire."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape, unescape
from itertools import permutations
from pathlib import Path

import pytest

from bot.blog.address import FeedAddress
from bot.blog.errors import SourceError
from bot.sources.feed.archive import assign, missing
from bot.sources.feed.entry import Entry, beginning_of, document_of, html_of, title_of, words_of
from bot.sources.feed.feed import Feed, FeedFile
from bot.sources.feed.parser import content_of
from bot.sources.web import Web
from tests.sources.feed.host import Host, serving
from tests.sources.feed.test_feed import Visitor, page, rss, understood


@pytest.fixture
def host() -> Iterator[Host]:
    with serving() as host:
        yield host


@pytest.fixture
def visitor(host: Host, tmp_path: Path) -> Visitor:
    return Visitor(host, tmp_path / "state" / "feed.json")


def test_what_is_taken_back_is_gone_after_two_looks(visitor: Visitor) -> None:
    """And one that returns is the post that it was."""
    before = visitor.titles(rss("c", "b", "a"))
    assert set(visitor.titles(rss("c", "a"))) == {"a", "b", "c"}
    visitor.now += 300
    assert set(visitor.titles(rss("c", "a"))) == {"a", "b", "c"}, "too soon to be sure"
    visitor.now += 300
    assert set(visitor.titles(rss("c", "a"))) == {"a", "c"}
    assert visitor.titles(rss("c", "b", "a")) == before


def test_what_is_taken_back_from_a_feed_that_does_not_change_again(visitor: Visitor) -> None:
    visitor.look(rss("c", "b", "a"))
    visitor.host.etag = '"2"'
    visitor.look(rss("c", "a"))
    visitor.now += 600
    assert set(visitor.titles()) == {"a", "c"}
    assert visitor.host.requests[-1]["if-none-match"] == '"2"', "the host has sent nothing"


def dated(*days: int) -> bytes:
    """A feed with a post of each of these days of a month, in this order."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{day}</guid><title>Post {day}</title>"
        f"<pubDate>{day:02} Jan 2024 10:00:00 GMT</pubDate>"
        f"<link>https://blog.example/{day}/</link><description>Text {day}.</description></item>"
        for day in days
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


@pytest.mark.parametrize(
    "looks",
    [
        [(1, 2, 3), (2, 3, 4), (3, 4, 5), (6, 7, 8)],
        [(5, 4, 3, 2, 1), (6, 5, 4, 3, 2), (9, 8, 7, 6, 5)],
        [(9, 8, 7, 6, 5, 4, 3, 2, 1), (9, 8, 7)],
        [(6, 5, 4, 3), (5, 4, 3, 2), (6, 5, 4, 3)],
        [(6, 4, 3, 2), (5, 4, 3, 2), (6, 4, 3, 2), (5, 4, 3, 2)],
        [(9, 8, 7, 6, 5, 4, 3, 2, 1), (9, 6, 1), (9, 6, 1)],
        [(3, 9, 1, 7), (9, 1, 7, 8), (1, 7, 8, 2)],
    ],
    ids=["oldest first", "newest first", "cut", "stale", "alternating", "a choice", "unsorted"],
)
def test_what_slides_out_of_a_feed_is_not_taken_back(
    visitor: Visitor, looks: Sequence[tuple[int, ...]]
) -> None:
    for days in looks:
        visitor.now += 3600
        now = visitor.titles(dated(*days))
    assert set(now) == {f"Post {day}" for days in looks for day in days}


@pytest.mark.parametrize("days", [(5, 4, 2, 1), (1, 2, 4, 5)])
def test_what_a_sorted_feed_surrounds_is_taken_back(visitor: Visitor, days: Sequence[int]) -> None:
    is_newest_first = days[0] > days[-1]
    visitor.look(dated(*sorted({*days, 3}, reverse=is_newest_first)))
    visitor.look(dated(*days))
    visitor.now += 600
    assert "Post 3" not in visitor.titles(dated(*sorted({*days, 6}, reverse=is_newest_first)))


@pytest.mark.parametrize(
    ("before", "now", "gone"),
    [
        ("cba", "dcb", ""),
        ("cba", "ca", "b"),
        ("cba", "dca", ""),
        ("cba", "ba", ""),
        ("cba", "c", ""),
        ("cba", "xyz", ""),
        ("cba", "ac", ""),  # in another order: perhaps sorted by what was edited last
        ("", "a", ""),
    ],
)
def test_what_is_missing_from_a_feed_without_dates(before: str, now: str, gone: str) -> None:
    assert missing(list(before), list(now), {}) == set(gone)


OLD = {
    f"{n}.md": Entry(
        id=f"old-{n}",
        title=f"Post {n}",
        link=f"https://old.example/{n}",
        date=f"2024-01-0{n}",
        html=f"<p>Words of number {n}, and more of them, and some that all have.</p>",
    )
    for n in range(1, 7)
}


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize(
    "moved",
    [
        {"link": "https://new.example/x/{n}"},
        {"link": "http://www.old.example/{n}/", "id": "new-{n}", "title": "Edited {n}"},
        {"link": "https://new.example/{n}", "id": "new-{n}"},
        {"link": "https://new.example/{n}", "id": "new-{n}", "date": ""},
        {"link": "https://new.example/{n}", "id": "new-{n}", "html": "<p>Other words {n}</p>"},
        {"link": "", "id": ""},
    ],
    ids=["links", "ids", "both", "dates too", "texts too", "neither id nor link"],
)
def test_a_blog_that_moves_keeps_its_posts(moved: dict[str, str], step: int) -> None:
    entries = [
        replace(one, **{name: value.format(n=path[0]) for name, value in moved.items()})  # type: ignore[arg-type]
        for path, one in OLD.items()
    ][::step]
    assert [assign(entries, OLD, ()).get(n) for n in range(6)] == list(OLD)[::step]


def test_two_posts_of_one_title_are_two() -> None:
    weekly = Entry(id="new", title="Post 1", link="https://x/9", date="2024-02-01", html="Fresh.")
    assert assign([weekly], OLD, ()) == {}
    assert assign([weekly, OLD["1.md"]], OLD, ()) == {1: "1.md"}


def test_the_most_alike_of_one_title_belong_together() -> None:
    texts = ("one two three four five six", "one two three four five seven", "eight nine ten")
    known = {f"{n}.md": Entry(id=f"o{n}", title="Note", html=text) for n, text in enumerate(texts)}
    entries = [Entry(id=f"n{n}", title="Note", html=text) for n, text in enumerate(texts)]
    for order in permutations(range(3)):
        found = assign([entries[n] for n in order], known, ())
        assert found == {place: f"{n}.md" for place, n in enumerate(order)}


def test_an_id_that_several_entries_have_is_none(visitor: Visitor) -> None:
    def feed(*names: str) -> bytes:
        return re.sub(rb"(<guid.*?>).*?(</guid>)", rb"\1same\2", rss(*names))

    before = visitor.titles(feed("two", "one"))
    assert set(before) == {"one", "two"}
    after = visitor.titles(feed("three", "two", "one"))
    assert before.items() < after.items()
    assert len(visitor.titles(feed("four"))) == 4, "nor is it one later"


def test_entries_without_dates_keep_the_feeds_order(visitor: Visitor) -> None:
    def listed(body: bytes) -> str:
        posts = {post.path: post.title for post in understood(*visitor.look(body).files)}
        return "".join(title for _, title in sorted(posts.items()))

    assert listed(rss(*"edcba")) == "edcba"
    assert listed(rss(*"gfed")) == "gfedcba"
    assert listed(rss(*"hgxf")) == "hgxfedcba"


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<p>Just a thought about tea. And cake.</p>", "Just a thought about tea."),
        ("no mark at the end<br>second line", "no mark at the end"),
        ("word " * 40, "word " * 13 + "word…"),
        ("<img src='https://x.example/a.png'>", "page"),
        ("", "page"),
        ("<p>Why Vec<T> &amp; <Foo> <b>grow</b></p>", "Why Vec<T> & <Foo> grow"),
    ],
)
def test_what_has_no_title_is_called_by_its_beginning(html: str, title: str) -> None:
    item = {"id": "1", "url": "https://blog.example/page/", "content_html": html}
    (entry,) = content_of(page(json.dumps({"version": "1", "items": [item]}))).entries
    assert entry.title == title


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("A guide to &lt;head&gt; elements", "A guide to <head> elements"),
        ("Using List&lt;String&gt; in Java", "Using List<String> in Java"),
        ("What __init__ does, in *Python* [1]", "What __init__ does, in *Python* [1]"),
        ("Ships &amp;amp; &lt;em&gt;trains&lt;/em&gt;", "Ships & trains"),
        ("Caf&amp;eacute; {{ name }} {% raw %}", "Café {{ name }} {% raw %}"),
        ("<![CDATA[AT&T <b>now</b>]]>", "AT&T now"),
    ],
)
def test_a_title_is_shown_as_it_was_meant(written: str, title: str) -> None:
    item = f"<item><title>{written}</title><link>https://x.example/a</link></item>"
    (entry,) = content_of(page(f"<rss><channel>{item}</channel></rss>")).entries
    (post,) = understood(FeedFile("x.md", document_of(replace(entry, html="x")), 0))
    assert post.title == title


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("<pubDate>2017-09-10</pubDate>", "2017-09-10"),
        ("<dc:date>2017-09-11</dc:date>", "2017-09-11"),
        ("<pubDate>Sun, 10 Sep 2017</pubDate>", "2017-09-10"),
        ("<pubDate>Sun, 10 Sep 2017 23:30:00 -0700</pubDate>", "2017-09-10T23:30:00-07:00"),
        ("<dc:date>2017-09-11T08:00Z</dc:date>", "2017-09-11T08:00:00+00:00"),
        ("<pubDate>someday</pubDate>", ""),
    ],
)
def test_a_day_without_a_time_is_that_day(written: str, date: str) -> None:
    body = (
        "<rss xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item><title>x</title>"
        f"<link>https://x.example/a</link>{written}</item></channel></rss>"
    )
    assert content_of(page(body)).entries[0].date == date


def test_no_template_runs_in_what_a_feed_holds() -> None:
    html = "<pre>[[ -f lock ]] {{ x }} {% y %} date +%%F%%T</pre><p>[[a]] %%b%% {{ c }}</p>"
    text = document_of(Entry(id="1", html=html)).decode().partition("\n\n")[2]
    assert not re.search(r"\[\[|%%|\{\{|\{%", text)
    assert unescape(text).strip() == f"<div>\n{html.replace('><', f'>{chr(10)}<')}\n</div>"


def test_an_episode_has_its_picture_and_its_sound() -> None:
    body = """<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><item>
      <title>Episode 3</title><guid isPermaLink='true'>ep-3</guid>
      <itunes:image href='https://blog.example/ep3.jpg'/><itunes:duration>3723</itunes:duration>
      <enclosure url='https://cdn.example/ep%203.mp3?a=1&amp;b=2' type='audio/mpeg' length='1'/>
      <description>About it</description></item></channel></rss>"""
    (entry,) = content_of(page(body)).entries
    assert (entry.link, entry.image) == ("", "https://blog.example/ep3.jpg")
    link = '<a href="https://cdn.example/ep%203.mp3?a=1&amp;b=2">ep 3.mp3</a>'
    assert f"<p>▶ {link} · 1:02:03</p>" in document_of(entry).decode()
    (post,) = understood(FeedFile("x.md", document_of(entry), 0))
    assert (post.link, post.slug) == (None, "episode-3"), "no address is made up"


def test_plain_text_keeps_its_lines_and_addresses() -> None:
    text = "Line one\nLine two https://j.example/x?a=1&b=2.\n\nVec<T> & more\n  - b"
    feed = {"version": "1", "items": [{"id": "1", "content_text": text}]}
    (entry,) = content_of(page(json.dumps(feed))).entries
    assert entry.html == (
        '<p>Line one<br>Line two <a href="https://j.example/x?a=1&amp;b=2">'
        "https://j.example/x?a=1&amp;b=2</a>.</p><p>Vec&lt;T&gt; &amp; more<br>\xa0\xa0- b</p>"
    )


FOOTER = (
    '<p>{} <a rel="nofollow" href="https://x.example/a/?utm=1">A title</a> {} '
    '<a href="https://x.example">A blog</a>.</p>'
)


@pytest.mark.parametrize(
    ("end", "is_kept"),
    [
        (FOOTER.format("The post", "appeared first on"), False),
        (
            FOOTER.format("The post", "first appeared on").replace(
                "x.example/a/", "other.example/b"
            ),
            False,
        ),
        (FOOTER.format("Der Beitrag", "erschien zuerst auf"), False),
        ("\n" + FOOTER.format("L’article", "est apparu en premier sur") + "\n", False),
        (FOOTER.format("See", "and").replace("x.example/a/", "x.example/b"), True),
        (FOOTER.format("A word " * 20, "and"), True),
    ],
)
def test_a_feeds_own_last_line_goes(end: str, is_kept: bool) -> None:
    item = (
        "<rss xmlns:c='http://purl.org/rss/1.0/modules/content/'><channel><item><title>T</title>"
        "<link>https://x.example/a</link>"
        f"<description>{escape('<p>Short.</p>' + end)}</description>"
        f"<c:encoded>{escape('<p>Long.</p>' + end)}</c:encoded></item></channel></rss>"
    )
    (entry,) = content_of(page(item)).entries
    assert (entry.html == "<p>Long.</p>") is not is_kept
    assert (entry.summary == "Short.") is not is_kept


def test_words_of_a_feed_are_text() -> None:
    items = [
        {
            "id": "1",
            "title": "[SEC][ANN] `x`, {{ y }}",
            "content_text": "x",
            "tags": ["#C#", "Vec<T>", "__init__", "R&amp;D"],
            "summary": "Use <b> and {{ x }} with __init__\n[a](b)",
        }
    ]
    (entry,) = content_of(page(json.dumps({"version": "1", "items": items}))).entries
    (post,) = understood(FeedFile("x.md", document_of(entry), 0))
    assert post.title == "[SEC][ANN] `x`, {{ y }}"
    assert post.tags == ("C#", "Vec<T>", "__init__", "R&amp;D")
    assert post.summary == "Use <b> and {{ x }} with __init__ [a](b)"


@pytest.mark.parametrize(
    ("declared", "content_type", "sent_as"),
    [
        ("utf-8", "text/xml; charset=iso-8859-1", "utf-8"),
        ("iso-8859-1", "application/rss+xml", "utf-8"),
        ("us-ascii", "application/rss+xml; charset=us-ascii", "utf-8"),
        ("utf-8", "text/xml", "latin-1"),
        ("utf-8", "application/rss+xml; charset=utf-8", "latin-1"),
    ],
)
def test_whoever_lies_about_the_charset(declared: str, content_type: str, sent_as: str) -> None:
    item = "<item><title>Çà et là</title><link>https://x.example/a</link></item>"
    text = f"<?xml version='1.0' encoding='{declared}'?><rss><channel>{item}</channel></rss>"
    assert content_of(page(text.encode(sent_as), content_type)).entries[0].title == "Çà et là"


@pytest.mark.parametrize(
    "unit", ["<pre>", "<pre ", "<textarea>", "<", "<a ", "<p", "&", "https://", "\n ", "x"]
)
def test_any_text_is_read_in_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    before = time.process_time()
    title = title_of(text, is_plain=False)
    document_of(Entry(id="1", title=title, html=html_of(text, is_plain=False)))
    beginning_of(text)
    words_of(text)
    assert time.process_time() - before < 2


@pytest.mark.parametrize("inside", ["<a>" * 20_000 + "</a>" * 20_000, "<b " * 50_000])
def test_elements_without_end_are_read_in_time(inside: str) -> None:
    item = f"<item><title>x</title><description>{inside}</description></item>"
    body = f"<rss><channel>{item}</channel></rss>"
    before = time.process_time()
    content_of(page(body, "text/xml"))
    assert time.process_time() - before < 4


def note(text: str, number: int = 1) -> str:
    """An entry without a title, at an address that is only a number."""
    link = f"https://m.example/2026/11/{number}.html"
    return (
        f"<item><guid>{link}</guid><link>{link}</link>"
        f"<description>{escape(text)}</description></item>"
    )


def test_an_edited_entry_keeps_its_short_name(visitor: Visitor) -> None:
    """Where that comes from the text: what else would tell an edit from a new post?"""

    def slugs(*texts: str) -> dict[str, str]:
        body = f"<rss><channel>{''.join(map(note, texts))}</channel></rss>"
        return {post.title: post.slug for post in understood(*visitor.look(body.encode()).files)}

    assert slugs("A thougt of tea.") == {"A thougt of tea.": "a-thougt-of-tea"}
    assert slugs("Thinking of tea!") == {"Thinking of tea!": "a-thougt-of-tea"}
    assert slugs("About bread.") == {"About bread.": "a-thougt-of-tea"}


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ('<p><img src="a.jpg" class="x" alt=" A cat\n&amp; a dog "></p>', "A cat & a dog"),
        ("<img alt='A cat' src=a.jpg><p>Says more.</p>", "Says more."),
        ('<img src="a.jpg" alt="">', ""),
    ],
)
def test_a_post_that_is_a_picture_is_called_what_the_picture_shows(html: str, title: str) -> None:
    assert beginning_of(html) == title


def test_older_pages_are_fetched_once(visitor: Visitor) -> None:
    host = visitor.host
    link = f"<link rel='next' href='{host.url('/older')}' xmlns='http://www.w3.org/2005/Atom'/>"
    older, body = (
        rss(*names).replace(b"<channel>", b"<channel>" + link.encode()) for names in ("ba", "dc")
    )
    host.pages["older"] = older
    assert set(visitor.titles(body)) == {"a", "b", "c", "d"}
    asked = len(host.requests)
    visitor.look(body)
    assert len(host.requests) == asked + 1


def source(visitor: Visitor, path: str) -> Feed:
    return Feed(
        FeedAddress(visitor.host.url(path)),
        visitor.file,
        web=Web(may_reach=lambda _: True),
        max_bytes=1000,
        clock=lambda: visitor.now,
    )


def test_a_feed_that_has_moved_for_good_is_asked_for_there(visitor: Visitor) -> None:
    host = visitor.host
    host.body = rss("a")
    feed = source(visitor, "/moved?/feed")
    feed.snapshot()
    asked = len(host.requests)
    feed.snapshot()
    assert len(host.requests) == asked + 1
    host.body = b""
    with pytest.raises(SourceError, match="neither RSS"):
        feed.snapshot()
    host.body = rss("b")
    assert len(feed.snapshot().files) == 2


@pytest.mark.parametrize(
    ("path", "seconds", "reason"),
    [
        ("/gone", 24 * 3600, r"gone for good \(410\); it is asked again at 2027-01-16 08:00 UTC"),
        ("/busy?120", 120, "asks to be left alone until 2027-01-15 08:02 UTC"),
        ("/busy?9999999999", 24 * 3600, "left alone until 2027-01-16 08:00 UTC"),
        ("/busy", 600, "left alone until 2027-01-15 08:10 UTC"),
    ],
)
def test_a_host_is_left_alone_for_as_long_as_it_asks(
    visitor: Visitor, path: str, seconds: int, reason: str
) -> None:
    for _ in range(2):
        with pytest.raises(SourceError, match=reason):
            source(visitor, path).snapshot()
    assert len(visitor.host.requests) == 1
    visitor.now += seconds
    with pytest.raises(SourceError):
        source(visitor, path).snapshot()
    assert len(visitor.host.requests) == 2
