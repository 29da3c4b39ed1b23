"""Posts that are not on this machine: from a repository or a feed to the library."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import aiohttp
import pytest
from aiohttp import web

from bot import app as app_module
from bot.announce.announcer import Announcer
from bot.app import App
from bot.blog.address import FeedAddress, RepositoryAddress
from bot.blog.errors import SourceError
from bot.blog.post import Post
from bot.serve.hooks import HookActions
from bot.settings import Settings
from bot.sources.web import Web
from bot.web.server import listening
from tests.needs import needs_git
from tests.ports import free_port
from tests.sources.feed import host as feeds
from tests.sources.git.host import Blog, Host, serving
from tests.wire.patience import PATIENCE
from tests.wire.process import BotProcess, over_http
from tests.wire.server import LoopbackDiscord

pytestmark = needs_git

SECRET = "known to the host"


ONE_ENTRY = (
    b"<rss version='2.0'><channel><link>https://blog.example/</link><item><guid>1</guid>"
    b"<title>From a feed</title><link>https://blog.example/a-post/</link>"
    b"<description>&lt;h2&gt;Part&lt;/h2&gt;&lt;p&gt;Words.&lt;/p&gt;</description>"
    b"</item></channel></rss>"
)


def reach_all() -> dict[str, object]:
    """The defaults of ``Web`` for feeds of this machine."""
    return {**(Web.__init__.__kwdefaults__ or {}), "may_reach": lambda _: True}


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    blog = Blog(tmp_path)
    blog.push(
        {
            "hugo.toml": "baseURL = 'https://blog.example/'\n",
            "content/posts/one.md": "---\ntitle: One\ndate: 2024-01-11\n---\nWords.\n",
            "content/posts/two.md": "# Two\n\nWithout a date.\n",
        },
        when=1_705_000_000,
    )
    return blog


@pytest.fixture
def host(blog: Blog) -> Iterator[Host]:
    with serving(blog.bare.parent) as host:
        yield host


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the bot keeps what it has."""
    return tmp_path / "home"


def settings_for(posts: str, home: Path, **environ: str) -> Settings:
    given = {"--posts": posts, "--db": str(home / "i.db"), "--state": str(home / "state.db")}
    return Settings.load(given, environ)


def source_of(host: Host) -> str:
    return str(RepositoryAddress(host.url, None, "content/posts"))


def app_for(host: Host, home: Path, **environ: str) -> App:
    return App(settings_for(f"{host.url}#:content/posts", home, **environ))


async def titles(app: App) -> list[str]:
    return [post.title for post in await app.library.latest()]


def dates_of(post: Post | None) -> tuple[str | None, str | None]:
    """When a post was written and changed."""
    assert post is not None
    return (
        post.date.text if post.date else None,
        post.updated.text if post.updated else None,
    )


async def until(condition: str, app: App) -> None:
    """Wait for the newest title."""
    start = time.monotonic()
    while (await titles(app))[0] != condition:
        assert time.monotonic() - start < PATIENCE
        await asyncio.sleep(0.02)


async def test_a_repository_is_read_like_a_folder(host: Host, home: Path) -> None:
    async with app_for(host, home) as app:
        await app.sync()
        one = await app.library.find("one")
        assert one is not None
        assert one.url == "https://blog.example/posts/one/"
        status = await app.library.status()
        assert (status.source, status.generator) == (source_of(host), "hugo")


async def test_git_dates_what_its_author_did_not(blog: Blog, host: Host, home: Path) -> None:
    async with app_for(host, home) as app:
        await app.sync()
        one, two = await app.library.find("one"), await app.library.find("two")
        assert dates_of(one) == ("2024-01-11", None)
        assert dates_of(two) == ("2024-01-11T19:06:40+00:00", None)
        blog.push({"content/posts/two.md": "# Two\n\nEdited.\n"}, when=1_705_900_000)
        assert await app.refresh()
        assert dates_of(await app.library.find("two")) == (
            "2024-01-11T19:06:40+00:00",
            "2024-01-22T05:06:40+00:00",
        )


async def test_gits_date_does_not_make_a_page_a_post(blog: Blog, host: Host, home: Path) -> None:
    blog.push({"content/posts/stray.md": "Neither date nor title.\n"})
    async with app_for(host, home) as app:
        await app.sync()
        left = {one.path: one.reason for one in (await app.library.status()).left_out}
    assert left == {"stray.md": "a page: it has neither date nor title"}


