"""The state outlives restarts, updates, and updates that fail."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.errors import StateTooNew, StateUnavailable
from bot.blog.identity import Identity
from bot.serve.state import State
from bot.state.migrations import POSTGRES, SQLITE

ADA = Identity(
    application_id=2**63 - 1,
    public_key="00" * 32,
    user={"id": "1", "username": "ada"},
    endpoint_url="https://bot.example/interactions",
)
BEN = Identity(application_id=2, public_key="11" * 32, user={})


async def test_an_identity_is_known_to_the_next_process(state_home: Path | str) -> None:
    async with State.open(state_home) as state:
        assert await state.identities.identity("token") is None
        await state.identities.remember("token", BEN)
        await state.identities.remember("token", ADA)
    async with State.open(state_home) as state:
        assert await state.identities.identity("token") == ADA


async def test_another_token_is_another_bot(state_home: Path | str) -> None:
    async with State.open(state_home) as state:
        await state.identities.remember("an-old-token", ADA)
        await state.identities.remember("a-new-token", BEN)
        assert await state.identities.identity("an-old-token") is None
        assert await state.identities.identity("a-new-token") == BEN


async def test_no_token_is_written_down(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state.db"
    async with State.open(path) as state:
        await state.identities.remember("a-token", ADA)
    assert "a-token" not in path.read_bytes().decode("latin-1")


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3), st.text(max_size=9))
def test_whatever_discord_says_of_a_user_is_kept(user: dict[str, str], token: str) -> None:
    async def there_and_back() -> None:
        async with State.open(None) as state:
            identity = Identity(application_id=1, public_key="00", user=user)
            await state.identities.remember(token, identity)
            assert await state.identities.identity(token) == identity

    asyncio.run(there_and_back())


async def test_two_processes_may_start_at_once(state_home: Path | str) -> None:
    async def start(number: int) -> None:
        async with State.open(state_home) as state:
            await state.identities.remember(str(number), ADA)

    await asyncio.gather(*(start(number) for number in range(8)))


async def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE of_the_future (x)")
        database.execute(f"PRAGMA user_version = {len(SQLITE) + 1}")
    with pytest.raises(StateTooNew, match=r"state\.db: written by a newer Slashpost"):
        async with State.open(path):
            pass
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT name FROM sqlite_schema").fetchall()
    assert tables == [("of_the_future",)]


async def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateUnavailable, match=r"file/state\.db: .*SLASHPOST_STATE"):
        async with State.open(tmp_path / "file" / "state.db"):
            pass
    (tmp_path / "notes.txt").write_text("These are notes, and no database at all. " * 9)
    with pytest.raises(StateUnavailable, match=r"notes\.txt: .*not a database"):
        async with State.open(tmp_path / "notes.txt"):
            pass


@pytest.mark.parametrize("number", range(1, len(SQLITE) + 1))
def test_every_migration_is_one_transaction_that_numbers_itself(number: int) -> None:
    path = SQLITE[number - 1]
    assert path.name.startswith(f"{number:04}_")
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("--")]
    assert lines[0] == "BEGIN IMMEDIATE;"
    assert lines[-2:] == [f"PRAGMA user_version = {number};", "COMMIT;"]


def test_both_kinds_of_database_have_the_same_migrations() -> None:
    assert [path.name for path in POSTGRES] == [path.name for path in SQLITE]
    for path in POSTGRES:
        words = path.read_text().split()
        assert not {"BEGIN;", "COMMIT;"} & set(words), f"{path.name}: its caller does that"


async def test_all_migrations_give_a_sound_database(tmp_path: Path) -> None:
    async with State.open(tmp_path / "state.db"):
        pass
    with closing(sqlite3.connect(tmp_path / "state.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA user_version").fetchall() == [(len(SQLITE),)]
