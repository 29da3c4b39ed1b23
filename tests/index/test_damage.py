"""A damaged index gives no wrong answer, and is made anew."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.blog.errors import IndexUnavailable
from bot.index import connection
from bot.index.index import Index
from tests.index.blog import PlainReader, blog
from tests.wire.patience import PATIENCE

WORDS = ["apple", "banana", "cherry", "damson", "elder", "fig", "grape", "hazel", "iris", "juniper"]
POSTS = {
    f"{number}.md": (
        f"title: Post {number}\ndate: 2024-01-{number % 27 + 1:02}\ntags: {WORDS[number % 9]}\n\n"
        f"{' '.join(WORDS[number % 7 :] * 40)} number{number}"
    )
    for number in range(60)
}
PAGE = 4096


def flip_bytes(content: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 3, 50))):
        content[rng.randrange(len(content))] ^= rng.randrange(1, 256)


def zero_pages(content: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(content) // PAGE) * PAGE
    content[start : start + PAGE * rng.choice((1, 4))] = bytes(PAGE)


def swap_pages(content: bytearray, rng: random.Random) -> None:
    one, other = (rng.randrange(1, len(content) // PAGE) * PAGE for _ in range(2))
    content[one : one + PAGE], content[other : other + PAGE] = (
        content[other : other + PAGE],
        content[one : one + PAGE],
    )


def cut_tail(content: bytearray, rng: random.Random) -> None:
    del content[rng.randrange(1, len(content)) :]


def empty(content: bytearray, _rng: random.Random) -> None:
    content.clear()


Damage = Callable[[bytearray, random.Random], None]
DAMAGES = (flip_bytes, zero_pages, swap_pages, cut_tail, empty)


async def answers(index: Index) -> object:
    """What the index says, in many ways."""
    texts = await index.texts(list(POSTS))
    hits = await index.search("cherry fig")
    return (
        list(await index.latest()),
        [(hit.post, hit.snippet) for hit in hits],
        sorted(texts.items()),
        list(await index.tags()),
        await index.count(tag="fig"),
        await index.suggest_searches("Post 1"),
        await index.find("post 7"),
        await index.correction("damsno"),
        [post.path for post in await index.closest("post eleven")],
    )


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole index, which tests copy."""
    path = tmp_path_factory.mktemp("healthy") / "index.db"

    async def make() -> None:
        async with Index(path) as index:
            await index.sync(blog(POSTS), PlainReader())

    asyncio.run(make())
    return path


def damage(path: Path, how: Damage, seed: int) -> bool:
    """Damage a file; whether that made a difference."""
    before = path.read_bytes()
    content = bytearray(before)
    how(content, random.Random(seed))
    path.write_bytes(content)
    return bytes(content) != before


@pytest.mark.parametrize("how", DAMAGES, ids=lambda how: how.__name__)
@pytest.mark.parametrize("running", [False, True], ids=["before the start", "while it runs"])
async def test_no_damage_gives_a_wrong_answer(
    healthy: Path, tmp_path: Path, how: Damage, running: bool
) -> None:
    async with Index(healthy) as index:
        right = await answers(index)
    for seed in range(5):
        path = tmp_path / f"{seed}" / "index.db"
        path.parent.mkdir()
        shutil.copy(healthy, path)
        async with Index(path) as index:
            if running:
                assert await answers(index) == right
            damage(path, how, seed)
            try:
                assert await answers(index) == right, seed
            except IndexUnavailable:
                assert index.is_lost, "somebody makes it anew"
            await index.sync(blog(POSTS), PlainReader())
            assert await answers(index) == right, seed
        async with Index(path) as index:  # after a restart
            assert await answers(index) == right, seed


async def test_a_large_index_is_checked_while_it_answers(
    healthy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CHECKED_FIRST", 0)
    path = tmp_path / "index.db"
    shutil.copy(healthy, path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"number33", b"numberXX"))
    async with Index(path) as index:
        assert await index.count() == len(POSTS)
        async with asyncio.timeout(PATIENCE):
            await index.wait_until_lost()
        assert not path.exists()


async def test_an_index_of_an_update_is_intact(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    async with Index(path) as index:
        await index.sync(blog(POSTS), PlainReader())
        for number in range(3):
            await index.sync(blog(POSTS | {"new.md": f"\n{number}"}), PlainReader())
            assert await index.count() == len(POSTS) + 1
            assert not index.is_lost
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() != (0,)


async def test_a_query_is_interrupted_after_a_second(
    healthy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.db"
    shutil.copy(healthy, path)
    monkeypatch.setattr(connection, "LONGEST_READ", 0.05)
    endless = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )
    live = connection.IndexConnection(path)
    with pytest.raises(IndexUnavailable, match="took longer"):
        async with live.use() as database:
            await database.value(endless)
    async with live.use() as database:
        assert await database.value("SELECT count(*) FROM posts") == len(POSTS)
    assert not live.lost.is_set()
    await live.close()
