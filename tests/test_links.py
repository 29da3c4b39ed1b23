"""A site proves the links of its posts: from its sitemap, over a real socket, to an answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.announce.catalogue import fingerprint, shown_digest
from bot.announce.diff import PostDiff
from bot.announce.ledger import Known, Revision
from bot.announce.subscription import Subscription
from bot.app import App
from bot.cli import main
from bot.reading.reader import SiteReader
from bot.settings import TABLE, Settings
from bot.sources.link_check import LinkCheck
from tests.loopback_site import LoopbackSite, loopback_site, sitemap
from tests.wire.patience import PATIENCE

NAMES = ["one", "two", "three", "four", "five", "six", "seven"]
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "/one/"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<urlset><url><loc>&b;</loc></url></urlset>"
)


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a working directory of its own and no setting."""
    for setting in TABLE:
        monkeypatch.delenv(setting.variable, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackSite]:
    """The blog's site."""
    with loopback_site(monkeypatch) as site:
        yield site


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """Seven posts, each a day after the other."""
    folder = tmp_path / "posts"
    folder.mkdir()
    for day, name in enumerate(NAMES, start=1):
        text = f"---\ntitle: Post {name}\ndate: 2024-05-{day:02}\n---\nWords.\n"
        (folder / f"{name}.md").write_text(text)
    return folder


def app_of(blog: LoopbackSite, posts: Path, **options: str) -> App:
    given = {
        "--posts": str(posts),
        "--site": blog.url,
        "--db": str(posts.parent / "i.db"),
        "--state": str(posts.parent / "s.db"),
        **{f"--{name}": value for name, value in options.items()},
    }
    return App(Settings.load(given, {}))


async def links(app: App) -> dict[str, str | None]:
    """The links of all posts by name, as paths."""
    base = f"{app.settings.site_url}/"
    return {
        post.path.removesuffix(".md"): post.url and post.url.removeprefix(base)
        for post in await app.library.latest()
    }


async def synced(app: App) -> dict[str, str | None]:
    await app.sync(ask_site=True)
    return await links(app)


async def shows(app: App, expected: dict[str, str | None]) -> None:
    deadline = time.monotonic() + PATIENCE
    while (found := await links(app)) != expected:
        assert time.monotonic() < deadline, f"still {found}"
        await asyncio.sleep(0.02)


BY_RULE: dict[str, str | None] = {name: name for name in NAMES}


async def test_links_that_the_site_lists_are_confirmed(site: LoopbackSite, posts: Path) -> None:
    site.lists("/", "/about/", *(f"/{name}" for name in NAMES))
    async with app_of(site, posts) as app:
        assert await synced(app) == BY_RULE
        assert str((await app.library.status()).links) == (
            "7 confirmed by the site, 0 not listed, 0 corrected"
        )


async def test_the_site_spells_an_address_as_it_likes(site: LoopbackSite, posts: Path) -> None:
    site.lists(*(f"/{name}/" for name in NAMES))
    async with app_of(site, posts) as app:
        assert await synced(app) == {name: f"{name}/" for name in NAMES}
        report = (await app.library.status()).links
        assert report is not None
        assert report.confirmed == 7


async def test_a_wrong_rule_is_corrected(site: LoopbackSite, posts: Path) -> None:
    site.lists("/", "/tags/one/", *(f"/2024/05/{name}.html" for name in NAMES))
    async with app_of(site, posts) as app:
        assert await synced(app) == {name: f"2024/05/{name}.html" for name in NAMES}
        found = await app.library.find(f"{site.url}/2024/05/two.html")
        assert found is not None
        assert found.path == "two.md"


async def test_a_post_that_the_site_leaves_out_has_no_link(site: LoopbackSite, posts: Path) -> None:
    site.lists(*(f"/{name}" for name in NAMES if name != "four"))
    async with app_of(site, posts) as app:
        assert await synced(app) == {**BY_RULE, "four": None}
        assert str((await app.library.status()).links) == (
            "6 confirmed by the site, 1 not listed, 0 corrected"
        )


