"""Random damage to the state: every start ends in a good file, or in one line that says why not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from bot.announce.ledger import Assignment, KnownPost, Revision
from bot.announce.subscription import Subscription
from bot.blog.errors import StateDamaged
from bot.serve import state as states
from bot.serve.state import State, open_state
from bot.settings import Settings
from bot.state import copies
from tests.wire.patience import PATIENCE

PAGE = 4096
SEEDS = range(10)


def zeros(data: bytearray, random: Random) -> None:
    """Lose some pages."""
    for _ in range(random.randint(1, 3)):
        page = random.randrange(len(data) // PAGE) * PAGE
        data[page : page + PAGE] = bytes(PAGE)


def garbage(data: bytearray, random: Random) -> None:
    """Overwrite some pages."""
    for _ in range(random.randint(1, 3)):
        page = random.randrange(len(data) // PAGE) * PAGE
        data[page : page + PAGE] = random.randbytes(PAGE)


def tail(data: bytearray, random: Random) -> None:
    """Overwrite the end."""
    size = random.randint(PAGE, len(data) // 2)
    data[-size:] = random.randbytes(size)


def truncate(data: bytearray, random: Random) -> None:
    """Lose the end."""
    del data[random.randrange(len(data)) :]


DAMAGES = [zeros, garbage, tail, truncate]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A state with channels, posts and deliveries, without its log."""
    path = tmp_path_factory.mktemp("whole") / "state.db"
    names = [f"{number:016x}" for number in range(100)]
    posts = [
        KnownPost(
            id=name,
            path=f"{name}.md",
            slug=name,
            title=f"Post {name}",
            digest=name,
            minhash=frozenset(range(32)),
            shown_digest="s",
        )
        for name in names
    ]
    assigned = [Assignment(f"{name}d", "c1", (name,)) for name in names]

    async def fill() -> None:
        async with State.open(path) as state:
            for channel in range(1, 30):
                wish = Subscription(place="text", guild=1, channel=channel, tags=("a tag",))
                await state.subscriptions.keep(wish)
            revision = Revision(posts=posts, assignments=assigned)
            await state.ledger.revise("1", "me", lambda _: revision)

    asyncio.run(fill())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


def rows(path: Path) -> list[str]:
    """What it holds that matters."""
    with closing(sqlite3.connect(path)) as connection:
        return sorted(
            repr(row)
            for table in ("subscriptions", "known_posts", "deliveries")
            for row in connection.execute(f"SELECT * FROM {table}")
        )


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_damaged_state_is_as_its_copy_after_the_start(
    tmp_path: Path, whole: bytes, damage: Callable[[bytearray, Random], None], seed: int
) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(whole)
    before = rows(path)
    copies.save(path)
    data = bytearray(whole)
    damage(data, Random(seed))
    path.write_bytes(data)
    async with open_state(Settings.load({"--state": str(path)}, {}), asyncio.Event()) as state:
        assert state.lasts
        await state.outbox.backlog()
    assert rows(path) == before


@pytest.mark.parametrize("damage", DAMAGES)
async def test_without_a_copy_the_damage_is_said(
    tmp_path: Path, whole: bytes, damage: Callable[[bytearray, Random], None]
) -> None:
    path = tmp_path / "state.db"
    data = bytearray(whole)
    damage(data, Random(1))
    path.write_bytes(data)
    with pytest.raises(StateDamaged, match=r"state\.db: damaged"):
        copies.recover(path)


async def test_damage_while_it_runs_is_noticed_and_the_copy_is_taken(
    tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "COPY_FIRST_SECONDS", 0.05)
    path, again = tmp_path / "state.db", asyncio.Event()
    path.write_bytes(whole)
    copies.save(path)
    given = Settings.load({"--state": str(path)}, {})
    async with asyncio.timeout(PATIENCE), open_state(given, again) as state:
        with path.open("r+b") as file:
            file.seek(PAGE)
            file.write(bytes(len(whole) - PAGE))
        await again.wait()
        assert state.trouble == "state.db is damaged"
    async with open_state(given, again) as state:
        assert len(await state.subscriptions.all()) == 29
