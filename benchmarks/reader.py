"""Reading a post in Discord: the first look, every further page, and who waits meanwhile.

    python -m benchmarks.reader [--words 20000] [--clicks 2000]

One process answers clicks as it does over HTTP, without the network: from the signed request
to the body of the answer. The post is put together from the real ones. A task beside it asks
for its turn every millisecond, so that the longest time without one shows how long the event
loop stalled. On a busy machine most of that is others' work: so the longest is also shown of
those times in which no thread of this process waited for a core (Linux).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import discord
from multidict import CIMultiDict

from benchmarks.blog import originals
from benchmarks.http import custom_ids
from bot.app import App
from bot.chat.errors import failure
from bot.serve.client import build_client
from bot.settings import Settings
from bot.transport.interactions import Interactions
from tests.wire.endpoint import encoded, signed
from tests.wire.interactions import Reader
from tests.wire.messages import stored
from tests.wire.people import BOT, KEY

Payload = dict[str, Any]


class Stalls:
    """How long the event loop gave others no turn, in seconds.

    Attributes:
        longest: whatever the reason.
        ours: the longest while every thread had a core when it wanted one.
    """

    def __init__(self) -> None:
        self.longest = self.ours = 0.0

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch for as long as the context is open."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self) -> None:
        step = 0.001
        before, waited_before = time.perf_counter(), waited()
        while True:
            await asyncio.sleep(step)
            now, waited_now = time.perf_counter(), waited()
            self.longest = max(self.longest, now - before - step)
            if waited_now - waited_before < step:
                self.ours = max(self.ours, now - before - step)
            before, waited_before = now, waited_now

    def __str__(self) -> str:
        return f"longest stall {self.longest * 1000:.1f} ms, {self.ours * 1000:.1f} ms of our own"


def waited() -> float:
    """Seconds for which threads of this process were ready and had no core, all together."""
    total = 0
    for thread in Path("/proc/self/task").glob("*/schedstat"):
        with suppress(OSError):  # it has ended
            total += int(thread.read_text().split()[1])
    return total / 1e9


def write_posts(folder: Path, corpora: Path, words: int, count: int) -> None:
    """Write long posts of real ones, a different selection each, and a short one."""
    folder.mkdir()
    (folder / "short.md").write_text("---\ntitle: Short\n---\n\nA *few* words.\n")
    posts = [post for post in originals(corpora) if post.body.strip()]
    for number in range(count):
        random.Random(number).shuffle(posts)
        parts: list[str] = []
        length = 0
        for post in itertools.cycle(posts):
            parts.append(f"## {post.title}\n\n{post.body}")
            length += len(post.body.split())
            if length >= words:
                break
        text = "\n\n".join(parts)
        (folder / f"long-{number}.md").write_text(f"---\ntitle: Long {number}\n---\n\n{text}\n")


class Session:
    """A reader whose interactions are answered in this process."""

    def __init__(self, interactions: Interactions) -> None:
        self._interactions = interactions
        self._reader = Reader()
        self.message: Payload = {}
        self.seconds = 0.0

    async def open(self, slug: str) -> None:
        """Have a post's card shown."""
        await self._send(self._reader.command("post", post=slug))

    async def click(self, begin: str, nth: int = 0) -> None:
        """Press the nth button whose custom id begins so."""
        ids = [each for each in custom_ids(self.message) if each.startswith(begin)]
        await self._send(self._reader.click(self.message, ids[nth]))

    async def _send(self, interaction: Payload) -> None:
        body = encoded(interaction)
        headers = CIMultiDict(signed(body))
        started = time.perf_counter()
        reply = await self._interactions.receive(headers, body)
        self.seconds = time.perf_counter() - started
        reply.sent(arrived=True)
        answer = json.loads(reply.body)
        self.message = stored(answer["data"], interaction["channel_id"], cause=interaction)


async def measure(folder: Path, db: Path, posts: int, clicks: int) -> None:
    """Print the figures."""
    settings = Settings.load({"--posts": str(folder), "--db": str(db)}, {})
    async with App(settings) as app, build_client(app) as client:
        await app.sync()
        connection = client._connection  # noqa: SLF001 - where login() puts it
        connection.user = discord.ClientUser(state=connection, data=cast("Any", BOT.payload()))
        interactions = Interactions(client, apology=failure, deadline=60)
        interactions.trust(KEY.verify_key.encode().hex())
        gc.freeze()  # as `slashpost run` does when it has imported everything
        session, firsts, stalls = Session(interactions), list[float](), Stalls()
        await session.open("short")
        await session.click("read:")  # what the first post ever read loads, such as parsers
        async with stalls.watched():
            for number in range(posts):
                await session.open(f"long-{number}")
                await session.click("read:")
                firsts.append(session.seconds)
        words = (await app.library.latest(limit=1))[0].words
        show("first look", firsts)
        print(f"{'':22}at {words} words; {stalls}")

        turns, stalls = list[float](), Stalls()
        async with stalls.watched():
            for number in range(clicks):
                back_and_forth = number % 2
                await session.click("page:", -1 if back_and_forth == 0 else 0)
                turns.append(session.seconds)
        show("a page that is kept", turns)
        print(f"{'':22}{stalls}")


def show(name: str, seconds: list[float]) -> None:
    """Print a line of figures."""
    ordered = sorted(seconds)
    median, late = statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
    print(f"{name:22}median {median * 1000:.1f} ms, 99 % within {late * 1000:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--posts", type=int, default=10)
    parser.add_argument("--clicks", type=int, default=2000)
    parser.add_argument("--corpora", type=Path, default=Path("../shared/corpora"))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_posts(folder / "posts", chosen.corpora, chosen.words, chosen.posts)
        asyncio.run(measure(folder / "posts", folder / "i.db", chosen.posts, chosen.clicks))


if __name__ == "__main__":
    main()