async def test_a_list_from_before_the_newest_posts_says_nothing_of_them(
    site: LoopbackSite, posts: Path
) -> None:
    site.lists(*(f"/{name}" for name in NAMES[:5]))
    async with app_of(site, posts) as app:
        assert await synced(app) == BY_RULE


async def test_a_feed_says_nothing_of_older_posts(site: LoopbackSite, posts: Path) -> None:
    items = "".join(
        f"<item><title>{name}</title><link>{site.url}/{name}</link></item>" for name in NAMES[4:]
    )
    site.put("/feed.xml", f"<rss version='2.0'><channel>{items}</channel></rss>")
    async with app_of(site, posts) as app:
        assert await synced(app) == BY_RULE


async def test_a_site_that_lists_no_posts_says_nothing_of_them(
    site: LoopbackSite, posts: Path
) -> None:
    site.lists("/", "/about/", "/contact/")
    async with app_of(site, posts) as app:
        assert await synced(app) == BY_RULE


async def test_an_address_may_be_that_of_a_file_that_is_no_post(
    site: LoopbackSite, posts: Path
) -> None:
    for folder, more in (("notes", "private: true"), ("log", "date: 2024-05-09")):
        (posts / folder).mkdir()
        (posts / folder / "eight.md").write_text(f"---\ntitle: Eight\n{more}\n---\nWords.\n")
    site.lists(*(f"/{name}" for name in NAMES), "/notes/eight/")
    async with app_of(site, posts) as app:
        assert await synced(app) == {**BY_RULE, "log/eight": "log/eight"}
        site.lists(*(f"/{name}" for name in NAMES), "/notes/eight/", "/log/2024/eight/")
        assert await synced(app) == {**BY_RULE, "log/eight": "log/2024/eight/"}


async def test_what_the_author_says_wins(site: LoopbackSite, posts: Path) -> None:
    (posts / "four.md").write_text(
        "---\ntitle: Four\ndate: 2024-05-04\ncanonical_url: https://other.example/4\n---\nWords.\n"
    )
    (posts / "five.md").write_text(
        "---\ntitle: Five\ndate: 2024-05-05\nsitemap: false\n---\nWords.\n"
    )
    site.lists("/blog/four/", *(f"/{name}" for name in NAMES if name != "five"))
    async with app_of(site, posts) as app:
        assert await synced(app) == {**BY_RULE, "four": "https://other.example/4"}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, BOMB),
        (200, "<html>Nothing is here</html>"),
        (200, "\0" * 1000),
        (200, sitemap(["https://elsewhere.example/one/"])),
        (500, "Oh no"),
        (404, ""),
    ],
)
async def test_whatever_the_site_says_there_is_an_index(
    site: LoopbackSite, posts: Path, status: int, body: str
) -> None:
    for place in ("/", "/robots.txt", "/sitemap.xml", "/feed.xml"):
        site.put(place, body, status)
    async with app_of(site, posts) as app:
        assert await synced(app) == BY_RULE
        assert str((await app.library.status()).links).startswith("not confirmed: ")


