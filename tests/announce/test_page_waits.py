"""A post is announced once its public page is there, or after the longest wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.announce import page_waits
from bot.announce.announcer import Announcer
from bot.announce.page_waits import (
    CLAIM_SECONDS,
    FIRST_DELAY,
    PageWait,
    PageWaiter,
    PageWaits,
)
from bot.blog.background import supervised
from bot.serve.state import State
from bot.sources.link_check import GET_SECONDS, HEAD_SECONDS, HttpPageProbe
from bot.state.sqlite import SQLite
from tests.announce.channels import Channels, Shelf
from tests.announce.conftest import NEWS, TEXT, Stage, until
from tests.announce.site import Site, serving_site
from tests.wire.patience import PATIENCE

MINUTE = 60.0


@dataclass(kw_only=True)
class Blog(Stage):
    """A stage whose state goes by the clock of its posts, and whose posts have pages."""

    site: Site

    def publish(self, name: str, *statuses: int) -> None:
        """Add a post whose page is answered for with these statuses, in turn."""
        self.site.statuses[f"/{name}/"] = list(statuses) or [404]
        self.shelf.put(f"{name}.md", name, day=-1, link=self.site.link(f"/{name}/"))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Announcer]:
        """A process that announces, and has looked at the posts."""
        announcer = self.announcer()
        async with announcer.running():
            await announcer.notice()
            yield announcer

    async def until_asked(self, name: str, times: int) -> None:
        """Wait until a page was asked for so often, and the answer is written down."""

        async def is_noted() -> bool:
            waits = await self.state.page_waits.all()
            return any(each.title == name and each.asks == times for each in waits)

        await until(is_noted)

    async def until_shown(self, key: str, *texts: str) -> None:
        """Wait until a channel shows just that."""
        await until(lambda: self.discord.texts(key) == list(texts))

    def pass_time(self, announcer: Announcer, seconds: float) -> None:
        """Let it be that much later."""
        self.shelf.now += seconds
        announcer._page_waiter.wake()
        announcer._sender.wake()


@pytest.fixture
async def blog(tmp_path: Path) -> AsyncIterator[Blog]:
    """An empty blog that a channel has been told of."""
    shelf = Shelf()
    probe = HttpPageProbe(may_reach=lambda _: True, head_seconds=PATIENCE, get_seconds=PATIENCE)
    async with (
        serving_site() as site,
        SQLite.open(tmp_path / "state.db", clock=lambda: shelf.now) as database,
    ):
        blog = Blog(State(database), shelf, Channels(), page_probe=probe, site=site)
        await blog.announce()
        await blog.state.subscriptions.keep(TEXT)
        yield blog


@pytest.fixture(autouse=True)
def info(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO):
        yield


async def test_a_page_that_is_there_is_announced_at_once(blog: Blog) -> None:
    blog.publish("a", 200)
    async with blog.running():
        await blog.until_shown(TEXT.key, "a")
    assert blog.site.requests == [("HEAD", "/a/")]
    assert await blog.state.page_waits.all() == []


async def test_a_page_that_comes_is_waited_for(
    blog: Blog, caplog: pytest.LogCaptureFixture
) -> None:
    blog.publish("a", 404, 404, 200)
    async with blog.running() as announcer:
        await blog.until_asked("a", 1)
        assert blog.discord.calls == []
        blog.pass_time(announcer, FIRST_DELAY)
        await blog.until_asked("a", 2)
        blog.pass_time(announcer, 2 * FIRST_DELAY)
        await blog.until_shown(TEXT.key, "a")
    assert blog.site.asked("/a/") == 3
    assert "'a' is announced once its page is there: its host answers 404" in caplog.text
    assert "The page of 'a' is there" in caplog.text


async def test_a_page_is_asked_for_after_15_seconds_30_then_1_2_and_4_minutes(blog: Blog) -> None:
    blog.publish("a")
    waits = []
    async with blog.running() as announcer:
        for times in range(1, 7):
            await blog.until_asked("a", times)
            left = await blog.state.page_waits.wait()
            assert left is not None
            waits.append(left)
            blog.pass_time(announcer, left)
    assert waits == [15, 30, 60, 120, 240, 480]


async def test_a_page_that_never_comes_is_announced_after_the_longest_wait(
    blog: Blog, caplog: pytest.LogCaptureFixture
) -> None:
    blog.publish("a")
    begin = blog.shelf.now
    async with blog.running() as announcer:
        await blog.until_asked("a", 1)
        while (left := await blog.state.page_waits.wait()) is not None:
            assert blog.discord.calls == []
            (before,) = await blog.state.page_waits.all()
            blog.pass_time(announcer, left)
            await blog.until_asked("a", before.asks + 1)
        assert blog.shelf.now - begin == 30 * MINUTE
        await blog.until_shown(TEXT.key, "a")
    assert "'a' is announced without its page: its host answers 404" in caplog.text
    (wait,) = await blog.state.page_waits.all()
    assert (wait.title, wait.is_over, wait.problem) == ("a", True, "its host answers 404")
    assert blog.site.asked("/a/") == 8


async def test_what_went_out_without_its_page_is_named_for_a_week(blog: Blog) -> None:
    blog.page_wait = 0.0
    blog.publish("a")
    async with blog.running():
        await blog.until_shown(TEXT.key, "a")
    blog.shelf.now += 8 * 24 * 60 * MINUTE
    blog.publish("b")
    async with blog.running():
        await blog.until_shown(TEXT.key, "a", "b")
    assert [each.title for each in await blog.state.page_waits.all()] == ["b"]


async def test_a_page_is_asked_for_once_however_many_channels_wait(blog: Blog) -> None:
    await blog.state.subscriptions.keep(NEWS)
    blog.publish("a", 404, 200)
    async with blog.running() as announcer:
        await blog.until_asked("a", 1)
        blog.pass_time(announcer, FIRST_DELAY)
        for key in (NEWS.key, TEXT.key):
            await blog.until_shown(key, "a")
    assert blog.site.asked("/a/") == 2


async def test_a_channel_keeps_its_order_and_others_do_not_wait(blog: Blog) -> None:
    await blog.state.subscriptions.keep(replace(NEWS, tags=("b",)))
    blog.publish("a", 404, 200)
    blog.site.statuses["/b/"] = [200]
    blog.shelf.put("b.md", "b", link=blog.site.link("/b/"), tags=("b",))
    async with blog.running() as announcer:
        await blog.until_shown(NEWS.key, "b")
        assert blog.discord.texts(TEXT.key) == []
        blog.pass_time(announcer, FIRST_DELAY)
        await blog.until_shown(TEXT.key, "a", "b")


async def test_what_was_announced_is_changed_while_another_post_waits(blog: Blog) -> None:
    blog.publish("a", 200)
    async with blog.running() as announcer:
        await blog.until_shown(TEXT.key, "a")
        blog.publish("b")
        blog.shelf.put("a.md", "a!", link=blog.site.link("/a/"))
        await announcer.notice()
        await blog.until_shown(TEXT.key, "a!")
        await blog.until_asked("b", 1)
    assert blog.site.asked("/a/") == 1, "a page is asked for before the first announcement only"


async def test_a_list_waits_for_all_its_pages(blog: Blog) -> None:
    for name in "abcdef":
        blog.publish(name, *([404, 200] if name == "f" else [200]))
    async with blog.running() as announcer:
        await blog.until_asked("f", 1)
        await until(lambda: len(blog.site.requests) == 7)
        assert blog.discord.calls == []
        blog.pass_time(announcer, FIRST_DELAY)
        await blog.until_shown(TEXT.key, "a, b, c, d, e, f")


async def test_a_wait_goes_on_in_the_next_process_and_on_another_machine(blog: Blog) -> None:
    blog.publish("a")
    async with blog.running():
        await blog.until_asked("a", 1)
    (before,) = await blog.state.page_waits.all()
    blog.shelf.now += 10 * MINUTE  # asleep
    async with blog.running(), blog.running():
        await blog.until_asked("a", 2)
        assert blog.discord.calls == []
    (wait,) = await blog.state.page_waits.all()
    assert wait.since == before.since
    assert blog.site.asked("/a/") == 2, "two machines ask once"
    blog.shelf.now += 20 * MINUTE
    async with blog.running():
        await blog.until_shown(TEXT.key, "a")


async def test_a_machine_that_was_asleep_all_the_time_asks_before_it_announces(blog: Blog) -> None:
    blog.publish("a", 404, 200)
    async with blog.running():
        await blog.until_asked("a", 1)
    blog.shelf.now += 600 * MINUTE
    async with blog.running():
        await blog.until_shown(TEXT.key, "a")
    assert await blog.state.page_waits.all() == []


async def test_posts_without_a_link_are_not_asked_about(blog: Blog) -> None:
    blog.shelf.put("a.md", "a")
    blog.shelf.put("b.md", "b", link="/b/")  # the site's address is not known
    async with blog.running():
        await blog.until_shown(TEXT.key, "a", "b")
    assert blog.site.requests == []


async def test_nothing_is_asked_for_where_nobody_hears_of_it(blog: Blog) -> None:
    await blog.state.subscriptions.remove(TEXT.key)
    blog.publish("a")
    async with blog.running() as announcer:
        await until(lambda: not announcer._is_behind and announcer._sender.is_idle)
    assert await blog.state.page_waits.all() == []
    assert blog.site.requests == []


async def test_a_post_that_is_withdrawn_meanwhile_is_not_announced_and_waits_anew_when_it_returns(
    blog: Blog,
) -> None:
    blog.publish("a")
    async with blog.running() as announcer:
        await blog.until_asked("a", 1)
        blog.shelf.take("a.md")
        await announcer.notice()
        await until(lambda: not announcer._is_behind)
        blog.pass_time(announcer, FIRST_DELAY)

        async def is_dropped() -> bool:
            backlog = await blog.state.outbox.backlog()
            return not backlog.waiting and not await blog.state.page_waits.all()

        await until(is_dropped)
        blog.publish("a")
        await announcer.notice()
        await blog.until_asked("a", 1)
        assert blog.discord.texts(TEXT.key) == []
        blog.site.statuses["/a/"] = [200]
        blog.pass_time(announcer, FIRST_DELAY)
        await blog.until_shown(TEXT.key, "a")


async def test_the_page_of_a_new_link_counts(blog: Blog) -> None:
    blog.publish("a")
    async with blog.running() as announcer:
        await blog.until_asked("a", 1)
        blog.site.statuses["/z/"] = [200]
        blog.shelf.put("a.md", "a", link=blog.site.link("/z/"))
        await announcer.notice()
        await until(lambda: not announcer._is_behind)
        blog.pass_time(announcer, FIRST_DELAY)
        await blog.until_shown(TEXT.key, "a")


async def test_without_a_probe_what_waited_goes_out(blog: Blog) -> None:
    blog.publish("a")
    async with blog.running():
        await blog.until_asked("a", 1)
    blog.page_probe = None
    async with blog.running():
        await blog.until_shown(TEXT.key, "a")
        blog.publish("b")
    async with blog.running():
        await blog.until_shown(TEXT.key, "a", "b")
    assert blog.site.asked("/b/") == 0


async def test_a_clock_that_goes_back_prolongs_no_wait(blog: Blog) -> None:
    blog.publish("a")
    async with blog.running() as announcer:
        await blog.until_asked("a", 1)
        blog.shelf.now -= 600 * MINUTE
        await blog.state.outbox.forget_times()  # as the sender does
        blog.pass_time(announcer, 0)
        await blog.until_asked("a", 2)
        blog.pass_time(announcer, 31 * MINUTE)
        await blog.until_shown(TEXT.key, "a")


async def test_a_request_that_hangs_holds_up_no_other_post(blog: Blog) -> None:
    await blog.state.subscriptions.keep(replace(NEWS, tags=("b",)))
    blog.publish("a")
    blog.site.hangs.add("/a/")
    async with blog.running() as announcer:
        await until(lambda: blog.site.asked("/a/") == 1)
        blog.site.statuses["/b/"] = [200]
        blog.shelf.put("b.md", "b", link=blog.site.link("/b/"), tags=("b",))
        await announcer.notice()
        await blog.until_shown(NEWS.key, "b")
    assert blog.discord.texts(TEXT.key) == []


async def test_the_next_process_asks_at_once_for_what_a_stopped_one_was_asking_for(
    blog: Blog,
) -> None:
    blog.publish("a")
    blog.site.hangs.add("/a/")
    async with blog.running():
        await until(lambda: blog.site.asked("/a/") == 1)
    blog.site.hangs.clear()
    blog.site.statuses["/a/"] = [200]
    async with blog.running():
        await blog.until_shown(TEXT.key, "a")


async def test_the_next_process_soon_asks_for_what_a_killed_one_was_asking_for(blog: Blog) -> None:
    blog.publish("a")
    async with blog.running():
        await blog.until_asked("a", 1)
    blog.site.statuses["/a/"] = [200]
    blog.shelf.now += FIRST_DELAY
    assert await blog.state.page_waits.claim(CLAIM_SECONDS) is not None
    async with blog.running() as announcer:
        assert blog.site.asked("/a/") == 1
        blog.pass_time(announcer, CLAIM_SECONDS)
        await blog.until_shown(TEXT.key, "a")


class DueLater(PageWaits):
    """Finds nothing to ask for at the first look, as if it became due right after that."""

    looks = 0

    async def claim(self, seconds: float) -> PageWait | None:
        self.looks += 1
        return None if self.looks == 1 else await super().claim(seconds)


async def test_a_page_that_becomes_due_right_after_a_look_is_asked_for_at_once(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_waits, "LONGEST_SLEEP", 10 * PATIENCE)
    blog.publish("a")
    async with blog.running():
        await blog.until_asked("a", 1)
    blog.site.statuses["/a/"] = [200]
    blog.shelf.now += FIRST_DELAY
    waiter = PageWaiter(
        DueLater(blog.state.database),
        blog.page_probe,
        blog.shelf,
        longest=blog.page_wait,
        released=lambda: None,
    )
    async with supervised(waiter.run, name="ask for pages"):
        await until(lambda: blog.site.asked("/a/") == 2)


def test_a_claim_is_longer_than_a_request_and_no_longer_than_need_be() -> None:
    assert HEAD_SECONDS + GET_SECONDS < CLAIM_SECONDS < 2 * (HEAD_SECONDS + GET_SECONDS)


async def test_whoever_keeps_the_machine_awake_waits_with_it(blog: Blog) -> None:
    blog.publish("a", 404, 200)
    async with blog.running() as announcer:
        await blog.until_asked("a", 1)
        waiting = asyncio.create_task(announcer.idle(PATIENCE))
        assert await announcer.idle(0.3) == 1, "it used its time up, and says that one waits"
        blog.pass_time(announcer, FIRST_DELAY)
        assert await waiting == 0
    assert blog.discord.texts(TEXT.key) == ["a"]
