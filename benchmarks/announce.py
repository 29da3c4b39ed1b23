"""One new post, a thousand channels that want to hear of it, and Discord's rate limits.

    python -m benchmarks.announce [--channels 1000] [--posts 3]

Slashpost runs as a process of its own and watches a folder; the loopback Discord of the tests
counts requests as Discord does: 50 in any second over all, and a bucket for each route and
channel, told in the headers. A post appears in the folder, and the time is taken from the
first message to the last. It is held against two others: a thousand at 50 a second, and what
a client could do that always asks as soon as the limits let it, 50 at once and then 50 in
each second. The bot spreads its requests evenly, because the network bunches them.

Further posts follow, to see whether the process holds more memory after each.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import tempfile
import time
from pathlib import Path

from benchmarks.start import SLASHPOST, process, processor_seconds, resident
from bot.announce.subscription import Subscription
from bot.serve.state import State
from tests.wire.guild import channel
from tests.wire.people import SERVER_ID
from tests.wire.rates import GLOBAL_REQUESTS, GLOBAL_SECONDS, Limits
from tests.wire.server import LoopbackDiscord

FIRST_CHANNEL = 10_000
# For the index and whatever else goes on after the start.
SETTLE_SECONDS = 5.0


def write(folder: Path, number: int) -> None:
    """Publish a post of today."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    text = f"---\ntitle: Post {number}\ndate: {today}\ntags: [news]\n---\n\nSomething new.\n"
    (folder / f"post-{number}.md").write_text(text)


async def subscribe(state: Path, discord: LoopbackDiscord, count: int) -> None:
    """Let that many channels of one server want every post."""
    async with State.open(state) as opened:
        for number in range(FIRST_CHANNEL, FIRST_CHANNEL + count):
            discord.answers.channels[str(number)] = channel(number, f"channel-{number}")
            await opened.subscriptions.keep(
                Subscription(place="text", guild=SERVER_ID, channel=number, since=1)
            )


async def measure(channels: int, posts: int) -> None:
    """Publish posts one after the other, and print what each took."""
    with tempfile.TemporaryDirectory() as name:
        folder, blog = Path(name), Path(name) / "posts"
        blog.mkdir()
        write(blog, 0)
        command = (*SLASHPOST, "run", "--posts", str(blog), "--db", str(folder / "index.db"))
        state = folder / "state.db"
        async with LoopbackDiscord() as discord:
            await subscribe(state, discord, channels)
            limits = discord.rest.limits = Limits()
            async with process(discord.base, *command, "--state", str(state)) as (_, bot):
                await discord.gateway.until(identified=1, seconds=60)
                await asyncio.sleep(SETTLE_SECONDS)
                print(f"{channels} channels, {resident(bot.pid):.1f} MiB before")
                for number in range(1, posts + 1):
                    await announce(discord, blog, number, channels, bot.pid)
            print(f"{limits.refused} requests came too early, and were asked again")
            for complaint in discord.rest.complaints:
                print(complaint)


async def announce(
    discord: LoopbackDiscord, blog: Path, number: int, channels: int, process_id: int
) -> None:
    """Publish one post, and print what it took until the last channel had it."""
    used, written = processor_seconds(process_id), time.monotonic()
    write(blog, number)
    done = (number - 1) * channels
    await until(discord, done + 1)
    first = time.monotonic()
    await until(discord, done + channels)
    taken, even = time.monotonic() - first, channels / GLOBAL_REQUESTS * GLOBAL_SECONDS
    at_best = (channels - GLOBAL_REQUESTS) / GLOBAL_REQUESTS * GLOBAL_SECONDS
    print(
        f"post {number}: {first - written:.1f} s until the first message, then {taken:.2f} s for"
        f" {channels}: {taken / even:.3f} times {even:.0f} s, {taken / at_best:.3f} times"
        f" {at_best:.0f} s;"
        f" processor {processor_seconds(process_id) - used:.2f} s,"
        f" {resident(process_id):.1f} MiB after",
        flush=True,
    )
    await asyncio.sleep(SETTLE_SECONDS)  # no bucket holds anything of this post any more


async def until(discord: LoopbackDiscord, messages: int) -> None:
    """Wait until so many have come; being told of each would cost the server more."""
    while len(discord.answers.messages) < messages:  # noqa: ASYNC110
        await asyncio.sleep(0.005)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--channels", type=int, default=1000)
    parser.add_argument("--posts", type=int, default=3)
    chosen = parser.parse_args()
    asyncio.run(measure(chosen.channels, chosen.posts))


if __name__ == "__main__":
    main()
