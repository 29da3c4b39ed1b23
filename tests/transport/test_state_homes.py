"""The whole bot with its state elsewhere: in Postgres, or lost and brought back by Litestream."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.announce.subscription import Subscription
from bot.serve.state import State
from tests.announce.scene import first_look
from tests.line import line_to
from tests.ports import free_port
from tests.postgres import PostgresServer
from tests.state.test_replica import copying
from tests.wire.guild import CHANNEL_ID
from tests.wire.interactions import Reader
from tests.wire.limits import texts_of
from tests.wire.patience import PATIENCE
from tests.wire.people import SERVER_ID
from tests.wire.process import BotProcess, over_http
from tests.wire.server import LoopbackDiscord

WISH = Subscription(place="text", guild=SERVER_ID, channel=CHANNEL_ID, since=1)
TITLES = ("Apples", "Bees", "Clover", "Dahlias")


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """A blog with one post."""
    folder = tmp_path / "posts"
    folder.mkdir()
    write(folder, TITLES[0])
    return folder


def write(folder: Path, title: str) -> None:
    today = dt.datetime.now(dt.UTC).date()
    new = folder / f"{title.lower()}.new"
    new.write_text(f"---\ntitle: {title}\ndate: {today}\n---\nAll about {title}.\n")
    new.replace(new.with_suffix(".md"))  # the bot never sees half of it


def announced(loopback: LoopbackDiscord) -> list[str]:
    """The posts that the channel's messages name, oldest first."""
    texts = [" ".join(texts_of(message)) for message in loopback.read(CHANNEL_ID)]
    return [title for text in texts for title in TITLES if f"[{title}]" in text or title in text]


def is_copied(state: Path, copy: Path) -> bool:
    """Whether Litestream has written its copy since the state last changed."""
    log = state.with_name(f"{state.name}-wal")
    copied = max((each.stat().st_mtime for each in copy.rglob("*.ltx")), default=0.0)
    return log.exists() and copied >= log.stat().st_mtime


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.02)


async def subscribe_after_first_look(home: Path | str) -> None:
    await first_look(home)
    async with State.open(home) as state:
        await state.subscriptions.keep(WISH)


async def test_a_bot_that_lost_its_disk_announces_nothing_twice(
    loopback: LoopbackDiscord, posts: Path, tmp_path: Path
) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"

    def bot() -> BotProcess:
        where = ("--state", str(data / "state.db"))
        return BotProcess(
            loopback.base,
            tmp_path / "i.db",
            *where,
            posts=posts,
            waits=False,
            LITESTREAM_REPLICA_URL=f"file://{copy}",
        )

    def has(titles: Sequence[str]) -> Callable[[], bool]:
        return lambda: announced(loopback) == list(titles)

    async with bot() as process:
        await loopback.gateway.until(identified=1)
        await subscribe_after_first_look(data / "state.db")
        write(posts, "Bees")
        await until(has(TITLES[1:2]))
        await until(lambda: is_copied(data / "state.db", copy))
        write(posts, "Clover")
        await until(has(TITLES[1:3]))
        await process.end(signal.SIGKILL)
    await until(lambda: not copying(data / "state.db"))
    shutil.rmtree(data)

    async with bot() as process:
        await process.says(f"Restored {data / 'state.db'} from its copy")
        write(posts, "Dahlias")
        await until(lambda: "Dahlias" in announced(loopback))
        assert announced(loopback) == list(TITLES[1:])
        assert await process.end() == 0
    assert "Traceback" not in process.log


async def test_a_bot_announces_from_postgres_and_answers_without_it(
    loopback: LoopbackDiscord, posts: Path, tmp_path: Path, postgres: PostgresServer
) -> None:
    database = postgres.new_database()
    options = over_http(tmp_path, free_port())
    async with line_to(postgres.port) as line:
        url = postgres.url(database, port=line.port)
        async with BotProcess(
            loopback.base,
            tmp_path / "i.db",
            *options,
            posts=posts,
            waits=False,
            DATABASE_URL=url,
        ) as process:
            await process.says("Discord sends interactions to")
            await subscribe_after_first_look(postgres.url(database))
            write(posts, "Bees")
            await until(lambda: announced(loopback) == ["Bees"])

            line.cut()
            assert "Bees" in (await loopback.interact(Reader().command("latest"))).text
            about = (await loopback.interact(Reader().command("about"))).text
            assert "2 posts" in about
            assert "Nothing can be announced or followed right now" in about
            assert await process.end() == 0
        # A start without the database: who the bot is must be asked of Discord.
        async with BotProcess(
            loopback.base, tmp_path / "i.db", *options, posts=posts, DATABASE_URL=url
        ) as process:
            await process.says("Add the bot to a server")
            assert "Bees" in (await loopback.interact(Reader().command("latest"))).text
            await process.says("Look at host and port in DATABASE_URL")
            assert await process.end() == 0
    assert "Traceback" not in process.log
    assert "password%20of" not in process.log
