"""Interactions over HTTP: how many one core answers, and how fast.

    python -m benchmarks.http [--requests 3000] [--rounds 3] [--mixed 100000]

A bare discord.py command and Slashpost's answers, all through the same transport: signed
requests over eight kept connections to a process of its own, in turns. The rate is that of
one core: requests by the processor time that the bot's process used, as the kernel counts
it, so that other work on the machine does not show. Latency is what the client saw.

With ``--mixed``, that many interactions of all kinds go to one process, and its memory is
compared with what it was after the first 10,000.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.start import SLASHPOST, process, processor_seconds, resident
from tests.ports import free_port
from tests.wire.endpoint import encoded, ping, signed
from tests.wire.interactions import Reader
from tests.wire.messages import stored
from tests.wire.people import Place, new_id
from tests.wire.process import POSTS, over_http
from tests.wire.server import LoopbackDiscord

CONNECTIONS = 8
WARM_UP = 300
SETTLED = 10_000
APOLOGY = b"Something went wrong"

Interaction = dict[str, Any]


class Connection:
    """One kept connection to an endpoint."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes) -> bytes:
        """Sign and send a body; the answer's body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        headers = "".join(f"{name}: {value}\r\n" for name, value in signed(body))
        head = f"POST /interactions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{headers}"
        writer.write(head.encode() + b"\r\n" + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert answer.startswith("HTTP/1.1 200 "), answer
        _, _, length = answer.lower().partition("content-length: ")
        return await reader.readexactly(int(length.split("\r\n")[0]))

    def close(self) -> None:
        """Close it."""
        if self._streams is not None:
            self._streams[1].close()


@dataclass
class Bot:
    """A process that answers.

    Attributes:
        port: where.
        id: of the process.
    """

    port: int
    id: int

    @property
    def processor_seconds(self) -> float:
        """What it has used so far."""
        return processor_seconds(self.id)

    async def answer(self, interactions: Iterator[Interaction]) -> list[float]:
        """Answer interactions over several connections; the seconds that each took."""
        seconds: list[float] = []

        async def work() -> None:
            connection = Connection(self.port)
            for interaction in interactions:
                body = encoded(interaction)
                start = time.perf_counter()
                answer = await connection.post(body)
                seconds.append(time.perf_counter() - start)
                assert APOLOGY not in answer, answer
            connection.close()

        await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
        return seconds


@dataclass
class Figures:
    """What one kind of interaction cost in each round."""

    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    async def measure(self, bot: Bot, make: Callable[[], Interaction], requests: int) -> None:
        """Send one round."""
        await bot.answer(make() for _ in range(WARM_UP))
        before = bot.processor_seconds
        self.seconds += await bot.answer(make() for _ in range(requests))
        self.rates.append(requests / (bot.processor_seconds - before))

    @property
    def rate(self) -> float:
        """Requests per second of one core."""
        return statistics.median(self.rates)

    def latency(self, share: float) -> float:
        """Milliseconds within which a share of the answers came."""
        return sorted(self.seconds)[int(len(self.seconds) * share)] * 1000


@asynccontextmanager
async def bots() -> AsyncIterator[tuple[Bot, Bot]]:
    """The bare bot and Slashpost, ready to answer."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare_port, port = free_port(), free_port()
        bare_command = (sys.executable, "-m", "benchmarks.bare_http", str(bare_port))
        command = (*SLASHPOST, "run", "--posts", str(POSTS), "--db", str(folder / "index.db"))
        async with (
            LoopbackDiscord() as discord,
            process(discord.base, *bare_command) as (_, bare),
            process(discord.base, *command, *over_http(folder, port)) as (_, slashpost),
        ):
            await discord.rest.until("PATCH", "/applications/@me", seconds=60)
            found = Bot(bare_port, bare.pid), Bot(port, slashpost.pid)
            for bot in found:
                await until_ready(bot)
            yield found


async def until_ready(bot: Bot) -> None:
    """Wait for the first answer to a ping."""
    for _ in range(500):
        try:
            await bot.answer(iter([ping()]))
        except (OSError, AssertionError, EOFError):
            await asyncio.sleep(0.02)
        else:
            return
    raise TimeoutError("a bot does not answer")


async def kinds(bot: Bot) -> dict[str, Callable[[], Interaction]]:
    """What readers do with Slashpost."""
    reader = Reader()
    message = await shown(bot, reader)
    read = next(each for each in custom_ids(message) if each.startswith("read:"))
    return {
        "/latest": lambda: reader.command("latest"),
        "/post": lambda: reader.command("post", post="welcome"),
        "/search": lambda: reader.command("search", query="discord"),
        "autocomplete of /post": lambda: reader.typing("post", "post", "wel"),
        "click on Read": lambda: reader.click(message, read),
    }


async def shown(bot: Bot, reader: Reader) -> Interaction:
    """The message with which /latest answers."""
    command = reader.command("latest")
    connection = Connection(bot.port)
    answer = json.loads(await connection.post(encoded(command)))
    connection.close()
    return stored(answer["data"], command["channel_id"], cause=command)


def custom_ids(node: Any) -> Iterator[str]:
    """All custom ids within a message."""
    if isinstance(node, dict):
        if isinstance(node.get("custom_id"), str):
            yield node["custom_id"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from custom_ids(child)


async def compare(requests: int, rounds: int) -> None:
    """All kinds of interactions side by side."""
    async with bots() as (bare, slashpost):
        contestants: dict[str, tuple[Bot, Callable[[], Interaction]]] = {
            "PING": (slashpost, ping),
            "bare discord.py command": (bare, lambda: Reader().command("hello")),
        }
        contestants |= {name: (slashpost, make) for name, make in (await kinds(slashpost)).items()}
        figures = {name: Figures() for name in contestants}
        for _ in range(rounds):
            for name, (bot, make) in contestants.items():
                await figures[name].measure(bot, make, requests)
        peer = figures["bare discord.py command"].rate
        print(f"{'':26}{'per s':>8}{'of bare':>9}{'median ms':>11}{'p99 ms':>8}")
        for name, found in figures.items():
            print(
                f"{name:26}{found.rate:8.0f}{found.rate / peer:9.0%}"
                f"{found.latency(0.5):11.2f}{found.latency(0.99):8.2f}"
            )
        print(f"bare bot {resident(bare.id):.1f} MiB, Slashpost {resident(slashpost.id):.1f} MiB")


async def mix(requests: int) -> None:
    """Many interactions of all kinds, and what they leave in memory."""
    async with bots() as (_, bot):
        made = await kinds(bot)
        everything = itertools.cycle([*made.values(), ping])
        places = itertools.cycle(Place)

        def next_one() -> Interaction:
            interaction = next(everything)()
            if interaction["type"] == 2 and next(places) is Place.GROUP:
                interaction["locale"] = "de"
            return interaction | {"id": new_id()}

        await bot.answer(next_one() for _ in range(min(SETTLED, requests)))
        before = resident(bot.id)
        print(f"after {SETTLED}: {before:.1f} MiB")
        for done in range(SETTLED, requests, SETTLED):
            await bot.answer(next_one() for _ in range(SETTLED))
            now = resident(bot.id)
            print(f"after {done + SETTLED}: {now:.1f} MiB, {now - before:+.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mixed", type=int, default=0)
    chosen = parser.parse_args()
    if chosen.mixed:
        asyncio.run(mix(chosen.mixed))
    else:
        asyncio.run(compare(chosen.requests, chosen.rounds))


if __name__ == "__main__":
    main()
