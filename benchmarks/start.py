"""From the start of the process to an answer, beside a bare discord.py bot.

    python -m benchmarks.start [--runs 9]
    python -m benchmarks.start --imports [--beside OTHER_CHECKOUT]

Everything talks to the loopback Discord of the tests. In turns, over and over:

- ``import discord`` alone, and all that ``slashpost run`` imports before it serves;
- a bare bot and Slashpost over the gateway, until their sessions have begun;
- Slashpost over HTTP, until a signed /latest that is posted again and again is answered:
  once as on its first day, with nothing but a token and an index, and once as ever after,
  when its state says who it is.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.ports import free_port
from tests.wire.endpoint import encoded, signed
from tests.wire.interactions import Reader
from tests.wire.people import TOKEN
from tests.wire.process import CHECKOUT, POSTS, over_http
from tests.wire.server import LoopbackDiscord

IMPORTS = {
    "import discord": "import discord",
    # As `slashpost run` does it, without looking for garbage meanwhile.
    "import Slashpost": (
        "import bot.cli\nwith bot.cli.uncollected(): import bot.serve.run, bot.chat.client"
    ),
}
# More exact than what the system tells of another process.
SAY = "import time; print(time.process_time(), flush=True); input()"
SLASHPOST = (sys.executable, "-m", "bot")
RETRY_SECONDS = 0.002
SETTLE_SECONDS = 1.0


class Figures:
    """What each contestant took, in every run.

    Attributes:
        ready: milliseconds until it was ready.
        processor: milliseconds of processor time until then.
        memory: mebibytes in memory a second later.
    """

    def __init__(self) -> None:
        self.ready: dict[str, list[float]] = defaultdict(list)
        self.processor: dict[str, list[float]] = defaultdict(list)
        self.memory: dict[str, list[float]] = defaultdict(list)

    def add(self, name: str, start: float, process_id: int) -> None:
        """Note that a process that was started at ``start`` is ready now."""
        self.ready[name].append((time.perf_counter() - start) * 1000)
        self.processor[name].append(processor_seconds(process_id) * 1000)

    def show(self) -> None:
        """Print them."""
        print(f"{'':28}{'median ms':>11}{'least ms':>11}{'processor ms':>14}{'MiB':>8}")
        for name, times in self.ready.items():
            memory = f"{statistics.median(self.memory[name]):8.1f}" if self.memory[name] else ""
            print(
                f"{name:28}{statistics.median(times):11.0f}{min(times):11.0f}"
                f"{statistics.median(self.processor[name]):14.0f}{memory}"
            )
        for one, other in (
            ("import Slashpost", "import discord"),
            ("Slashpost, gateway", "bare bot, gateway"),
            ("Slashpost, HTTP", "bare bot, gateway"),
        ):
            if one not in self.ready:
                continue
            ratio = statistics.median(self.processor[one])
            ratio /= statistics.median(self.processor[other])
            print(f"{one} : {other} = {ratio:.2f} in processor time")


@asynccontextmanager
async def process(
    base: str, *command: str
) -> AsyncIterator[tuple[float, asyncio.subprocess.Process]]:
    """Run a bot; gives when it was started."""
    start = time.perf_counter()
    bot = await asyncio.create_subprocess_exec(
        *command,
        cwd=CHECKOUT,
        env=os.environ | {"DISCORD_TOKEN": TOKEN, "DISCORD_API_BASE": base},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield start, bot
    finally:
        bot.send_signal(signal.SIGKILL)
        await bot.wait()


def processor_seconds(process_id: int) -> float:
    """What a process has used of the processors so far."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(process_id: int) -> float:
    """Mebibytes of a process that are in memory."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


async def imported(figures: Figures, name: str, code: str, checkout: Path = CHECKOUT) -> None:
    start = time.perf_counter()
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"{code}\n{SAY}"),
        cwd=checkout,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    seconds = float(await child.stdout.readline())
    figures.ready[name].append((time.perf_counter() - start) * 1000)
    figures.processor[name].append(seconds * 1000)
    figures.memory[name].append(resident(child.pid))
    await child.communicate(b"\n")


async def over_gateway(figures: Figures, name: str, *command: str) -> None:
    async with LoopbackDiscord() as discord, process(discord.base, *command) as (start, bot):
        await discord.gateway.until(identified=1, seconds=60)
        figures.add(name, start, bot.pid)
        await asyncio.sleep(SETTLE_SECONDS)
        figures.memory[name].append(resident(bot.pid))


async def behind_http(figures: Figures, name: str, folder: Path, *, again: bool) -> None:
    port = free_port()
    where = ("--posts", str(POSTS), "--db", str(folder / "index.db"))
    command = (*SLASHPOST, "run", *where, *over_http(folder, port))
    if not again:
        (folder / "state.db").unlink(missing_ok=True)
    url = f"http://127.0.0.1:{port}/interactions"
    async with (
        LoopbackDiscord() as discord,
        aiohttp.ClientSession() as session,
        process(discord.base, *command) as (start, bot),
    ):
        await until_answered(session, url)
        figures.add(name, start, bot.pid)
        await discord.rest.until("PATCH", "/applications/@me", seconds=30)
        await asyncio.sleep(SETTLE_SECONDS)
        figures.memory[name].append(resident(bot.pid))


async def until_answered(session: aiohttp.ClientSession, url: str) -> None:
    body = encoded(Reader().command("latest"))
    headers = signed(body)
    while True:
        try:
            async with session.post(url, data=body, headers=headers) as response:
                if response.status == 200:
                    answer = await response.json()
                    assert len(answer["data"]["components"][0]["components"]) > 2, answer
                    return
        except OSError:
            pass
        await asyncio.sleep(RETRY_SECONDS)


async def compare(runs: int) -> Figures:
    figures = Figures()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        where = ("--posts", str(POSTS), "--db", str(folder / "index.db"))
        indexing = await asyncio.create_subprocess_exec(
            *SLASHPOST, "index", *where, cwd=CHECKOUT, stdout=asyncio.subprocess.DEVNULL
        )
        await indexing.wait()
        gateway = ("run", "--mode", "gateway", *where)
        for _ in range(runs):
            for what, code in IMPORTS.items():
                await imported(figures, what, code)
            bare = (sys.executable, "-m", "benchmarks.bare")
            await over_gateway(figures, "bare bot, gateway", *bare)
            await over_gateway(figures, "Slashpost, gateway", *SLASHPOST, *gateway)
            await behind_http(figures, "Slashpost, HTTP, first day", folder, again=False)
            await behind_http(figures, "Slashpost, HTTP", folder, again=True)
    return figures


async def compare_imports(runs: int, other: Path | None) -> Figures:
    figures = Figures()
    for _ in range(runs):
        for what, code in IMPORTS.items():
            await imported(figures, what, code)
        if other:
            await imported(
                figures, f"import that of {other.name}", IMPORTS["import Slashpost"], other
            )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--imports", action="store_true", help="measure nothing else")
    parser.add_argument("--beside", type=Path, help="another checkout, to import from in turn")
    parser.add_argument("--runs", type=int, default=9)
    given = parser.parse_args()
    runs, other = given.runs, given.beside
    asyncio.run(compare_imports(runs, other) if given.imports else compare(runs)).show()


if __name__ == "__main__":
    main()