async def test_a_million_addresses_are_cut_and_the_index_is_made(
    site: LoopbackSite, posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sources.sitemap.crawler.MOST_ADDRESSES", 1000)
    site.lists(*(f"/{name}" for name in NAMES), *(f"/x/{n}" for n in range(5000)))
    async with app_of(site, posts) as app:
        assert await synced(app) == BY_RULE
        report = (await app.library.status()).links
        assert report is not None
        assert (report.confirmed, "only its first 1,000" in report.trouble) == (7, True)


async def test_no_network_leaves_the_rule(site: LoopbackSite, posts: Path) -> None:
    async with app_of(site, posts, site="https://127.0.0.1:1") as app:
        await app.sync(ask_site=True)
        assert (await links(app)) == BY_RULE
        assert "refused" in str((await app.library.status()).links).lower()


async def test_off_asks_nobody(site: LoopbackSite, posts: Path) -> None:
    (posts.parent / "public").mkdir()
    (posts.parent / "public" / "sitemap.xml").write_text(sitemap([f"{site.url}/blog/one/"]))
    async with app_of(site, posts, sitemap="off") as app:
        assert await synced(app) == BY_RULE
        assert (await app.library.status()).links is None
    assert not site.requests


async def test_an_output_folder_serves_without_the_site(site: LoopbackSite, posts: Path) -> None:
    output = posts.parent / "_site"
    output.mkdir()
    pages = sitemap(f"{site.url}/blog/{name}/" for name in NAMES)
    (output / "sitemap.xml").write_text(pages)
    async with app_of(site, posts) as app:
        assert await synced(app) == {name: f"blog/{name}/" for name in NAMES}
    assert not site.requests
    named = posts.parent / "elsewhere.xml"
    named.write_text(pages.replace("/blog/", "/log/"))
    async with app_of(site, posts, sitemap=str(named)) as app:
        assert await synced(app) == {name: f"log/{name}/" for name in NAMES}


async def test_an_address_may_be_set(site: LoopbackSite, posts: Path) -> None:
    site.lists(*(f"/blog/{name}/" for name in NAMES), at="/maps/posts.xml")
    async with app_of(site, posts, sitemap=f"{site.url}/maps/posts.xml") as app:
        assert await synced(app) == {name: f"blog/{name}/" for name in NAMES}
    assert site.asked == ["/maps/posts.xml"]


async def test_a_new_list_changes_links_and_nothing_else(
    site: LoopbackSite, posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.lists(*(f"/{name}" for name in NAMES))
    async with app_of(site, posts) as app:
        await app.sync(ask_site=True)
        before = await app.library.visible_posts()
        shown = [shown_digest(post) for post in await app.library.latest()]

        def read(_self: object, file: Any) -> None:
            pytest.fail(f"{file.path} is read again")

        monkeypatch.setattr(SiteReader, "read", read)
        site.lists(*(f"/blog/{name}/" for name in NAMES if name != "four"))
        report = await app.sync(ask_site=True)
        assert (report.added, report.changed, report.removed) == (0, 0, 0)
        assert await links(app) == {
            name: None if name == "four" else f"blog/{name}/" for name in NAMES
        }
        after = await app.library.visible_posts()
        assert {post.path: shown_digest(post) for post in after} == {
            post.path: shown_digest(post) for post in before
        }
        assert fingerprint(after) == fingerprint(before)
        assert [shown_digest(post) for post in await app.library.latest()] == shown
        site.lists(*(f"/{name}" for name in NAMES))
        await app.sync(ask_site=True)
        assert await links(app) == BY_RULE


async def test_a_new_list_announces_nothing(site: LoopbackSite, posts: Path) -> None:
    """What the ledger knows of the posts needs no change, so that no message does."""
    subscription = Subscription(place="text", channel=1)

    async def revise(app: App, known: Known) -> Revision:
        entries = await app.library.visible_posts()
        return PostDiff(entries=entries, minhashes={}, now=1.7e9, limit=99).revise(known)

    site.lists(*(f"/{name}" for name in NAMES))
    async with app_of(site, posts) as app:
        await app.sync(ask_site=True)
        first = await revise(app, Known(posts=(), subscriptions=(subscription,), is_first=False))
        assert len(first.posts) == len(NAMES)
        known = Known(posts=first.posts, subscriptions=(subscription,), is_first=False)
        for pages in ([f"/blog/{name}/" for name in NAMES if name != "two"], ["/about/"]):
            site.lists(*pages)
            await app.sync(ask_site=True)
            again = await revise(app, known)
            assert (list(again.posts), list(again.assignments)) == ([], [])
        (posts / "two.md").write_text("---\ntitle: Deux\ndate: 2024-05-02\n---\nOther words.\n")
        await app.sync()
        assert len((await revise(app, known)).posts) == 1, "an edit is one"


async def test_pages_that_become_posts_announce_nothing(site: LoopbackSite, posts: Path) -> None:
    """A section's first dated post, or the setting, makes posts of old texts: they are known."""
    subscription = Subscription(place="text", channel=1)
    notes = posts / "notes"
    notes.mkdir()
    for number in range(3):
        (notes / f"{number}.md").write_text(f"---\ntitle: Note {number}\n---\nNo day {number}.\n")

    async def revise(app: App, known: Known) -> Revision:
        entries = await app.library.visible_posts()
        return PostDiff(entries=entries, minhashes={}, now=1.7e9, limit=99).revise(known)

    async with app_of(site, posts, sitemap="off") as app:
        await app.sync()
        assert (await app.library.status()).pages == 3
        first = await revise(app, Known(posts=(), subscriptions=(), is_first=True))
        known = Known(posts=first.posts, subscriptions=(subscription,), is_first=False)
        (notes / "new.md").write_text("---\ntitle: New\ndate: 2024-05-02\n---\nDated.\n")
        await app.sync()
        assert (await app.library.status()).pages == 0
        found = await revise(app, known)
        assert [post.path for post in found.posts] == ["notes/new.md"]
        assert len(found.assignments) == 1
    for pages in ("notes", "none"):
        async with app_of(site, posts, sitemap="off", pages=pages) as app:
            await app.sync()
            assert [post.path for post in (await revise(app, known)).posts] == ["notes/new.md"]


async def test_an_edited_post_keeps_what_the_site_says(site: LoopbackSite, posts: Path) -> None:
    site.lists(*(f"/blog/{name}/" for name in NAMES))
    async with app_of(site, posts) as app:
        expected = await synced(app)
        (posts / "two.md").write_text("---\ntitle: Deux\ndate: 2024-05-02\n---\nOther words.\n")
        assert (await app.sync()).changed == 1
        assert await links(app) == expected
        assert len(site.requests) == 2, "robots.txt and the sitemap, once"


async def test_the_site_is_asked_while_the_bot_runs(site: LoopbackSite, posts: Path) -> None:
    site.lists(*(f"/blog/{name}/" for name in NAMES))
    site.hold.clear()
    async with app_of(site, posts) as app:
        await app.begin()
        async with app.watching():
            deadline = time.monotonic() + PATIENCE
            while not site.requests:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.02)
            assert await links(app) == BY_RULE, "answers do not wait for the site"
            (posts / "one.md").write_text("---\ntitle: Uno\ndate: 2024-05-01\n---\nWords.\n")
            while (await app.library.find("Uno")) is None:
                assert time.monotonic() < deadline, "nor do edits"
                await asyncio.sleep(0.02)
            site.hold.set()
            await shows(app, {name: f"blog/{name}/" for name in NAMES})


async def test_other_commands_use_what_was_listed_last(site: LoopbackSite, posts: Path) -> None:
    site.lists(*(f"/blog/{name}/" for name in NAMES))
    async with app_of(site, posts) as app:
        expected = await synced(app)
    asked = len(site.requests)
    async with app_of(site, posts) as app:
        await app.sync()
        assert await links(app) == expected
    assert len(site.requests) == asked


Slashpost = Callable[..., tuple[int, str, str]]


@pytest.fixture
def slashpost(site: LoopbackSite, posts: Path, capsys: pytest.CaptureFixture[str]) -> Slashpost:
    """A command over the blog, in this process."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main([*arguments, "--posts", str(posts), "--site", site.url])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_index_prints_three_links_and_how_many_are_confirmed(
    site: LoopbackSite, slashpost: Slashpost
) -> None:
    site.lists(*(f"/{name}" for name in NAMES if name not in {"two", "six"}), "/blog/six/")
    status, out, _ = slashpost("index")
    assert status == 0
    assert "Links      5 confirmed by the site, 1 not listed, 1 corrected\n" in out
    for place, link in (("newest", "/seven"), ("between", "/four"), ("oldest", "/one")):
        assert f"{place:<9}{site.url}{link}\n" in out


def test_index_prints_the_same_as_json(site: LoopbackSite, slashpost: Slashpost) -> None:
    site.lists(*(f"/{name}" for name in NAMES if name != "two"))
    said = json.loads(slashpost("index", "--json")[1])
    assert said["links"] == {
        "sitemap": f"{site.url}/sitemap.xml",
        "confirmed": 6,
        "not_listed": 1,
        "without_link": 1,
        "corrected": 0,
        "trouble": None,
    }
    assert said["samples"]["newest"] == f"{site.url}/seven"
    site.pages.clear()
    site.put("/sitemap.xml", "", 503)
    again = json.loads(slashpost("index", "--json")[1])
    assert "503" in again["links"]["trouble"]
    assert again["links"]["confirmed"] == 6


def test_a_plain_address_of_a_sitemap_is_refused(slashpost: Slashpost) -> None:
    status, _, err = slashpost("index", "--sitemap", "http://blog.example/sitemap.xml")
    assert status == 2
    assert "SLASHPOST_SITEMAP" in err
    assert "https" in err


class TestCheckLinks:
    """``slashpost check --links``."""

    @pytest.fixture(autouse=True)
    def quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A site on this machine needs no pauses."""
        monkeypatch.setattr(
            LinkCheck.__init__, "__kwdefaults__", {"seconds_between": 0.0}, raising=True
        )

    def test_all_is_well(self, site: LoopbackSite, slashpost: Slashpost) -> None:
        for name in NAMES:
            site.put(f"/{name}", "A page")
        status, out, err = slashpost("check", "--links")
        assert (status, err) == (0, "")
        assert out == "No problems in 7 posts.\n7 of 7 links answer 200.\n"

    def test_a_link_that_does_not_answer_is_named_with_what_is_listed(
        self, site: LoopbackSite, slashpost: Slashpost
    ) -> None:
        site.lists("/2023/six/", "/2024/06/six/", *(f"/{name}" for name in NAMES[:5]))
        for name in NAMES[1:5]:
            site.put(f"/{name}", "A page")
        status, out, err = slashpost("check", "--links")
        assert status == 1
        others = f"{site.url}/2024/06/six/, {site.url}/2023/six/"
        assert err.splitlines() == [
            f"seven.md: {site.url}/seven: it answers 404. The site lists nothing like it",
            f"six.md: {site.url}/six: it answers 404. The site lists {others}",
            f"one.md: {site.url}/one: it answers 404. The site lists it all the same",
        ]
        assert out.endswith("4 of 7 links answer 200.\n")

    def test_json(self, site: LoopbackSite, slashpost: Slashpost, posts: Path) -> None:
        site.lists(*(f"/{name}" for name in NAMES if name != "four"))
        for name in NAMES[1:]:
            site.put(f"/{name}", "A page")
        status, out, err = slashpost("check", "--links", "--json")
        assert (status, err) == (1, "")
        assert json.loads(out) == {
            "problems": [],
            "links": {
                "asked": 6,
                "without_link": 1,
                "failed": [
                    {
                        "path": "one.md",
                        "url": f"{site.url}/one",
                        "status": 404,
                        "reason": "it answers 404",
                        "listed": [f"{site.url}/one"],
                    }
                ],
            },
        }
        (posts / "bad.md").write_text("---\ntitle: [\n---\n")
        site.put("/one", "A page")
        status, out, _ = slashpost("check", "--links", "--json")
        assert (status, json.loads(out)["links"]["failed"]) == (1, [])

    def test_without_an_address_there_is_nothing_to_ask(
        self, posts: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["check", "--links", "--posts", str(posts)]) == 2
        assert "--site (SLASHPOST_SITE_URL): not set" in capsys.readouterr().err

    def test_without_links_nobody_is_asked(self, site: LoopbackSite, slashpost: Slashpost) -> None:
        assert slashpost("check")[0] == 0
        assert not site.requests
