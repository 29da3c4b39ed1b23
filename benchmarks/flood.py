"""A flood of strangers: does the bot go on answering Discord, and in how much memory?

    python -m benchmarks.flood [--connections 2000] [--seconds 300] [--megabytes 256]

Strangers keep that many connections open to a process of the bot's, and open the next when one
is closed: some say nothing, some trickle headers, some hold back the last byte of a body,
signed wrongly or not at all, some send gzip bombs or nonsense, some never read their answers.
Meanwhile a reader asks for ``/latest`` twice a second, signed as Discord signs, over connections
that are kept and over new ones in turn.

Where memory cgroups (v1) can be written, the bot runs in one of ``--megabytes``, swap included.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from aiohttp import ClientError

from benchmarks.start import resident
from tests.ports import free_port
from tests.wire.endpoint import Poster, encoded, signed
from tests.wire.interactions import Reader
from tests.wire.process import BotProcess, Program, over_http
from tests.wire.server import LoopbackDiscord

CGROUPS = Path("/sys/fs/cgroup/memory")
SECONDS_BETWEEN_REQUESTS = 0.5
SECONDS_BETWEEN_CONNECTIONS = 0.5
HOLD_SECONDS = 30.0
BOMB_BYTES = 2**29
# Discord does not wait for longer.
ANSWER_SECONDS = 3.0
FORGED = "X-Signature-Ed25519: " + "0" * 128 + "\r\nX-Signature-Timestamp: {now}\r\n"

Write = Callable[[bytes], Awaitable[None]]
Attack = Callable[[Write], Awaitable[None]]


@dataclass
class Outcome:
    """What the reader saw, and what the bot took.

    Attributes:
        seconds: that each answer took.
        failures: what came instead of an answer.
        megabytes: resident memory of the bot before, and at most.
    """

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    megabytes: tuple[float, float] = (0.0, 0.0)

    def __str__(self) -> str:
        """For a person."""
        before, most = self.megabytes
        quick = sorted(self.seconds) or [0.0]
        return (
            f"{len(self.seconds)} answers, {len(self.failures)} failures {set(self.failures)};"
            f" median {statistics.median(quick) * 1000:.0f} ms,"
            f" p99 {quick[int(len(quick) * 0.99)] * 1000:.0f} ms, worst {quick[-1] * 1000:.0f} ms;"
            f" memory {before:.0f} MB before, {most:.0f} MB at most"
        )


def head(method: str, path: str, *lines: str) -> bytes:
    """The beginning of a request."""
    text = "".join(f"{line}\r\n" for line in lines)
    return f"{method} {path} HTTP/1.1\r\nHost: bot.example\r\n{text}".encode()


async def idle(_write: Write) -> None:
    """Say nothing."""


async def trickle(write: Write) -> None:
    """Never come to the end of the headers."""
    await write(head("GET", "/"))
    for number in range(60):
        await write(f"X-{number}: x\r\n".encode())
        await asyncio.sleep(0.5)


async def swell(write: Write) -> None:
    """Send as many headers as are taken, and never the last."""
    await write(head("GET", "/", *(f"X-{number}: {'x' * 8000}" for number in range(90))))


async def hold_back(write: Write) -> None:
    """Send a large body without a signature, but for its last byte."""
    size = 2**20 - 1
    path = random.choice(["/interactions", "/hooks/push", "/hooks/stay"])
    await write(head("POST", path, f"Content-Length: {size}") + b"\r\n" + b"x" * (size - 1))


async def lie(write: Write) -> None:
    """Send a body with a signature that looks right, but for its last byte."""
    size = 128 * 1024
    start = head("POST", "/interactions", f"Content-Length: {size}")
    forged = FORGED.format(now=int(time.time())).encode()
    await write(start + forged + b"\r\n" + b"x" * (size - random.choice([0, 1])))


@cache
def zeros() -> bytes:
    """The bomb, which takes a second to make."""
    return gzip.compress(bytes(BOMB_BYTES))


async def bomb(write: Write) -> None:
    """Send half a megabyte that would become half a gigabyte."""
    body = zeros()
    lines = ("Content-Encoding: gzip", f"Content-Length: {len(body)}")
    forged = FORGED.format(now=int(time.time())).encode()
    await write(head("POST", "/interactions", *lines) + forged + b"\r\n" + body)


async def babble(write: Write) -> None:
    """Send nonsense."""
    await write(random.randbytes(2000))


async def deafen(write: Write) -> None:
    """Ask for the same page again and again, and never read it."""
    await write((head("GET", "/") + b"\r\n") * 300)


ATTACKS: tuple[Attack, ...] = (idle, trickle, swell, hold_back, lie, bomb, babble, deafen)


async def stranger(port: int, attack: Attack) -> None:
    """Attack over one connection after the other."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(SECONDS_BETWEEN_CONNECTIONS)
            continue

        async def write(what: bytes, writer: asyncio.StreamWriter = writer) -> None:
            writer.write(what)
            await writer.drain()

        try:
            async with asyncio.timeout(HOLD_SECONDS):
                await attack(write)
                if attack is deafen:
                    await asyncio.sleep(HOLD_SECONDS)
                while await reader.read(2**16):
                    pass
        except (OSError, TimeoutError):
            pass
        finally:
            writer.transport.abort()
        await asyncio.sleep(SECONDS_BETWEEN_CONNECTIONS)


