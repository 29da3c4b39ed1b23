"""One document of a sitemap, well-formed or hostile."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.errors import SourceError
from bot.sources.sitemap.document import Document, document_of, sitemaps_in_robots, unzipped
from tests.loopback_site import sitemap, sitemap_index, zipped

MOST_BYTES = 1_000_000
PAGES = ["https://a.example/", "https://a.example/one/?a=1&amp;b=2", "https://a.example/ü/"]


def read(body: bytes | str, most: int = 1000) -> Document:
    data = body.encode() if isinstance(body, str) else body
    return document_of(unzipped(data, MOST_BYTES), most)


@pytest.mark.parametrize("pack", [str.encode, zipped, lambda text: b"\xef\xbb\xbf" + text.encode()])
def test_addresses_are_listed_in_their_order(pack: object) -> None:
    assert callable(pack)
    found = read(pack(sitemap(PAGES)))
    assert found.pages == [page.replace("&amp;", "&") for page in PAGES]
    assert (found.sitemaps, found.is_whole) == ([], True)


def test_an_index_lists_documents() -> None:
    found = read(sitemap_index(["https://a.example/1.xml", " https://a.example/2.xml\n"]))
    assert found.sitemaps == ["https://a.example/1.xml", "https://a.example/2.xml"]


def test_pictures_and_other_languages_are_no_pages() -> None:
    found = read(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml"><url><loc>https://a.example/x</loc>'
        '<xhtml:link rel="alternate" hreflang="de" href="https://a.example/de/x"/>'
        "<image:image><image:loc>https://a.example/x.png</image:loc></image:image></url></urlset>"
    )
    assert found.pages == ["https://a.example/x"]


def test_a_prefix_makes_no_difference() -> None:
    found = read(
        '<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<s:url><s:loc><![CDATA[https://a.example/x]]></s:loc></s:url></s:urlset>"
    )
    assert found.pages == ["https://a.example/x"]


def test_lines_of_text_are_a_sitemap_too() -> None:
    assert read("https://a.example/1\r\n\nhttps://a.example/2\nno address\n").pages == [
        "https://a.example/1",
        "https://a.example/2",
    ]


def test_what_is_cut_off_counts_as_far_as_it_goes() -> None:
    text = sitemap([f"https://a.example/{number}" for number in range(100)])
    found = read(text[: len(text) // 2])
    assert 0 < len(found.pages) < 100
    assert not found.is_whole


def test_a_million_entries_are_cut() -> None:
    found = read(sitemap(f"https://a.example/{number}" for number in range(5000)), most=100)
    assert len(found.pages) == 100
    assert not found.is_whole


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><urlset><url><loc>&c;</loc></url></urlset>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (BOMB, "declares a document type"),
        (OUTSIDE, "declares a document type"),
        ("<!DOCTYPE html><html>", "declares a document type"),
        ("<!doctype html><html>", "XML is broken"),
        ("<html><body>Not found</body></html>", "it begins with <html>"),
        ("", "XML is broken"),
        ("Page not found", "XML is broken"),
        ('<?xml version="1.0" encoding="no-such"?><urlset/>', "broken"),
        ("<urlset>" + "<url>" * 100, "nested too deeply"),
        (gzip.compress(bytes(5_000_000), mtime=0), "larger than 1,000,000 bytes"),
        (
            gzip.compress(sitemap(PAGES).encode(), mtime=0)[:10] + b"\xff\xff",
            "compression is damaged",
        ),
    ],
)
def test_what_is_no_sitemap_is_refused_with_a_reason(body: str | bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read(body)


def test_an_address_without_end_is_left_out() -> None:
    long = "https://a.example/" + "x" * 5000
    assert read(sitemap([long, "https://a.example/y", "a\tb"])).pages == ["https://a.example/y"]


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_nothing_else_goes_wrong(body: bytes) -> None:
    try:
        found = document_of(unzipped(body, 10_000))
    except SourceError:
        return
    assert all(page.isprintable() for page in found.pages + found.sitemaps)


def test_robots_names_sitemaps() -> None:
    robots = b"User-agent: *\nsitemap: https://a.example/1.xml\nSITEMAP :/2.xml\nSitemap:\n\xff"
    assert list(sitemaps_in_robots(robots)) == ["https://a.example/1.xml", "/2.xml"]
