"""Litestream's copy of the state brings it back after its disk is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.blog.errors import SettingError, StateUnavailable
from bot.blog.identity import Identity
from bot.serve.state import State
from bot.state.replica import Replica
from tests.wire.patience import PATIENCE

ADA = Identity(application_id=1, public_key="00" * 32, user={"id": "1"})


@pytest.fixture
def copy(tmp_path: Path) -> Replica:
    return Replica.find(tmp_path / "data" / "state.db", f"file://{tmp_path}/copy")


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so, as long as a test may."""

    def look() -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.05)

    await asyncio.to_thread(look)


async def copied(folder: Path) -> None:
    """Wait until something has been copied."""
    await until(lambda: any((folder / "copy").rglob("*.ltx")))


def wipe(folder: Path) -> None:
    for path in (folder / "data").iterdir():
        if path.is_file():
            path.unlink()


async def test_a_lost_file_is_restored_with_all_that_was_remembered(
    tmp_path: Path, copy: Replica
) -> None:
    path = tmp_path / "data" / "state.db"
    assert not await copy.restore(), "there is no copy yet"
    async with State.open(path) as state, copy.kept():
        await state.identities.remember("first", ADA)
        await copied(tmp_path)
        await state.identities.remember("second", ADA)
    wipe(tmp_path)

    assert await copy.restore()
    async with State.open(path) as state:
        assert await state.identities.identity("second") == ADA, "the end copies what is left"
    assert not await copy.restore(), "a file that is there is never replaced"


async def test_where_no_copy_can_be_looked_for_nothing_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with pytest.raises(StateUnavailable, match=r"state\.db: cannot be restored \(.*LITESTREAM_REP"):
        await Replica.find(path, "nowhere://bucket").restore()
    assert not path.exists()


async def test_without_litestream_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(SettingError, match=r"Install slashpost\[litestream\]"):
        Replica.find(tmp_path / "state.db", "s3://bucket/x")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only where processes are files")
async def test_a_bot_that_is_killed_takes_litestream_along(tmp_path: Path, copy: Replica) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from bot.state.replica import Replica; from bot.serve.state import State\n"
        "async def main(path, url):\n"
        "    async with State.open(path), Replica.find(path, url).kept():\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))"
    )
    path = tmp_path / "data" / "state.db"
    arguments = [sys.executable, "-c", program, str(path), f"file://{tmp_path}/copy"]
    process = await asyncio.create_subprocess_exec(*arguments)
    await copied(tmp_path)
    assert copying(path)
    process.kill()
    await process.wait()
    await until(lambda: not copying(path))
    wipe(tmp_path)
    assert await copy.restore()


def copying(path: Path) -> list[str]:
    """Processes of Litestream that copy a file."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"replicate" in command and f"{path}-litestream.yml".encode() in command:
                found.append(entry.name)
    return found


async def test_the_address_is_in_no_list_of_processes_and_no_error(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    url = "sftp://ada:PASSW0RD%21@127.0.0.1:1/copy?key=K3Y"
    with pytest.raises(StateUnavailable) as caught:
        await Replica.find(path, url).restore()
    assert not any(secret in str(caught.value) for secret in ("PASSW0RD", "K3Y"))
    replica = Replica.find(path, url)
    async with State.open(path), replica.kept():
        await until(lambda: bool(copying(path)))
        assert not any(secret in command_lines() for secret in ("PASSW0RD", "K3Y"))
    assert all(mode & 0o077 == 0 for mode in modes(tmp_path, "*-litestream.yml"))


def command_lines() -> str:
    """Of all processes."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            lines.append((entry / "cmdline").read_bytes().decode(errors="replace"))
    return "\n".join(lines)


def modes(folder: Path, pattern: str) -> list[int]:
    """Of files, of which there must be some."""
    found = [path.stat().st_mode for path in folder.glob(pattern)]
    assert found
    return found
