"""Whether the right post is among those handed to the model, on real blogs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.ask.retrieval import retrieve, tokens_in
from bot.index.index import Index
from tests.index.test_questions import fill, questions

REWRITES = Path(__file__).with_name("rewrites.txt")


@dataclass
class Found:
    """What became of the questions of one file.

    Attributes:
        asked: how many there were.
        missed: those whose post was not handed to the model.
        tokens: of each question's sections together.
    """

    asked: int = 0
    missed: list[str] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)


def rewrites() -> dict[str, list[str]]:
    """Recorded searches by question."""
    lines = REWRITES.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return {question: searches for question, *searches in rows}


async def look(corpora: Path, indexes: Path, file: str, searches: dict[str, list[str]]) -> Found:
    """Ask all questions of a file.

    Args:
        corpora: the blogs.
        indexes: where their indexes are kept, so that each is made once.
        file: of questions, in ``tests/index``.
        searches: what a model made of each question; empty for the questions alone.
    """
    found = Found()
    for corpus, pairs in questions(file).items():
        async with Index(indexes / f"{corpus}.db") as index:
            await fill(index, corpora / corpus)
            for path, question in pairs:
                found.asked += 1
                sources = await retrieve(index, question, searches.get(question, ()))
                found.tokens.append(sum(tokens_in(source.text) for source in sources))
                if path not in {source.post.path for source in sources}:
                    found.missed.append(question)
    return found
