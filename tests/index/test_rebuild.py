"""An index that is missing, damaged, foreign, cut off or out of reach."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.blog.errors import IndexUnavailable
from bot.blog.source import Snapshot
from bot.index.database import write_lock
from bot.index.index import Index
from tests.index.blog import File, PlainReader, blog

TWO = {"a.md": "title: A\n\napple", "b.md": "title: B\n\nbanana"}
NOBODY = 65534


async def make(path: Path) -> None:
    async with Index(path) as index:
        await index.sync(blog(TWO), PlainReader())


def names_in(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def test_folders_for_the_index_are_made(tmp_path: Path) -> None:
    path = tmp_path / "some" / "where" / "index.db"
    await make(path)
    assert path.is_file()


async def test_a_finished_index_is_one_file(tmp_path: Path) -> None:
    """So it may be copied into an image as it lies there, changed in place or not."""
    await make(tmp_path / "index.db")
    async with Index(tmp_path / "index.db") as index:
        await index.sync(blog(TWO | {"c.md": "\ncherry"}), PlainReader())
    shutil.copy(tmp_path / "index.db", tmp_path / "copy.db")
    async with Index(tmp_path / "copy.db") as index:
        assert await index.count() == 3


async def test_the_file_is_in_wal_mode(tmp_path: Path) -> None:
    await make(tmp_path / "index.db")
    connection = sqlite3.connect(tmp_path / "index.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no database at all, but long enough to look like one" * 99,
        b"SQLite format 3\x00" * 99,
    ],
    ids=["empty", "text", "header only"],
)
async def test_a_file_that_is_no_index_is_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "index.db"
    path.write_bytes(content)
    await make(path)
    async with Index(path) as index:
        assert await index.count() == 2


async def test_an_index_of_another_schema_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE meta (name, value); CREATE TABLE posts (id, name);"
        "INSERT INTO meta VALUES ('fingerprint', 'an older one')"
    )
    connection.close()
    await make(path)
    async with Index(path) as index:
        assert await index.count() == 2


@pytest.mark.parametrize("name", ["notes.txt", "posts/b.md", "notes"])
async def test_somebodys_document_is_not_overwritten(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("My notes")
    for _ in range(2):
        with pytest.raises(IndexUnavailable, match="no index of Slashpost"):
            await make(path)
    assert path.read_text() == "My notes"
    assert names_in(path.parent) == {path.name}


async def test_another_programs_database_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "accounts.db"
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE accounts (name); INSERT INTO accounts VALUES ('me')")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(IndexUnavailable, match="no index of Slashpost"):
        await make(path)
    assert path.read_bytes() == before


async def test_an_index_under_any_name_may_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "blog.db"
    await make(path)
    async with Index(path) as index:
        report = await index.sync(blog(TWO), PlainReader("other"))
        assert report.added == 2


async def test_a_truncated_index_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    await make(path)
    os.truncate(path, path.stat().st_size // 3)
    await make(path)
    async with Index(path) as index:
        assert await index.count() == 2
        assert len(await index.search("apple")) == 1


async def test_damage_is_noticed_before_a_question_meets_it(tmp_path: Path) -> None:
    """Comparing with the posts does not look at every page, so such a file seems whole."""
    path = tmp_path / "index.db"
    await make(path)
    connection = sqlite3.connect(path)
    (page,) = connection.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'english_data'"
    ).fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    async with Index(path) as index:
        with pytest.raises(IndexUnavailable, match="it is damaged"):
            await index.search("apple")
        report = await index.sync(blog(TWO), PlainReader())
        assert report.added == 2
        assert len(await index.search("apple")) == 1


async def test_damage_that_an_update_meets_is_mended_at_once(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    await make(path)
    connection = sqlite3.connect(path)
    (page,) = connection.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'names'"
    ).fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    async with Index(path) as index:
        await index.sync(blog(TWO | {"a.md": "title: New\n\ncherry"}), PlainReader())
        assert len(await index.search("cherry")) == 1


# Syncs for ever, saying when it is in the middle of writing.
WORKER = """
import asyncio, sys
from pathlib import Path
from bot.index.index import Index
from tests.index.blog import PlainReader, blog

async def work(path, fingerprint):
    files = {f"{i}.md": "title: Half\\n\\nhalf done" for i in range(2000)}
    def progress(done, total):
        if 300 < done < 1000:
            print("writing", flush=True)
    async with Index(Path(path)) as index:
        await index.sync(blog(files), PlainReader(fingerprint), progress=progress)
        print("finished", flush=True)

