"""Which sections of the posts are handed to the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ask.retrieval import (
    DEFAULT_TOKENS,
    MAX_POSTS,
    MAX_SECTIONS,
    MAX_SECTIONS_OF_A_POST,
    retrieve,
    tokens_in,
)
from bot.blog.library import Hit
from bot.blog.post import Post
from bot.blog.section import Passage
from tests.ask.recorded import look, rewrites

# Of the answers, how many must be handed to the model, without and with recorded rewrites. Measured
# were 76 and 80 of 81, and 34 and 38 of 40 (benchmarks/README.md).
ENOUGH = {"questions.txt": (0.92, 0.96), "paraphrased.txt": (0.82, 0.92)}


class Blog:
    """Posts that every search finds, in this order."""

    def __init__(self, posts: Sequence[Sequence[Passage]]) -> None:
        self._passages = {f"{number}.md": passages for number, passages in enumerate(posts)}

    def _post(self, path: str) -> Post:
        return Post(path=path, slug=path, title=f"Post {path}", link=None, summary=f"Of {path}.")

    async def search(self, query: str, *, limit: int = 10, offset: int = 0) -> Sequence[Hit]:
        del query
        posts = [self._post(path) for path in self._passages]
        return [Hit(post, ((post.summary, False),)) for post in posts][offset : offset + limit]

    async def passages(self, path: str) -> Sequence[Passage]:
        return self._passages[path]

    async def latest(self, *, limit: int) -> Sequence[Post]:
        return [self._post(path) for path in self._passages][:limit]


def section(name: str, words: int) -> Passage:
    """A section in paragraphs of ten words, about lamps."""
    paragraphs = ["a lamp " + "word " * 8 for _ in range(max(1, words // 10))]
    return Passage(name, name.lower(), "\n\n".join(paragraphs))


async def test_long_posts_leave_room_for_others() -> None:
    blog = Blog([[section(f"S{n}", 3_000) for n in range(5)] for _ in range(8)])
    sources = await retrieve(blog, "lamp")
    assert {source.post.path for source in sources} == {f"{n}.md" for n in range(MAX_POSTS)}
    assert [source.number for source in sources] == list(range(1, len(sources) + 1))
    assert [source.post.path for source in sources] == sorted(s.post.path for s in sources)


async def test_a_post_without_text_of_its_own_is_there_by_its_summary() -> None:
    """Such as one that is a notebook or a video."""
    (source,) = await retrieve(Blog([[]]), "lamp")
    assert (source.text, source.section) == ("Of 0.md.", None)


POSTS = st.lists(
    st.lists(st.builds(section, st.sampled_from(["A", "B"]), st.integers(1, 4_000)), max_size=6),
    max_size=10,
)


@given(POSTS, st.integers(100, 8_000))
async def test_whatever_posts_there_are_the_limits_hold(
    posts: list[list[Passage]], most: int
) -> None:
    blog = Blog(posts)
    sources = await retrieve(blog, "lamp", ["words"], max_tokens=most)
    assert len(sources) <= MAX_SECTIONS
    assert len({source.post.path for source in sources}) <= MAX_POSTS
    assert sum(tokens_in(source.text) for source in sources) <= most + MAX_SECTIONS
    for source in sources:
        whole = [passage.text for passage in await blog.passages(source.post.path)]
        paragraphs = {part.strip() for text in whole for part in text.split("\n\n")}
        said = {part.strip() for part in source.text.split("\n\n")}
        assert said <= paragraphs or not whole, "paragraphs are whole"
    per_post = [source.post.path for source in sources]
    assert all(per_post.count(path) <= MAX_SECTIONS_OF_A_POST for path in per_post)
    assert bool(sources) == bool(posts) or most < DEFAULT_TOKENS // MAX_SECTIONS


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the indexes of all corpora are kept, so that each is made once."""
    return tmp_path_factory.mktemp("indexes")


@pytest.mark.parametrize("file", ENOUGH)
async def test_the_right_post_is_handed_to_the_model(
    corpora: Path, indexes: Path, file: str
) -> None:
    for searches, enough in zip(({}, rewrites()), ENOUGH[file], strict=True):
        found = await look(corpora, indexes, file, searches)
        assert found.asked >= 40
        assert len(found.missed) <= found.asked * (1 - enough), found.missed
        assert max(found.tokens) <= DEFAULT_TOKENS + MAX_SECTIONS


def test_every_question_has_recorded_searches() -> None:
    assert all(1 <= len(searches) <= 4 for searches in rewrites().values())
    assert len(rewrites()) == 121
