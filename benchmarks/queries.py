"""How long questions take at ten thousand posts, beside simpler ways to search the same text.

    python -m benchmarks.queries

Nothing here fails when it is slow: it prints, and people judge.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles

from benchmarks.blog import write_posts
from bot.app import App
from bot.blog.post import Post
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
QUESTIONS = ROOT / "tests" / "index" / "questions.txt"
# Letters after which people look at what is offered.
TYPED = (1, 2, 3, 4, 6, 8, 12)


def queries() -> list[str]:
    """What readers ask in the tests, whole and word by word."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    asked = [line.split(" | ")[2] for line in lines if line and not line.startswith("#")]
    words = {word for query in asked for word in query.split() if word.isalnum()}
    return [*asked, *sorted(words)]


async def ours(app: App, asked: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each search, and of each completion on the way to it."""
    searches, completions = [], []
    for _ in range(rounds):
        for query in asked:
            start = time.perf_counter()
            await app.library.search(query, limit=5)
            searches.append(1000 * (time.perf_counter() - start))
            for length in TYPED:
                start = time.perf_counter()
                await app.library.suggest_searches(query[:length], 25)
                completions.append(1000 * (time.perf_counter() - start))
    return {"Slashpost, search": searches, "Slashpost, while typing": completions}


def timed(ask: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """Milliseconds of each answer."""
    times = []
    for query in asked:
        start = time.perf_counter()
        ask(query)
        times.append(1000 * (time.perf_counter() - start))
    return times


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
    texts: Sequence[tuple[str, str]], asked: Sequence[str], file: Path
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

    return {"plain FTS5": timed(full_text, asked), "LIKE": timed(scan, asked)}


async def measure(posts: Path, database: Path, rounds: int) -> None:
    """Index, ask, and print."""
    asked = queries()
    async with App(Settings.load({"--posts": str(posts), "--db": str(database)}, {})) as app:
        await app.sync()
        found: Sequence[Post] = await app.library.latest()
        texts = [(post.title, await app.library.body(post.path) or "") for post in found]
        times = await ours(app, asked, rounds)
    plain = database.with_name("plain.db")
    times |= peers(texts, asked, plain)
    size = sum(len(body.encode()) for _, body in texts)
    print(f"\n{len(texts):,} posts, {size / 1e6:.0f} MB of text; {len(asked)} queries\n")
    print(f"  {'':26}{'median':>9}{'p99':>9}{'most':>9}  ms")
    for name, values in times.items():
        worst = quantiles(values, n=100)[98]
        print(f"  {name:26}{median(values):9.1f}{worst:9.1f}{max(values):9.1f}")
    for name, file in (("Slashpost", database), ("plain FTS5", plain)):
        print(f"\n  {name}: {file.stat().st_size / size:.2f} times the size of the text", end="")
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, default=ROOT.parent / "shared" / "corpora")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="slashpost-benchmark-") as name:
        posts = Path(name) / "posts"
        write_posts(posts, options.corpora, options.count)
        asyncio.run(measure(posts, Path(name) / "index.db", options.rounds))


if __name__ == "__main__":
    main()