async def test_a_post_that_git_lfs_keeps_elsewhere_is_told(
    blog: Blog, host: Host, home: Path
) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'4d' * 32}\nsize 12345\n"
    blog.push({"content/posts/2024-01-05-hello.md": pointer})
    async with app_for(host, home) as app:
        await app.sync()
        assert await titles(app) == ["Two", "One"]
        (problem,) = (await app.library.status()).problems
        assert (problem.path, problem.line) == ("2024-01-05-hello.md", 1)
        assert "Git LFS pointer" in problem.reason


async def test_two_folders_of_a_repository_do_not_mix(blog: Blog, host: Host, home: Path) -> None:
    blog.push({"notes/a.md": "# A note\n"}, when=1_705_500_000)
    async with app_for(host, home) as app:
        await app.sync()
        assert await titles(app) == ["Two", "One"]
    async with App(settings_for(f"{host.url}#:notes", home)) as app:
        await app.sync()
        note = await app.library.find("a")
    assert dates_of(note) == ("2024-01-17T14:00:00+00:00", None)


async def test_a_host_out_of_reach_keeps_the_last_index(
    host: Host, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with app_for(host, home) as app:
        await app.sync()
        host.token = "secret"
        assert not await app.refresh()
        assert "Kept the last index: 127.0.0.1" in caplog.text
        assert "is private" in (await app.library.status()).trouble
        assert await titles(app) == ["Two", "One"]
        host.token = None
        assert await app.refresh()
        assert (await app.library.status()).trouble == ""


async def test_a_start_without_the_host_answers_from_the_last_index(host: Host, home: Path) -> None:
    async with app_for(host, home) as app:
        await app.sync()
    host.token = "secret"
    async with app_for(host, home) as app:
        await app.begin()
        assert await titles(app) == ["Two", "One"]
        assert (await app.library.status()).source == source_of(host)


@pytest.mark.parametrize("kind", ["repository", "feed"])
async def test_without_host_and_index_the_posts_are_those_that_were_fetched_last(
    host: Host, home: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    with feeds.serving() as feed:
        feed.body = ONE_ENTRY
        posts = feed.url() if kind == "feed" else f"{host.url}#:content/posts"
        monkeypatch.setattr(Web.__init__, "__kwdefaults__", reach_all())
        async with App(settings_for(posts, home)) as app:
            await app.sync()
            found = await titles(app)
        assert found
    host.token = "secret"
    (home / "i.db").unlink()
    async with App(settings_for(posts, home)) as app:
        await app.begin()
        assert await titles(app) == found
        assert "127.0.0.1" in app.library.trouble
        # It is asked again, and what it does not say changes nothing.
        assert not await app.refresh()
        assert await titles(app) == found


async def test_an_index_of_other_posts_is_not_answered_from(host: Host, home: Path) -> None:
    """As in an image that was built with another blog in it."""
    (home / "posts").mkdir(parents=True)
    (home / "posts" / "x.md").write_text("# Another blog's\n")
    async with App(settings_for(str(home / "posts"), home)) as app:
        await app.sync()
    async with app_for(host, home) as app:
        assert not await app.recall()
        await app.begin()
        assert await titles(app) == ["Two", "One"]
    host.token = "secret"
    async with App(settings_for(f"{host.url}#other:content/posts", home)) as app:
        with pytest.raises(SourceError):
            await app.begin()


async def test_an_image_whose_index_cannot_be_written_uses_the_one_beside_the_state(
    host: Host, home: Path
) -> None:
    async with app_for(host, home) as app:
        await app.sync()
    (home / "i.db").rename(home / "index.db")
    host.token = "secret"
    async with app_for(host, home) as app:
        await app.begin()
        assert await titles(app) == ["Two", "One"]


async def test_the_repository_is_looked_at_now_and_then(
    blog: Blog, host: Host, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "SECONDS_BETWEEN_CLOCK_CHECKS", 0.02)
    asleep = 0.0
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + asleep)
    looks = 0

    async def count() -> None:
        nonlocal looks
        looks += 1

    async with app_for(host, home) as app:
        await app.begin()
        app.after_sync.append(count)
        async with app.watching():
            async with asyncio.timeout(PATIENCE):
                while not looks:  # noqa: ASYNC110 - nobody tells of it
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)
            assert looks == 1, "once at the start, then after ten minutes"
            blog.push({"content/posts/three.md": "---\ntitle: Three\ndate: 2024-02-01\n---\n"})
            asleep = 601.0
            await until("Three", app)


