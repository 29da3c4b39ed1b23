"""What /ask finds, what it costs, and how long a reader waits.

    python -m benchmarks.ask [--rounds 5]

Nothing here fails when it is slow: it prints, and people judge. ``make ask-test`` installs the
model's server; without it, the last part is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from statistics import median

from bot.ask.asker import MAX_ANSWER_TOKENS
from bot.ask.prompt import answer_prompt
from bot.ask.providers import open_model
from bot.ask.retrieval import retrieve, tokens_in
from bot.index.index import Index
from tests.ask.host import chat, hosting
from tests.ask.model_server import is_installed, model_server
from tests.ask.recorded import look, rewrites
from tests.ask.test_whole_path import QUESTION, Scene, serving
from tests.index.test_questions import fill, questions

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
ANSWER = "It does so with a flag [1]. " * 20

# What a process that serves has imported, and what a first answer adds to it. The last line
# tells kibibytes in memory before and after, and milliseconds of imports.
FIRST_USE = """
import asyncio, gc, sys, time
import bot.serve.run, bot.chat.client
import bot.chat.views.asked, bot.index.search, bot.settings, aiohttp.web
assert not [name for name in sys.modules if name.startswith("bot.ask")], "imported at start"

def memory():
    gc.collect()
    return int(next(l for l in open("/proc/self/status") if l.startswith("VmRSS")).split()[1])

async def main():
    # The client of HTTP is there already: Discord is asked over it.
    async with aiohttp.ClientSession() as session:
        await (await session.post(sys.argv[1] + "/warm", json={})).read()
    before, start = memory(), time.perf_counter()
    import bot.ask.asker, bot.ask.limits, bot.ask.follow_ups, bot.ask.providers, bot.ask.model
    imported = time.perf_counter() - start
    from bot.ask.model import Prompt
    model = bot.ask.providers.open_model("some/model", url=sys.argv[1])
    passage = "A lamp takes 5 volts. " * 1000
    prompt = Prompt(system="rules", turns=(passage,), max_tokens=9)
    said = "".join([c.text async for c in model.stream(prompt) if hasattr(c, "text")])
    bot.ask.asker.check(said, [passage])
    print(before, memory(), 1000 * imported)

asyncio.run(main())
"""


async def found_and_taken() -> None:
    """Print how often the right post is handed over, and the tokens of a question."""
    with tempfile.TemporaryDirectory() as folder:
        for file in ("questions.txt", "paraphrased.txt"):
            for name, searches in (("without rewriting", {}), ("with rewriting", rewrites())):
                found = await look(CORPORA, Path(folder), file, searches)
                there = found.asked - len(found.missed)
                print(f"{file}, {name}: {there} of {found.asked}")
        taken = []
        for corpus, pairs in questions("paraphrased.txt").items():
            async with Index(Path(folder) / f"{corpus}.db") as index:
                await fill(index, CORPORA / corpus)
                for _, question in pairs:
                    sources = await retrieve(index, question, rewrites()[question])
                    prompt = answer_prompt(
                        question, sources, language="English", max_tokens=MAX_ANSWER_TOKENS
                    )
                    taken.append(tokens_in(prompt.system) + sum(map(tokens_in, prompt.turns)))
        print(f"tokens of a prompt: median {median(taken):.0f}, most {max(taken)}")


async def first_use(rounds: int) -> None:
    """Print what a first answer adds to a process that serves."""
    async with hosting(chat("Yes."), chat(ANSWER)) as host:
        figures = []
        for _ in range(rounds):
            host.scripts[:] = [chat("Yes."), chat(ANSWER)]
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", FIRST_USE, host.url, stdout=subprocess.PIPE
            )
            output, _ = await process.communicate()
            figures.append([float(number) for number in output.split()])
    before, after, imported = (median(column) for column in zip(*figures, strict=True))
    print(f"memory: {before / 1024:.1f} MiB before, {(after - before) / 1024:.2f} MiB more after")
    print(f"imports when first used: {imported:.0f} ms; at start: none")


async def waited(scene: Scene, rounds: int) -> None:
    """Print the seconds from a signed request to the first edit and to the last."""
    times = [await _edits(scene) for _ in range(rounds)]
    first, last = (median(column) for column in zip(*times, strict=True))
    print(f"  first edit {first:.2f} s, last edit {last:.2f} s (medians of {rounds})")


async def _edits(scene: Scene) -> Sequence[float]:
    start = time.perf_counter()
    exchange = await scene.begin()
    first = time.perf_counter() - start
    await scene.finished(exchange)
    return first, time.perf_counter() - start


async def tokens_of(url: str) -> None:
    """Print how fast the real model is, by which its seconds are to be read."""
    from bot.ask.model import Prompt, TextDelta  # noqa: PLC0415 - beside its only use

    prompt = Prompt(system="You are brief.", turns=("Count to fifty.",), max_tokens=100)
    start, pieces = time.perf_counter(), 0
    async with aclosing(open_model("small", url=url).stream(prompt)) as chunks:
        async for chunk in chunks:
            pieces += isinstance(chunk, TextDelta)
    print(f"  the model itself: {pieces / (time.perf_counter() - start):.0f} tokens a second")


async def main() -> None:
    """Measure everything, one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    await found_and_taken()
    await first_use(rounds)
    many = {"SLASHPOST_ASK_LIMIT": "1000"}
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder), chat(ANSWER), **many) as scene:
            print(f"a model that answers at once, asked {QUESTION!r}:")
            await waited(scene, rounds)
    if is_installed():
        with model_server() as (url, _), tempfile.TemporaryDirectory() as folder:
            print("SmolLM2-135M on this machine's processor, 600 tokens of sections:")
            await tokens_of(url)
            few = {**many, "SLASHPOST_ASK_SECTIONS": "600"}
            async with serving(Path(folder), url=url, **few) as scene:
                await waited(scene, rounds)


if __name__ == "__main__":
    asyncio.run(main())
