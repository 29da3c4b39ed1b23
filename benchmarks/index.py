"""How long indexing takes, beside Hugo and Pelican building the same posts in the same run.

    python -m benchmarks.index --pelican path/to/pelican

Nothing here fails when it is slow: it prints, and people judge.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from benchmarks.blog import write_posts
from benchmarks.peers import prepare_hugo, prepare_pelican
from bot.app import App
from bot.index.difference import BATCH_FILES, ReadFile, insertions_of
from bot.index.rows import FULL_TEXT_TABLES, schema
from bot.index.sync import BULK_FULL_TEXT, tune_full_text
from bot.reading.excerpt import summary_of
from bot.reading.front_matter import FrontMatter
from bot.reading.passages import passages_of
from bot.settings import Settings

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process.

    Attributes:
        seconds: from its start to its end.
        megabytes: the most memory it held.
    """

    seconds: float
    megabytes: float


def run(command: Sequence[str], folder: Path = ROOT) -> Run:
    """Run a command to its end, which must be a good one."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(seconds, usage.ru_maxrss / 1024)


@dataclass
class Measured:
    """What was measured of each contestant, run by run."""

    runs: dict[str, list[Run]] = field(default_factory=dict)

    def add(self, name: str, command: Sequence[str]) -> None:
        """Run and remember."""
        self.runs.setdefault(name, []).append(run(command))

    def seconds(self, name: str) -> float:
        """The median time."""
        return median(one.seconds for one in self.runs[name])

    def megabytes(self, name: str) -> float:
        """The most memory of any run."""
        return max(one.megabytes for one in self.runs[name])


def compete(work: Path, posts: Path, options: argparse.Namespace) -> Measured:
    """Let all index or build the same posts, in turns."""
    measured = Measured()
    slashpost = [sys.executable, "-m", "bot", "index", "--json", "--posts", str(posts), "--db"]
    site = posts.parent.parent
    pelican = prepare_pelican(work / "pelican", posts) if options.pelican else None
    prepare_hugo(site)
    for _ in range(options.runs):
        for folder in ("db", "hugo", "out"):
            shutil.rmtree(work / folder, ignore_errors=True)
        database = str(work / "db" / "index.db")
        measured.add("start", [sys.executable, "-c", "pass"])
        measured.add("cold", [*slashpost, database])
        measured.add("unchanged", [*slashpost, database])
        hugo = [options.hugo, "--quiet", "--source", str(site), "--destination", str(work / "hugo")]
        measured.add("hugo", hugo)
        shutil.rmtree(work / "hugo")
        measured.add("hugo without colours", [*hugo, "--config", "hugo.toml,no-colours.toml"])
        if pelican:
            out = str(work / "out")
            measured.add("pelican", [options.pelican, "--quiet", "-s", str(pelican), "-o", out])
    return measured


@dataclass
class Stopwatch:
    """Processor seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens within to a stage."""
        start = time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - start

    def watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its time counted to a stage."""

        def watched(*arguments: Any, **options: Any) -> Any:
            with self.stage(name):
                return function(*arguments, **options)

        return watched


def shares(posts: Path, database: Path) -> dict[str, float]:
    """Do by turns and alone what a cold index does at the same time, and time each stage."""
    watch = Stopwatch()
    app = App(Settings.load({"--posts": str(posts), "--db": str(database)}, {}))
    snapshot, reader = app._scan()  # noqa: SLF001 - the parts, without what joins them
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript(f"PRAGMA journal_mode = OFF; {schema()}; BEGIN;")
    for sql, option in tune_full_text(BULK_FULL_TEXT):
        connection.execute(sql, option)
    with (
        patch(
            "bot.reading.post.FrontMatter.of",
            watch.watched("front matter", FrontMatter.of),
        ),
        patch("bot.reading.post.summary_of", watch.watched("lead", summary_of)),
        patch("bot.reading.post.passages_of", watch.watched("plain text", passages_of)),
    ):
        for start in range(0, len(snapshot.files), BATCH_FILES):
            understood = []
            for number, file in enumerate(snapshot.files[start : start + BATCH_FILES], start):
                with watch.stage("reading files"):
                    file.read()
                with watch.stage("all reading"):
                    document = reader.read(file)
                understood.append(ReadFile(number, file.path, file.size, file.stamp, b"", document))
            with watch.stage("making rows"):
                statements = insertions_of(understood)
            for sql, parameters in statements:
                full_text = any(f"INSERT INTO {table} " in sql for table in FULL_TEXT_TABLES)
                with watch.stage("full-text search" if full_text else "other tables"):
                    connection.execute(sql, parameters)
    with watch.stage("full-text search"):
        connection.execute("COMMIT")
    connection.close()
    inside = ("front matter", "lead", "plain text")
    rest = watch.seconds.pop("all reading") - sum(watch.seconds[name] for name in inside)
    return watch.seconds | {"tags, dates, links, …": rest}


def show(measured: Measured, stages: dict[str, float], posts: int, size: int) -> None:
    """Print it all."""
    cold = measured.seconds("cold")
    print(f"\n{posts:,} posts, {size / 1e6:.0f} MB; medians of {len(measured.runs['cold'])} runs\n")
    for name, label in (
        ("cold", "Slashpost, cold index"),
        ("hugo", "Hugo, build"),
        ("hugo without colours", "  without colouring code"),
        ("pelican", "Pelican, build"),
    ):
        if name in measured.runs:
            seconds, memory = measured.seconds(name), measured.megabytes(name)
            print(f"  {label:26}{seconds:8.2f} s {seconds / cold:7.1f} times {memory:8.0f} MB")
    start, unchanged = measured.seconds("start"), measured.seconds("unchanged")
    print(
        f"\n  Nothing changed: {unchanged:.3f} s, of which the interpreter's start "
        f"{start:.3f} s: {unchanged - start:.3f} s of our own, "
        f"{measured.megabytes('unchanged'):.0f} MB"
    )
    total = sum(stages.values())
    print(f"\nWhere a cold index's processor time goes, one thing at a time ({total:.2f} s):\n")
    for name, seconds in sorted(stages.items(), key=lambda item: -item[1]):
        print(f"  {name:26}{seconds:8.2f} s {100 * seconds / total:6.0f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, default=ROOT.parent / "shared" / "corpora")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--hugo", default="hugo")
    parser.add_argument("--pelican", help="left out where not given")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="slashpost-benchmark-") as name:
        work = Path(name)
        posts = work / "site" / "content" / "posts"
        size = write_posts(posts, options.corpora, options.count)
        measured = compete(work, posts, options)
        show(measured, shares(posts, work / "stages.db"), options.count, size)


if __name__ == "__main__":
    main()