async def attack_for_ever(port: int, connections: int) -> None:
    """All strangers, in a process of their own: they must not delay the reader by themselves."""
    zeros()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, connections + 100), hard), hard))
    kinds = itertools.cycle(ATTACKS)
    await asyncio.gather(*(stranger(port, next(kinds)) for _ in range(connections)))


async def ask(url: str, poster: Poster, outcome: Outcome) -> None:
    """Ask for the newest posts as Discord would."""
    body = encoded(Reader().command("latest"))
    start = time.perf_counter()
    try:
        response = await poster.post(url, body, signed(body))
    except (OSError, TimeoutError, ClientError) as error:
        outcome.failures.append(type(error).__name__)
    else:
        outcome.seconds.append(time.perf_counter() - start)
        if response.status != 200 or b'"data"' not in response.body:
            outcome.failures.append(str(response.status))


@asynccontextmanager
async def limited(megabytes: int) -> AsyncIterator[Path | None]:
    """A memory cgroup, where one can be made."""
    group = CGROUPS / f"slashpost-flood-{free_port()}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(megabytes * 2**20))
    except OSError:
        yield None
        return
    try:
        yield group
    finally:
        async with asyncio.timeout(10):
            while group.exists():
                try:
                    group.rmdir()
                except OSError:  # the kernel has not noticed yet that nobody is left
                    await asyncio.sleep(0.1)


async def flood(
    connections: int,
    seconds: float,
    megabytes: int,
    tell: Callable[[str], None] = lambda _: None,
    patience: float = ANSWER_SECONDS,
) -> Outcome:
    """Let strangers hold that many connections for some seconds.

    An answer may take ``patience`` seconds.
    """
    outcome = Outcome()
    async with LoopbackDiscord() as discord, limited(megabytes) as group:
        with tempfile.TemporaryDirectory() as name:
            folder, port = Path(name), free_port()
            bot = BotProcess(discord.base, folder / "index.db", *over_http(folder, port))
            # What a service or a container gets, whatever runs this.
            bot.prefix("prlimit", "--nofile=1024:1024")
            if group:
                bot.prefix("sh", "-c", f'echo $$ >{group}/cgroup.procs; exec "$@"', "sh")
            tell(f"in a cgroup of {megabytes} MB" if group else "without a limit on memory")
            async with bot:
                await bot.says("Discord sends interactions to", seconds=60)
                url = f"http://127.0.0.1:{port}/interactions"
                kept = Poster(patience)
                for _ in range(5):
                    await ask(url, kept, outcome)
                strangers = (sys.executable, "-m", "benchmarks.flood", "--against", str(port))
                count = ("--connections", str(connections))
                async with Program((*strangers, *count), dict(os.environ)):
                    await ask_for(
                        seconds,
                        url,
                        kept,
                        patience=patience,
                        bot=bot,
                        outcome=outcome,
                        tell=tell,
                    )
                await kept.close()
                if bot.has_ended:
                    outcome.failures.append("the bot has ended")
    return outcome


async def ask_for(
    seconds: float,
    url: str,
    kept: Poster,
    *,
    patience: float,
    bot: BotProcess,
    outcome: Outcome,
    tell: Callable[[str], None],
) -> None:
    """Ask twice a second, over a kept connection and over new ones in turn."""
    before = most = resident(bot.pid)
    start = time.monotonic()
    for number in itertools.count():
        if time.monotonic() - start > seconds:
            break
        new = Poster(patience)
        await ask(url, new if number % 2 else kept, outcome)
        await new.close()
        if bot.has_ended:
            break
        most = max(most, resident(bot.pid))
        outcome.megabytes = before, most
        if number % 60 == 59:
            tell(f"{time.monotonic() - start:.0f} s: {outcome}")
        await asyncio.sleep(SECONDS_BETWEEN_REQUESTS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--megabytes", type=int, default=256)
    parser.add_argument("--against", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.against:
        asyncio.run(attack_for_ever(given.against, given.connections))
    outcome = asyncio.run(flood(given.connections, given.seconds, given.megabytes, print))
    print(outcome)
    sys.exit(bool(outcome.failures))


if __name__ == "__main__":
    main()