asyncio.run(work(*sys.argv[1:]))
"""


def kill_while_writing(path: Path, fingerprint: str) -> None:
    """Start a process that indexes another blog into the file, and end it half-way."""
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-c", WORKER, str(path), fingerprint]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"writing\n"
        worker.kill()
        assert b"finished" not in worker.stdout.read()


@pytest.mark.parametrize("fingerprint", ["plain 1", "another"], ids=["in place", "anew"])
async def test_a_killed_run_leaves_the_old_index(tmp_path: Path, fingerprint: str) -> None:
    path = tmp_path / "index.db"
    await make(path)
    kill_while_writing(path, fingerprint)
    async with Index(path) as index:
        assert [post.title for post in await index.latest()] == ["A", "B"]
        assert len(await index.search("apple")) == 1
        report = await index.sync(blog(TWO), PlainReader())
        assert (report.added, report.changed, report.removed) == (0, 0, 0)
        await index.sync(blog(TWO), PlainReader("a third"))
        assert await index.count() == 2
    assert names_in(tmp_path) <= {"index.db", "index.db-wal", "index.db-shm", "index.db.lock"}


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, who may write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def sealed() -> Iterator[Path]:
    """A folder with an index of TWO that can be read but not written."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(make(folder / "index.db"))
        for file in folder.iterdir():
            if file.name != "index.db":
                file.unlink()
        (folder / "index.db").chmod(0o444)
        folder.chmod(0o555)
        try:
            yield folder
        finally:
            folder.chmod(stat.S_IRWXU)


@pytest.mark.skipif(os.name != "posix", reason="only where folders can be sealed")
def test_a_baked_index_that_fits_is_used_as_it_is(sealed: Path) -> None:
    copied = Snapshot("x", tuple(File(path, text, 99) for path, text in TWO.items()))

    async def look() -> None:
        async with Index(sealed / "index.db", site_url="https://example.com") as index:
            for snapshot in (blog(TWO), copied):
                reader = PlainReader()
                report = await index.sync(snapshot, reader)
                assert report.added == 0
                assert reader.read_paths == []
            assert len(await index.search("apple")) == 1
            assert len(await index.suggest("b")) == 1

    with as_nobody():
        asyncio.run(look())
    assert names_in(sealed) == {"index.db"}


@pytest.mark.skipif(os.name != "posix", reason="only where folders can be sealed")
def test_a_baked_index_that_does_not_fit_names_the_setting(sealed: Path) -> None:
    async def look() -> None:
        async with Index(sealed / "index.db") as index:
            for files, fingerprint in ((TWO, "other"), ({"a.md": "\nnew"}, "plain 1")):
                with pytest.raises(IndexUnavailable, match="SLASHPOST_DB") as caught:
                    await index.sync(blog(files), PlainReader(fingerprint))
                assert "\n" not in str(caught.value)

    with as_nobody():
        asyncio.run(look())


@pytest.mark.skipif(os.name != "posix", reason="only where folders can be sealed")
def test_a_baked_index_that_does_not_fit_is_replaced_by_a_fallback(sealed: Path) -> None:
    changed = blog({"a.md": "title: A\n\navocado", "c.md": "title: C\n\ncherry"})

    async def look(fallback: Path) -> None:
        baked = (sealed / "index.db").read_bytes()
        async with Index(sealed / "index.db", fallback_path=fallback) as index:
            await index.sync(blog(TWO), PlainReader())
            assert names_in(fallback.parent) == set()
            assert (await index.sync(changed, PlainReader())).added == 2
            assert [post.title for post in await index.latest()] == ["A", "C"]
            assert (await index.sync(blog(TWO), PlainReader())).added == 1
            assert [post.title for post in await index.latest()] == ["A", "B"]
            await index.sync(changed, PlainReader())
        async with Index(sealed / "index.db", fallback_path=fallback) as index:  # after a restart
            report = await index.sync(changed, reader := PlainReader())
            assert (report.added, report.changed, report.removed) == (0, 0, 0)
            assert reader.read_paths == []
            assert len(await index.search("cherry")) == 1
        assert (sealed / "index.db").read_bytes() == baked

    with as_nobody(), tempfile.TemporaryDirectory() as writable:
        asyncio.run(look(Path(writable) / "index.db"))


@pytest.mark.skipif(os.name != "posix", reason="only where folders can be sealed")
def test_a_fallback_that_cannot_be_written_either_is_named(sealed: Path) -> None:
    async def look() -> None:
        async with Index(
            sealed / "index.db", fallback_path=sealed / "more" / "fallback.db"
        ) as index:
            with pytest.raises(IndexUnavailable, match=r"fallback\.db: .*SLASHPOST_DB"):
                await index.sync(blog({"c.md": "\ncherry"}), PlainReader())

    with as_nobody():
        asyncio.run(look())


async def test_a_process_that_never_ends_writing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.index.database.BUSY_SECONDS", 0.05)
    path = tmp_path / "index.db"
    async with write_lock(path), Index(path) as index:
        with pytest.raises(IndexUnavailable, match="another process"):
            await index.sync(blog(TWO), PlainReader())
    async with Index(path) as index:
        assert (await index.sync(blog(TWO), PlainReader())).added == 2


async def test_a_path_that_cannot_be_a_file_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for path in (tmp_path, tmp_path / "file" / "index.db"):
        async with Index(path) as index:
            with pytest.raises(IndexUnavailable, match="--db"):
                await index.sync(blog(TWO), PlainReader())
