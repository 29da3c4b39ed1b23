"""The same posts searched by Pagefind, which many static sites carry with them."""

from __future__ import annotations

import html
import json
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ASK = Path(__file__).with_name("pagefind.mjs")
PAGE = '<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1><pre>{body}</pre>'


@dataclass(frozen=True, slots=True)
class Pagefind:
    """Pagefind's index of some posts.

    Attributes:
        folder: where the index lies.
        seconds: how long it took to make.
    """

    folder: Path
    seconds: float

    @classmethod
    def of(cls, texts: Sequence[tuple[str, str]], command: Path, folder: Path) -> Pagefind:
        """Write each title and body as a page and have them indexed."""
        site, index = folder / "site", folder / "pagefind"
        site.mkdir(parents=True)
        for number, (title, body) in enumerate(texts):
            page = PAGE.format(title=html.escape(title), body=html.escape(body))
            (site / f"{number}.html").write_text(page, encoding="utf-8")
        start = time.perf_counter()
        subprocess.run(
            [command, "--site", site, "--output-path", index],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return cls(index, time.perf_counter() - start)

    @property
    def size(self) -> int:
        """Bytes of the index and of the excerpts, without what shows them."""
        parts = (self.folder / name for name in ("index", "fragment"))
        return sum(file.stat().st_size for part in parts for file in part.iterdir())

    def ask(self, queries: Sequence[str], *, processor: bool) -> list[float]:
        """Milliseconds of each query with its first five results, in Node.

        Raises:
            FileNotFoundError: there is no Node.
        """
        node = shutil.which("node")
        if node is None:
            raise FileNotFoundError("node")
        clock = "processor" if processor else "wall"
        done = subprocess.run(
            [node, ASK, self.folder, clock],
            check=True,
            input=json.dumps(queries),
            text=True,
            capture_output=True,
        )
        times: list[float] = json.loads(done.stdout.splitlines()[-1])
        return times