class Silence(Announcer):
    """Announces nothing, and remembers what it was asked."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def idle(self, seconds: float) -> int:
        self.waits.append(seconds)
        return 0


@asynccontextmanager
async def calling(app: App) -> AsyncIterator[tuple[HookActions, str]]:
    routes = web.Application()
    bell = HookActions(app, routes)
    async with listening(routes, 0) as port:
        yield bell, f"http://127.0.0.1:{port}"


async def post(url: str, body: bytes = b"", **headers: str) -> tuple[int, object]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as response,
    ):
        return response.status, cast("object", await response.json())


async def test_a_push_shows_at_once(blog: Blog, host: Host, home: Path) -> None:
    body = json.dumps({"ref": "refs/heads/main", "repository": {"default_branch": "main"}}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    announcer = Silence()
    async with (
        app_for(host, home, SLASHPOST_PUSH_SECRET=SECRET) as app,
        calling(app) as (bell, url),
    ):
        await app.begin()
        async with bell.working(announcer):
            blog.push({"content/posts/three.md": "---\ntitle: Three\ndate: 2024-02-01\n---\n"})
            assert await post(
                f"{url}/hooks/push", body, **{"X-Hub-Signature-256": f"sha256={signature}"}
            ) == (200, {"posts": 3, "waiting": 0})
            assert (await titles(app))[0] == "Three"
    assert len(announcer.waits) == 1


async def test_whoever_has_started_the_machine_waits_until_it_can_work(
    host: Host, home: Path
) -> None:
    heard: list[str] = []

    async def notice() -> None:
        heard.append("a look")

    async with (
        app_for(host, home, SLASHPOST_WAKE_SECRET=SECRET) as app,
        calling(app) as (bell, url),
    ):
        waking = asyncio.create_task(post(f"{url}/hooks/wake", Authorization=f"Bearer {SECRET}"))
        await asyncio.sleep(0.2)
        assert not heard, "nobody would hear what a look finds now"
        await app.begin()
        app.after_sync.append(notice)
        async with bell.working(None):
            assert await waking == (200, {"posts": 2, "waiting": 0})
    assert heard == ["a look"]


async def test_a_feed_is_read_like_a_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(Web.__init__, "__kwdefaults__", reach_all())
    with feeds.serving() as host:
        host.body = ONE_ENTRY
        async with App(settings_for(host.url(), home)) as app:
            await app.sync()
            found = await app.library.find("a-post")
            assert found is not None
            assert found.url == "https://blog.example/a-post/"
            status = await app.library.status()
            assert (status.site_url, status.source) == (
                "https://blog.example/",
                str(FeedAddress(host.url())),
            )
            (hit,) = await app.library.search("words")
            assert hit.heading == "Part"
            host.body = b"<html>Down for maintenance</html>"
            assert not await app.refresh()
            assert "neither RSS nor Atom" in (await app.library.status()).trouble
            assert await titles(app) == ["From a feed"]


async def test_a_feed_on_this_machine_is_refused(home: Path) -> None:
    with feeds.serving() as host:
        async with App(settings_for(host.url(), home)) as app:
            with pytest.raises(SourceError, match="is no public address"):
                await app.sync()
        assert not host.requests


async def test_a_bot_stops_in_time_though_its_host_never_answers(home: Path) -> None:
    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    asked = asyncio.Event()
    silent = await asyncio.start_server(keep_silent, "127.0.0.1")
    port = silent.sockets[0].getsockname()[1]
    async with silent, LoopbackDiscord() as discord:
        where = ("--posts", f"http://127.0.0.1:{port}/blog.git")
        options = (*over_http(home, free_port()), *where)
        async with BotProcess(discord.base, home / "i.db", *options) as process:
            async with asyncio.timeout(PATIENCE):
                await asked.wait()
            assert await process.end() == 0
            assert "Traceback" not in process.log
