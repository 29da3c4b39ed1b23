"""How long questions take at ten thousand posts, beside simpler ways to search the same text.

    python -m benchmarks.queries [--processor] [--pagefind PATH]

Nothing here fails when it is slow: it prints, and people judge.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.blog import write_posts
from benchmarks.pagefind import Pagefind
from bot.app import App
from bot.blog.library import Library
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
QUESTIONS = [ROOT / "tests" / "index" / name for name in ("questions.txt", "held_out.txt")]
# Letters after which people look at what is offered.
TYPED = (1, 2, 3, 4, 6, 8, 12)
DATASETTE = "FTS5 as in Datasette"


def queries() -> list[str]:
    """What readers ask in the tests, whole and word by word."""
    lines = [line for file in QUESTIONS for line in file.read_text(encoding="utf-8").splitlines()]
    asked = [line.split(" | ")[2] for line in lines if line and not line.startswith("#")]
    words = {word for query in asked for word in query.split() if word.isalnum()}
    return [*asked, *sorted(words)]


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Takes times: what a reader waits for, or what the processor works, on a busy machine."""

    clock: Callable[[], float]

    async def awaited(self, answer: Awaitable[object]) -> float:
        """Milliseconds until the answer is there."""
        start = self.clock()
        await answer
        return 1000 * (self.clock() - start)

    def called(self, ask: Callable[[str], object], query: str) -> float:
        """Milliseconds of an answer."""
        start = self.clock()
        ask(query)
        return 1000 * (self.clock() - start)


async def ours(
    library: Library, asked: Sequence[str], rounds: int, watch: Stopwatch
) -> dict[str, list[float]]:
    """Milliseconds of each search, of counting what it finds, and of completions on the way."""
    searches, counts, completions = [], [], []
    for _ in range(rounds):
        for query in asked:
            searches.append(await watch.awaited(library.search(query, limit=5)))
            counts.append(await watch.awaited(library.count_hits(query)))
            for length in TYPED:
                answer = library.suggest_searches(query[:length], 25)
                completions.append(await watch.awaited(answer))
    return {
        "Slashpost, search": searches,
        "Slashpost, how many": counts,
        "Slashpost, while typing": completions,
    }


def plain_full_text(texts: Sequence[tuple[str, str]], file: Path) -> sqlite3.Connection:
    """A table of titles and bodies with FTS5's defaults, as `sqlite-utils enable-fts` makes it."""
    connection = sqlite3.connect(file)
    connection.executescript(
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT, body TEXT);"
        "CREATE VIRTUAL TABLE words USING fts5 (title, body, content=posts, content_rowid=id);"
    )
    connection.executemany("INSERT INTO posts (title, body) VALUES (?, ?)", texts)
    connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
    connection.commit()
    return connection


def all_words(query: str) -> str:
    """A query for FTS5, quoted word by word as Datasette does."""
    return " ".join(f'"{word}"' for word in query.replace('"', "").split())


def peers(
    texts: Sequence[tuple[str, str]], asked: Sequence[str], file: Path, watch: Stopwatch
) -> dict[str, list[float]]:
    """Milliseconds of plain FTS5, and of looking through all the text."""
    connection = plain_full_text(texts, file)

    def full_text(query: str) -> object:
        return connection.execute(
            "SELECT title, snippet(words, 1, '<b>', '</b>', '…', 32) FROM words "
            "WHERE words MATCH ? ORDER BY rank LIMIT 5",
            [all_words(query)],
        ).fetchall()

    def scan(query: str) -> object:
        words = query.replace('"', "").split()
        like = " AND ".join("(title LIKE ? OR body LIKE ?)" for _ in words)
        values = [f"%{word}%" for word in words for _ in "tb"]
        return connection.execute(
            f"SELECT title FROM posts WHERE {like} LIMIT 5",
            values,
        ).fetchall()

    return {
        DATASETTE: [watch.called(full_text, query) for query in asked],
        "LIKE": [watch.called(scan, query) for query in asked],
    }


async def measure(posts: Path, options: argparse.Namespace) -> None:
    """Index, ask, and print."""
    asked = queries()
    folder: Path = posts.parent
    database = folder / "index.db"
    watch = Stopwatch(time.process_time if options.processor else time.perf_counter)
    async with App(Settings.load({"--posts": str(posts), "--db": str(database)}, {})) as app:
        await app.sync()
        gc.freeze()  # as `slashpost run` does when it has started
        found = await app.library.latest()
        texts = [(post.title, await app.library.body(post.path) or "") for post in found]
        times = await ours(app.library, asked, options.rounds, watch)
    plain = folder / "plain.db"
    times |= peers(texts, asked, plain, watch)
    sizes = {"Slashpost": database.stat().st_size, DATASETTE: plain.stat().st_size}
    if options.pagefind:
        pagefind = Pagefind.of(texts, options.pagefind, folder / "pagefind")
        sizes[f"Pagefind, made in {pagefind.seconds:.0f} s"] = pagefind.size
        times["Pagefind"] = pagefind.ask(asked, processor=options.processor)
    show(times, sizes, sum(len(body.encode()) for _, body in texts))
    if not options.pagefind:
        print("  Pagefind is left out: --pagefind PATH says where it is.")


def show(times: Mapping[str, Sequence[float]], sizes: Mapping[str, int], size: int) -> None:
    """Print the tables; ``size`` is the bytes of all text."""
    print(f"\n{size / 1e6:.0f} MB of text\n")
    print(f"  {'':26}{'median':>9}{'p99':>9}{'most':>9}  ms")
    for name, values in times.items():
        worst = quantiles(values, n=100)[98]
        print(f"  {name:26}{median(values):9.1f}{worst:9.1f}{max(values):9.1f}  of {len(values):,}")
    print()
    for name, bytes_taken in sizes.items():
        print(f"  {name}: {bytes_taken / size:.2f} times the size of the text")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, default=ROOT.parent / "shared" / "corpora")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processor", action="store_true", help="time the processor, not people")
    parser.add_argument("--pagefind", type=Path, help="Pagefind's program, to be compared")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="slashpost-benchmark-") as name:
        posts = Path(name) / "posts"
        write_posts(posts, options.corpora, options.count)
        asyncio.run(measure(posts, options))


if __name__ == "__main__":
    main()
