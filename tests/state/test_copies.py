"""A damaged state is noticed, and a copy takes its place."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest

from bot.announce.ledger import Assignment, KnownPost, Revision
from bot.announce.subscription import Subscription
from bot.blog.errors import StateDamaged, StateInUse, StateUnavailable
from bot.serve import state as states
from bot.serve.state import State, open_state
from bot.settings import Settings
from bot.state import copies
from tests.wire.patience import PATIENCE

MANY = 300


async def fill(path: Path, first: int = 1, last: int = MANY) -> None:
    async with State.open(path) as state:
        for channel in range(first, last):
            wish = Subscription(place="text", guild=1, channel=channel, tags=("a tag",) * 5)
            await state.subscriptions.keep(wish)


async def count(path: Path) -> int:
    async with State.open(path) as state:
        return len(await state.subscriptions.all())


def change(path: Path, data: bytes) -> None:
    path.write_bytes(data)


DAMAGES = {
    "emptied": lambda _: b"",
    "garbage": lambda data: os.urandom(len(data)),
    "half": lambda data: data[: len(data) // 2],
    "zeroed pages": lambda data: data[:4096] + bytes(3 * 4096) + data[4 * 4096 :],
    "a byte of UTF-8": lambda data: data.replace(b"a tag", b"a \xff\xffg", 1),
    "its beginning": lambda data: b"\0" * 100 + data[100:],
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_file_gives_way_to_its_copy(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "state.db"
    await fill(path)
    assert copies.problem(path) is None
    copy = copies.save(path)
    change(path, DAMAGES[damage](path.read_bytes()))  # type: ignore[no-untyped-call]
    assert copies.problem(path)
    assert copies.recover(path) == copy
    assert await count(path) == MANY - 1
    assert path.with_name("state.db.damaged").exists()


async def test_without_a_good_copy_the_damage_is_said(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    await fill(path)
    copies.save(path)
    for file in (path, *copies.copies_of(path)):
        change(file, b"no database")
    with pytest.raises(StateDamaged, match=r"state\.db: damaged \(file is not a database\)"):
        copies.recover(path)


async def test_a_file_that_is_gone_comes_back_and_a_first_start_needs_none(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    assert copies.recover(path) is None
    await fill(path)
    copies.save(path)
    path.unlink()
    assert copies.recover(path)
    assert await count(path) == MANY - 1


async def test_the_last_three_copies_are_kept_and_no_bad_one_is_made(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    for last in (3, 5, 7, 9):
        await fill(path, 1, last)
        assert copies.save(path)
    assert [await count(copy) for copy in copies.copies_of(path)] == [8, 6, 4]
    change(path, b"no database")
    assert copies.save(path) is None
    assert not copies.is_due(path)
    os.utime(copies.copies_of(path)[0], (0, 0))
    assert copies.is_due(path)


async def test_what_can_be_read_of_a_damaged_file_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    await fill(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    change(path, path.read_bytes().replace(b"a tag", b"a \xff\xffg", 1))
    saved, lost = copies.repair(path)
    assert lost >= 1
    assert saved >= MANY - 10
    assert copies.problem(path) is None
    assert await count(path) >= MANY - 10


def settings(path: Path) -> Settings:
    return Settings.load({"--state": str(path)}, {})


@pytest.mark.parametrize("gone", [("",), ("-wal",), ("-shm",), ("", "-wal", "-shm"), ("folder",)])
async def test_a_file_deleted_while_in_use_is_written_anew(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    gone: tuple[str, ...],
) -> None:
    monkeypatch.setattr(states, "CHECK_SECONDS", 0.05)
    path, again = tmp_path / "kept" / "state.db", asyncio.Event()
    path.parent.mkdir()
    await fill(path)
    async with asyncio.timeout(PATIENCE), open_state(settings(path), again) as state:
        await state.subscriptions.keep(Subscription(place="text", guild=1, channel=MANY))
        if gone == ("folder",):
            shutil.rmtree(path.parent)
        else:
            for suffix in gone:
                path.with_name(path.name + suffix).unlink()
        await again.wait()
    assert await count(path) == MANY
    assert copies.problem(path) is None
    assert "deleted while it was in use: writing it anew" in caplog.text


async def test_a_deleted_file_that_cannot_be_written_anew_is_said_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "CHECK_SECONDS", 0.05)
    path, again = tmp_path / "state.db", asyncio.Event()
    await fill(path)
    in_the_way = path.with_name("state.db.rewritten")
    async with asyncio.timeout(PATIENCE), open_state(settings(path), again) as state:
        in_the_way.mkdir()
        path.unlink()
        while not state.trouble:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
        assert state.trouble == "state.db was deleted, and cannot be written anew"
        assert not again.is_set()
        in_the_way.rmdir()
        await again.wait()
    assert await count(path) == MANY - 1


async def test_a_replaced_file_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "CHECK_SECONDS", 0.05)
    path, again = tmp_path / "state.db", asyncio.Event()
    await fill(path)
    await fill(tmp_path / "other.db", 1, 3)
    async with asyncio.timeout(PATIENCE), open_state(settings(path), again):
        copies.restore(path, tmp_path / "other.db")
        await again.wait()
    assert await count(path) == 2


async def test_a_second_process_stops_unless_the_first_ends_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path, again = tmp_path / "state.db", asyncio.Event()
    async with AsyncExitStack() as first:
        await first.enter_async_context(open_state(settings(path), again))
        monkeypatch.setattr(states, "SECONDS_TO_DRAIN", 0.0)
        with pytest.raises(StateInUse, match=r"state\.db: another process on this machine uses it"):
            await AsyncExitStack().enter_async_context(open_state(settings(path), again))
        monkeypatch.setattr(states, "SECONDS_TO_DRAIN", PATIENCE)

        async def begin() -> bool:
            async with open_state(settings(path), again) as state:
                return state.lasts

        successor = asyncio.create_task(begin())
        while "waiting up to" not in caplog.text:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
        assert not successor.done()
    async with asyncio.timeout(PATIENCE):
        assert await successor


async def test_a_file_without_tables_gives_way_to_its_copy(tmp_path: Path) -> None:
    """As where the log was deleted after the first process was killed."""
    path = tmp_path / "state.db"
    await fill(path)
    copies.save(path)
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    assert copies.problem(path) == "it holds nothing"
    assert copies.recover(path)
    assert await count(path) == MANY - 1


async def test_what_people_ask_for_is_copied_before_a_day_is_over(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    await fill(path, 1, 3)
    copies.save(path)
    assert not copies.is_outdated(path)
    await fill(path, 3, 5)
    assert copies.is_outdated(path)
    copies.save(path, over_newest=True)
    assert [await count(copy) for copy in copies.copies_of(path)] == [4]
    assert not copies.is_outdated(path)


async def test_a_state_that_was_locked_at_the_start_is_used_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr("bot.state.sqlite.BUSY_SECONDS", 0.1)
    path, again = tmp_path / "state.db", asyncio.Event()
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        async with asyncio.timeout(PATIENCE), open_state(settings(path), again) as state:
            assert not state.lasts
            other.execute("ROLLBACK")
            await again.wait()
    async with open_state(settings(path), again) as state:
        assert state.lasts


async def test_damage_met_while_running_is_no_fault_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    await fill(path)
    async with State.open(path) as state:
        data = path.read_bytes()
        change(path, data[:4096] + b"\xff" * (len(data) - 4096))
        with pytest.raises(StateUnavailable):
            await state.ledger.posts()


async def test_the_leases_of_a_killed_process_are_over_when_the_next_one_starts(
    tmp_path: Path,
) -> None:
    path, again = tmp_path / "state.db", asyncio.Event()
    await fill(path, 1, 2)
    assigned = [Assignment("d" * 20, "c1", ("a",))]
    post = KnownPost(id="a", path="a.md", slug="a", title="A", digest="1", shown_digest="s")
    revision = Revision(posts=[post], assignments=assigned)
    async with State.open(path) as killed:
        await killed.ledger.revise("1", "killed", lambda _: revision)
        assert await killed.outbox.claim("killed", 0, 30) is not None
        async with open_state(settings(path), again) as state:
            assert await state.outbox.claim("next", 0, 30) is not None
