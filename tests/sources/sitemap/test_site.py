"""What a site lists, found over real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

from bot.blog.source import Sitemap
from bot.sources.sitemap import crawler, lookup
from bot.sources.sitemap.site import SiteList
from tests.loopback_site import (
    LoopbackSite,
    loopback_site,
    sitemap,
    sitemap_index,
    zipped,
)

Ask = Callable[..., Sitemap]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackSite]:
    """A site on this machine that may be asked."""
    with loopback_site(monkeypatch) as site:
        yield site


@pytest.fixture
def ask(site: LoopbackSite, tmp_path: Path) -> Ask:
    """Ask the site as a new process would."""

    def ask(base: str = "", given: str | None = None, clock: float = 1000.0) -> Sitemap:
        site_list = SiteList([tmp_path / "sitemap.json"], given=given, clock=lambda: clock)
        found = site_list.ask(site.url + base)
        assert found is not None
        return found

    return ask


def test_a_sitemap_lies_at_the_root(site: LoopbackSite, ask: Ask) -> None:
    site.lists("/", "/one/", "/two/?a=b")
    found = ask()
    assert found.links == ("/", "/one/", "/two/?a=b")
    assert (found.source, found.is_whole, found.trouble) == (f"{site.url}/sitemap.xml", True, "")


def test_robots_names_several_of_any_kind(site: LoopbackSite, ask: Ask) -> None:
    site.put("/robots.txt", f"Sitemap: {site.url}/a.xml.gz\nSitemap: /maps/index.xml\n")
    site.put("/a.xml.gz", zipped(sitemap([f"{site.url}/one/"])))
    site.put("/maps/index.xml", sitemap_index(site.absolute(["/maps/1.xml", "/maps/2.txt"])))
    site.lists("/two/", at="/maps/1.xml")
    site.put("/maps/2.txt", f"{site.url}/three/\n")
    assert ask().links == ("/one/", "/three/", "/two/")
    assert "/sitemap.xml" not in site.asked


def test_a_site_below_a_path_has_links_from_there(site: LoopbackSite, ask: Ask) -> None:
    site.lists("/blog/", "/blog/one", "/about", at="/blog/sitemap.xml")
    assert ask("/blog").links == ("/", "/one", f"{site.url}/about")


@pytest.mark.parametrize("place", lookup.PLACES)
def test_usual_places_are_tried(site: LoopbackSite, ask: Ask, place: str) -> None:
    site.lists("/one/", at=f"/{place}")
    assert ask().links == ("/one/",)


@pytest.mark.parametrize("is_named", [True, False])
def test_a_feed_stands_in_for_a_sitemap(site: LoopbackSite, ask: Ask, is_named: bool) -> None:
    place = "/news.rss" if is_named else "/feed.xml"
    site.put(
        place,
        "<rss version='2.0'><channel>"
        f"<item><title>One</title><link>{site.url}/2024/one/</link></item></channel></rss>",
    )
    if is_named:
        kind = "application/rss+xml"
        site.put("/", f"<html><head><link rel=alternate type={kind} href=/news.rss></head></html>")
    found = ask()
    assert (found.links, found.is_whole) == (("/2024/one/",), False)
    asked = len(site.requests)
    assert ask() == found
    assert len(site.requests) - asked < 6


def test_what_has_not_changed_is_not_sent_again(site: LoopbackSite, ask: Ask) -> None:
    site.put("/sitemap.xml", sitemap_index([f"{site.url}/1.xml", f"{site.url}/2.xml"]))
    site.lists("/one/", at="/1.xml")
    site.lists("/two/", at="/2.xml")
    first = ask()
    site.lists("/two/", "/three/", at="/2.xml")
    site.requests.clear()
    second = ask()
    assert second.links == ("/one/", "/three/", "/two/")
    assert second.digest != first.digest
    assert site.asked == ["/sitemap.xml", "/1.xml", "/2.xml"], "found where it was"
    assert all("if-none-match" in request.headers for request in site.requests)


def test_what_was_listed_stays_while_the_site_is_away(
    site: LoopbackSite, ask: Ask, tmp_path: Path
) -> None:
    site.lists("/one/")
    first = ask()
    site.pages.clear()
    site.put("/sitemap.xml", "Bad gateway", 502)
    later = ask()
    assert (later.links, later.digest) == (first.links, first.digest)
    assert later.trouble
    # A process that asks nobody knows the same.
    assert SiteList([tmp_path / "sitemap.json"]).recall(site.url) == later


def test_a_feed_does_not_stand_in_for_a_sitemap_that_is_away(site: LoopbackSite, ask: Ask) -> None:
    site.lists("/one/", "/two/")
    first = ask()
    site.put(
        "/feed.xml",
        "<rss version='2.0'><channel>"
        f"<item><title>One</title><link>{site.url}/one/</link></item></channel></rss>",
    )
    site.put("/sitemap.xml", "Bad gateway", 502)
    later = ask()
    assert (later.links, later.is_whole) == (first.links, True)
    assert later.trouble == f"{site.url}/sitemap.xml: its host answers 502"
    del site.pages["/sitemap.xml"]
    assert ask().links == first.links, "nor for one that is missing for a moment"


def test_a_site_without_anything_says_so(site: LoopbackSite, ask: Ask) -> None:
    site.put("/", "<html>Welcome</html>")
    host = site.url.removeprefix("http://")
    assert ask().trouble == f"{host} has neither a sitemap nor a feed"


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("/x y/ü?a=ö#z", "/x%20y/%C3%BC?a=%C3%B6"),
        ("/%C3%BC/", "/%C3%BC/"),
        ("", "/"),
        ("//other.example/x", None),
        ("/a//b", "/a//b"),
    ],
)
def test_addresses_are_encoded_once(
    site: LoopbackSite, ask: Ask, page: str, link: str | None
) -> None:
    site.put("/sitemap.xml", sitemap([f"{site.url}{page}", f"{site.url}/last"]))
    if page.startswith("//"):
        site.put("/sitemap.xml", sitemap([page, f"{site.url}/last"]))
    assert set(ask().links) == {link, "/last"} - {None}


def test_a_document_that_is_away_is_the_one_of_before(site: LoopbackSite, ask: Ask) -> None:
    site.put("/sitemap.xml", sitemap_index([f"{site.url}/1.xml", f"{site.url}/2.xml"]))
    site.lists("/one/", at="/1.xml")
    site.lists("/two/", at="/2.xml")
    ask()
    site.put("/2.xml", "Bad gateway", 502)
    found = ask()
    assert found.links == ("/one/", "/two/")
    assert not found.is_whole


def test_a_busy_host_is_left_alone(site: LoopbackSite, ask: Ask) -> None:
    site.put("/robots.txt", "", 429, Retry_After="3600")
    assert ask(clock=1000.0).links == ()
    assert len(site.requests) == 1
    ask(clock=2000.0)
    assert len(site.requests) == 1, "it asked for an hour"
    site.put("/robots.txt", "")
    site.lists("/one/")
    assert ask(clock=5000.0).links == ("/one/",)


def test_other_hosts_are_neither_asked_nor_believed(
    site: LoopbackSite, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loopback_site(monkeypatch) as other:
        other.lists("/one/", at="/evil.xml")
        site.put("/robots.txt", f"Sitemap: {other.url}/evil.xml")
        site.put("/sitemap.xml", sitemap_index([f"{other.url}/evil.xml", f"{site.url}/1.xml"]))
        site.put("/1.xml", sitemap([f"{other.url}/two/", f"{site.url}/three/", "ftp://x/four/"]))
        assert ask().links == ("/three/",)
        assert not other.requests


def test_a_sitemap_of_another_host_alone_is_none(site: LoopbackSite, ask: Ask) -> None:
    site.put("/sitemap.xml", sitemap(["https://old.example/one/"]))
    found = ask()
    assert (found.source, found.links) == ("", ())
    site.put("/robots.txt", f"Sitemap: {site.url}/sitemap.xml")
    given = ask(given=f"{site.url}/sitemap.xml")
    assert "it lists pages of old.example" in given.trouble


def test_the_host_that_a_site_redirects_to_is_the_site(
    site: LoopbackSite, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loopback_site(monkeypatch) as new:
        site.redirect("/robots.txt", f"{new.url}/robots.txt")
        new.put("/robots.txt", f"Sitemap: {new.url}/map.xml")
        new.lists("/one/", at="/map.xml")
        assert ask().links == ("/one/",)


def test_a_document_that_leads_to_another_host_is_left_out(
    site: LoopbackSite, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loopback_site(monkeypatch) as other:
        other.lists("/two/", at="/map.xml")
        site.put("/sitemap.xml", sitemap_index([f"{site.url}/1.xml", f"{site.url}/2.xml"]))
        site.redirect("/1.xml", f"{other.url}/map.xml")
        site.lists("/one/", at="/2.xml")
        found = ask()
        assert found.links == ("/one/",)
        assert "it leads to another host" in found.trouble


def test_without_https_nothing_is_asked(tmp_path: Path, site: LoopbackSite) -> None:
    site_list = SiteList([tmp_path / "sitemap.json"])
    found = site_list.ask(f"http://blog.example:{site.server_port}")
    assert found is not None
    assert found.links == ()
    assert not site.requests


def test_a_site_on_this_machine_is_not_asked(
    site: LoopbackSite, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.sources.host import is_public  # noqa: PLC0415 - as it is outside of tests
    from bot.sources.web import Web  # noqa: PLC0415

    defaults = {**(Web.__init__.__kwdefaults__ or {}), "may_reach": is_public}
    monkeypatch.setattr(Web.__init__, "__kwdefaults__", defaults)
    site.lists("/one/")
    found = ask()
    assert found.links == ()
    assert "is no public address" in found.trouble
    assert not site.requests


@pytest.mark.parametrize(
    "body",
    [
        "<html>Single page</html>",
        "",
        "<urlset></urlset>",
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><urlset><url><loc>&a;</loc></url></urlset>',
        "\0\0\0\0",
    ],
)
def test_nonsense_is_no_list(site: LoopbackSite, ask: Ask, body: str) -> None:
    for place in ("/robots.txt", "/", *(f"/{name}" for name in lookup.PLACES + lookup.FEEDS)):
        site.put(place, body)
    found = ask()
    assert (found.source, found.links) == ("", ())
    assert found.trouble
    assert len(site.requests) < 15


def test_an_index_that_names_itself_ends(site: LoopbackSite, ask: Ask) -> None:
    site.put("/sitemap.xml", sitemap_index(site.absolute(["/sitemap.xml", "/b.xml"])))
    site.put("/b.xml", sitemap_index(site.absolute(["/sitemap.xml", "/c.xml"])))
    site.lists("/one/", at="/c.xml")
    assert ask().links == ("/one/",)


def test_there_are_limits(site: LoopbackSite, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put("/sitemap.xml", sitemap_index(site.absolute(f"/{n}.xml" for n in range(50))))
    for number in range(50):
        site.lists(f"/{number}/", at=f"/{number}.xml")
    monkeypatch.setattr(crawler, "MOST_DOCUMENTS", 20)
    found = ask()
    assert (len(found.links), found.is_whole) == (19, False)


def test_a_slow_site_is_given_up(
    site: LoopbackSite, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawler, "MOST_SECONDS", 0.2)
    site.hold.clear()
    found = ask()
    assert found.links == ()
    assert "it was not there" in found.trouble


def test_a_large_list_is_given_up(
    site: LoopbackSite, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawler, "MOST_BYTES", 50_000)
    site.put("/robots.txt", "".join(f"Sitemap: {site.url}/{n}.xml\n" for n in range(9)))
    for number in range(9):
        pages = [f"{site.url}/{number}/{page}/" for page in range(200)]
        site.put(f"/{number}.xml", zipped(sitemap(pages)))
    found = ask()
    assert not found.is_whole
    assert "larger than" in found.trouble


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 1, "documents": 3}', "\0", "[" * 9999]
)
def test_a_damaged_memory_is_forgotten(
    site: LoopbackSite, ask: Ask, tmp_path: Path, text: str
) -> None:
    (tmp_path / "sitemap.json").write_text(text)
    site.lists("/one/")
    assert ask().links == ("/one/",)
    assert json.loads((tmp_path / "sitemap.json").read_text())["version"] == 1


def test_a_folder_that_cannot_be_written_costs_nothing_but_memory(
    site: LoopbackSite, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    site.lists("/one/")
    first = SiteList([tmp_path / "file" / "a.json", tmp_path / "b.json"], clock=lambda: 5.0)
    assert first.ask(site.url) is not None
    assert (tmp_path / "b.json").exists()
    assert SiteList([tmp_path / "file" / "a.json", tmp_path / "b.json"]).recall(site.url)


class TestOutput:
    """A generator's folder beside the posts."""

    def find(self, posts: Path, url: str | None = "https://a.example/blog") -> Sitemap | None:
        site_list = SiteList([posts.parent / "sitemap.json"])
        return site_list.find(posts, PurePosixPath(), has_site=False, site_url=url)

    @pytest.fixture
    def posts(self, tmp_path: Path) -> Path:
        """An empty posts folder."""
        folder = tmp_path / "site" / "posts"
        folder.mkdir(parents=True)
        return folder

    @pytest.mark.parametrize("name", ["public", "_site", "build", "dist"])
    def test_it_is_found_beside_them(self, posts: Path, name: str) -> None:
        output = posts.parent / name
        output.mkdir()
        (output / "sitemap.xml").write_text(
            sitemap(["https://a.example/blog/one/", "http://localhost:1313/blog/two/", "/three/"])
        )
        found = self.find(posts)
        assert found is not None
        assert found.links == ("/one/", "/two/")
        assert found.source == str(output / "sitemap.xml")

    def test_an_index_names_files_beside_it(self, posts: Path) -> None:
        output = posts.parent / "dist"
        (output / "maps").mkdir(parents=True)
        index = ["https://a.example/blog/sitemap-0.xml", "https://a.example/blog/maps/1.xml.gz"]
        (output / "sitemap-index.xml").write_text(sitemap_index(index))
        (output / "sitemap-0.xml").write_text(sitemap(["https://a.example/blog/one"]))
        (output / "maps" / "1.xml.gz").write_bytes(zipped(sitemap(["https://a.example/blog/two"])))
        found = self.find(posts)
        assert found is not None
        assert found.links == ("/one", "/two")

    def test_it_leads_nowhere_else(self, posts: Path, tmp_path: Path) -> None:
        (tmp_path / "outside.xml").write_text(sitemap(["https://a.example/blog/secret"]))
        output = posts.parent / "dist"
        output.mkdir()
        (output / "sitemap.xml").write_text(
            sitemap_index(
                ["https://a.example/../../outside.xml", "https://a.example/%00", "/linked.xml"]
            )
        )
        (output / "linked.xml").symlink_to(tmp_path / "outside.xml")
        assert self.find(posts) is None

    def test_one_of_another_site_is_passed_over(self, posts: Path) -> None:
        (posts.parent / "public").mkdir()
        (posts.parent / "public" / "sitemap.xml").write_text(sitemap(["https://b.example/one"]))
        assert self.find(posts) is None

    def test_a_file_that_is_set_and_missing_is_said(self, posts: Path) -> None:
        site_list = SiteList([posts / "sitemap.json"], given=posts / "no.xml")
        found = site_list.find(posts, PurePosixPath(), has_site=True, site_url="https://a.example")
        assert found is not None
        assert found.links == ()
        assert "no.xml: there is no such file" in found.trouble
