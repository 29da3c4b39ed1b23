"""Readers' questions to real blogs lead to the posts that answer them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from bot.generators.common.site import Site
from bot.index.index import Index
from bot.reading.reader import SiteReader
from bot.reading.rules import ReadingRules
from bot.scan import SITE_FILES
from bot.sources.folder import Folder

HERE = Path(__file__).parent
RULES = ReadingRules(
    date_order="month", collection_tags=frozenset(), language=None, max_bytes=2_000_000
)
# Of the answers, how many must be among the first three hits; of questions in other words than
# the post's, 32 of 40 are.
ENOUGH = {"questions.txt": 0.9, "held_out.txt": 0.9, "paraphrased.txt": 0.75}


def questions(file: str) -> dict[str, list[tuple[str, str]]]:
    """Paths and queries by corpus."""
    found = defaultdict(list)
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            corpus, path, query = line.split(" | ")
            found[corpus].append((path, query))
    return found


async def fill(index: Index, corpus: Path) -> None:
    """Index a real blog as the app would."""
    snapshot = Folder(
        corpus,
        site=SITE_FILES,
        max_bytes=RULES.max_bytes,
    ).snapshot()
    await index.sync(snapshot, SiteReader(RULES, Site.of(snapshot)))


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the indexes of all corpora are kept, so that each is made once."""
    return tmp_path_factory.mktemp("indexes")


@pytest.mark.parametrize(
    ("file", "at_least"), [("questions.txt", 40), ("held_out.txt", 15), ("paraphrased.txt", 40)]
)
async def test_the_right_post_is_among_the_first_three(
    corpora: Path, indexes: Path, file: str, at_least: int
) -> None:
    asked, missed = 0, []
    for corpus, pairs in questions(file).items():
        async with Index(indexes / f"{corpus}.db") as index:
            await fill(index, corpora / corpus)
            for path, query in pairs:
                asked += 1
                hits = [hit.post.path for hit in await index.search(query, limit=3)]
                if path not in hits:
                    missed.append((query, path, hits))
    assert asked >= at_least
    assert len(missed) <= asked * (1 - ENOUGH[file]), missed
