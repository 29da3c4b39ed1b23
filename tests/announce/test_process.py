"""The whole bot as a process, in both modes: a post in the folder reaches those who want it."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import signal
from pathlib import Path

import pytest

from bot.announce.subscription import Place
from bot.serve.state import State
from tests.announce.scene import Town, first_look
from tests.announce.site import serving_site
from tests.ports import free_port
from tests.wire.limits import texts_of
from tests.wire.patience import PATIENCE
from tests.wire.process import BotProcess, over_http
from tests.wire.server import LoopbackDiscord

PLACES: list[Place] = ["text", "forum", "reader"]
TITLE = re.compile(r"Post number \d+")


# Lets the bot ask for pages on this machine, and soon again.
ASKS_HERE = """
from bot.announce import page_waits
from bot.sources.link_check import HttpPageProbe
HttpPageProbe.__init__.__kwdefaults__["may_reach"] = lambda address: True
page_waits.PageWaits.go_on.__globals__["FIRST_DELAY"] = 0.1
"""


def publish(blog: Path, number: int, link: str = "") -> None:
    """Write a post of today."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    fields = f"title: Post number {number}\ndate: {today}\n"
    if link:
        fields += f"canonical_url: {link}\n"
    head = f"---\n{fields}---\n"
    (blog / f"post-{number}.md").write_text(f"{head}\nSomething new about {number}.\n")


async def subscribed(folder: Path, discord: LoopbackDiscord) -> Town:
    """A blog with one post, and a channel, a forum and a reader who want the next ones."""
    (folder / "posts").mkdir()
    publish(folder / "posts", 0)
    town = Town.build(PLACES)
    town.settle(discord.answers)
    async with State.open(folder / "state.db") as state:
        for subscription in town.subscriptions:
            await state.subscriptions.keep(subscription)
    return town


def titles(discord: LoopbackDiscord, place: int) -> list[str]:
    """What was announced in one of the places, in order."""
    where = 400 + place if PLACES[place] != "reader" else f"4{700 + place}"
    if str(where) not in discord.answers.channels:
        return []
    return [
        title
        for message in discord.read(where)
        for text in texts_of(message)[:3]
        for title in TITLE.findall(text)[:1]
    ]


async def until_announced(
    discord: LoopbackDiscord, numbers: list[int], seconds: float = PATIENCE
) -> None:
    """Wait until exactly these posts were announced everywhere, in that order."""
    wanted = [[f"Post number {number}" for number in numbers]] * len(PLACES)
    async with asyncio.timeout(seconds):
        while [titles(discord, place) for place in range(len(PLACES))] != wanted:  # noqa: ASYNC110 - whoever reads, asks
            await asyncio.sleep(0.05)


def bot(discord: LoopbackDiscord, folder: Path, mode: str, *, waits: bool = False) -> BotProcess:
    """The bot over that folder; ``waits`` as in ``BotProcess``."""
    over_gateway = ("--state", str(folder / "state.db"))
    options = over_http(folder, free_port()) if mode == "http" else over_gateway
    index, posts = folder / "index.db", folder / "posts"
    return BotProcess(discord.base, index, *options, posts=posts, waits=waits)


@pytest.mark.parametrize("mode", ["gateway", "http"])
async def test_posts_are_announced_across_a_restart(tmp_path: Path, mode: str) -> None:
    blog = tmp_path / "posts"
    async with LoopbackDiscord() as discord:
        await subscribed(tmp_path, discord)
        async with bot(discord, tmp_path, mode) as process:
            await discord.rest.until("GET", "/users/@me")
            await first_look(tmp_path / "state.db")
            publish(blog, 1)
            await until_announced(discord, [1])
            assert await process.end() == 0
            assert "Traceback" not in process.log
        publish(blog, 2)
        async with bot(discord, tmp_path, mode) as process:
            await until_announced(discord, [1, 2])
            publish(blog, 3)
            await until_announced(discord, [1, 2, 3])
            assert await process.end() == 0
            assert "Traceback" not in process.log
        assert discord.rest.complaints == []


@pytest.mark.announce
@pytest.mark.parametrize("mode", ["gateway", "http"])
async def test_a_bot_killed_between_sending_and_noting_it_does_not_send_again(
    tmp_path: Path, mode: str
) -> None:
    """The next one waits until the killed one's lease is over, and finds the messages."""
    async with LoopbackDiscord() as discord:
        await subscribed(tmp_path, discord)
        async with bot(discord, tmp_path, mode, waits=True) as process:
            await discord.rest.until("GET", "/users/@me")
            await first_look(tmp_path / "state.db")
            discord.fail("POST", "/channels/[0-9]+/(messages|threads)", None, times=3, delay=30)
            publish(tmp_path / "posts", 1)
            await until_announced(discord, [1])  # they are there, and the bot waits
            await process.end(signal.SIGKILL)
        discord.answers.nonce_seconds = 0
        async with bot(discord, tmp_path, mode, waits=True) as process:
            publish(tmp_path / "posts", 2)
            await until_announced(discord, [1, 2], 90)
            assert process.log.count("Found") == len(PLACES)
        assert discord.rest.complaints == []


async def test_a_post_waits_for_its_page_across_a_restart(tmp_path: Path) -> None:
    def asking() -> BotProcess:
        process = bot(discord, tmp_path, "gateway")
        process.run_first(ASKS_HERE)
        return process

    async with LoopbackDiscord() as discord, serving_site() as site:
        await subscribed(tmp_path, discord)
        async with asking() as process:
            await discord.rest.until("GET", "/users/@me")
            await first_look(tmp_path / "state.db")
            publish(tmp_path / "posts", 1, site.link("/one"))
            await process.says("is announced once its page is there: its host answers 404")
            assert await process.end() == 0
            assert "Traceback" not in process.log
        asked = site.asked("/one")
        assert [titles(discord, place) for place in range(len(PLACES))] == [[], [], []]
        async with asking() as process:
            async with asyncio.timeout(PATIENCE):
                while site.asked("/one") == asked:  # noqa: ASYNC110 - another process asks
                    await asyncio.sleep(0.05)
            assert [titles(discord, place) for place in range(len(PLACES))] == [[], [], []]
            site.statuses["/one"] = [200]
            await until_announced(discord, [1])
            await process.says("The page of 'Post number 1' is there")
            assert await process.end() == 0
            assert "Traceback" not in process.log
        assert discord.rest.complaints == []
