"""Copies of the state's file: made while it is good, restored when it is damaged."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from bot.blog.errors import StateDamaged
from bot.state import migrations

MOST_COPIES = 3
COPY_SECONDS = 24 * 3600.0
_HINT = "Bring back a file of before, or see what `slashpost state repair` can save."


def copies_of(path: Path) -> list[Path]:
    """The copies beside a state's file, the newest first."""
    names = (path.with_name(f"{path.name}.copy-{number}") for number in range(1, MOST_COPIES + 1))
    return [copy for copy in names if copy.is_file()]


def problem(path: Path) -> str | None:
    """What is wrong with a state's file; None if it is good. Reads all of it.

    A file that is empty or not there is good as long as there is no copy of a fuller one.
    """
    try:
        if not path.exists() or not path.stat().st_size:
            return "it is empty" if copies_of(path) else None
        with closing(_opened(path)) as connection:
            ((said,),) = connection.execute("PRAGMA integrity_check(1)")
            if said != "ok":
                return str(said).partition("\n")[0]
            tables = _tables(connection)
            if not tables and copies_of(path):
                return "it holds nothing"
            for table in tables:
                for _ in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 - its own names
                    pass
    except sqlite3.OperationalError as error:
        # Another process that writes is no damage.
        return None if "locked" in str(error) else str(error)
    except (sqlite3.Error, OSError) as error:
        return str(error)
    return None


def save(path: Path, *, over_newest: bool = False) -> Path | None:
    """Copy a good file that is in use or not; None where there is nothing to copy.

    Args:
        path: the file.
        over_newest: whether the copy takes the place of the newest one, and not of the oldest.

    Raises:
        OSError, sqlite3.Error: the copy cannot be written.
    """
    if not path.is_file() or not path.stat().st_size or problem(path):
        return None
    fresh = path.with_name(f"{path.name}.copy-new")
    fresh.unlink(missing_ok=True)
    with closing(_opened(path)) as source, closing(sqlite3.connect(fresh)) as target:
        source.backup(target)
    names = [path.with_name(f"{path.name}.copy-{n}") for n in range(1, MOST_COPIES + 1)]
    for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
        if newer.exists() and not over_newest:
            newer.replace(older)
    fresh.replace(names[0])
    return names[0]


def is_due(path: Path) -> bool:
    """Whether the newest copy is older than a day, or of another form than this version's."""
    for copy in copies_of(path)[:1]:
        with suppress(OSError, sqlite3.Error), closing(_opened(copy)) as connection:
            ((form,),) = connection.execute("PRAGMA user_version")
            is_new = time.time() - copy.stat().st_mtime < COPY_SECONDS
            return not is_new or form != len(migrations.SQLITE)
    return True


def is_outdated(path: Path) -> bool:
    """Whether the newest copy lacks what people have asked for since it was made."""
    newest = copies_of(path)[:1]
    try:
        return any(_wishes(path) != _wishes(copy) for copy in newest)
    except (OSError, sqlite3.Error):
        return True


def _wishes(path: Path) -> list[tuple[object, ...]]:
    with closing(_opened(path)) as connection:
        return connection.execute(
            "SELECT key, tags, not_tags, role, silent, publish, threads, pause_reason = 'admin'"
            " FROM subscriptions ORDER BY key"
        ).fetchall()


def recover(path: Path) -> Path | None:
    """Put the newest good copy in the place of a damaged or lost file; which one that was.

    The damaged file stays beside it, with ``.damaged`` behind its name.

    Raises:
        StateDamaged: it is damaged, and there is no good copy.
    """
    said = problem(path)
    if said is None:
        return None
    for copy in copies_of(path):
        if problem(copy) is None:
            restore(path, copy)
            return copy
    raise StateDamaged(f"{path}: damaged ({said})", _HINT)


def restore(path: Path, copy: Path) -> None:
    """Put a copy in the place of the file, which is kept aside."""
    for suffix in ("", "-wal", "-shm"):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.replace(path.with_name(f"{path.name}.damaged{suffix}"))
    fresh = path.with_name(f"{path.name}.restored")
    shutil.copyfile(copy, fresh)
    fresh.replace(path)


def repair(path: Path) -> tuple[int, int]:
    """Write what can still be read of a damaged file into a new one in its place.

    Returns:
        How many rows were saved, and how many were seen and could not be read.

    Raises:
        StateDamaged: nothing of it can be read.
    """
    fresh = path.with_name(f"{path.name}.repaired")
    fresh.unlink(missing_ok=True)
    saved = lost = 0
    try:
        with closing(_opened(path)) as source, closing(sqlite3.connect(fresh)) as target:
            ((form,),) = source.execute("PRAGMA user_version")
            for script in migrations.SQLITE[: form or None]:
                target.executescript(script.read_text(encoding="utf-8"))
            target.execute("PRAGMA foreign_keys = OFF")
            for table in _tables(target):
                columns = [row[1] for row in target.execute(f"PRAGMA table_info({table})")]
                for row in _rows(source, table, columns):
                    if row is None:
                        lost += 1
                        continue
                    places = ", ".join("?" * len(row))
                    with suppress(sqlite3.Error):
                        target.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row)  # noqa: S608
                        saved += 1
            target.commit()
    except sqlite3.Error as error:
        fresh.unlink(missing_ok=True)
        raise StateDamaged(f"{path}: nothing of it can be read ({error})", _HINT) from error
    restore(path, fresh)
    fresh.unlink()
    return saved, lost


def _rows(
    connection: sqlite3.Connection, table: str, columns: Sequence[str]
) -> Iterator[tuple[object, ...] | None]:
    """The rows of a table; None for one that cannot be read."""
    names = ", ".join(columns)
    try:
        ids = [row[0] for row in connection.execute(f"SELECT rowid FROM {table}")]  # noqa: S608
    except sqlite3.Error:
        yield None
        return
    for row_id in ids:
        try:
            select = f"SELECT {names} FROM {table} WHERE rowid = ?"  # noqa: S608
            yield from connection.execute(select, (row_id,))
        except sqlite3.Error:
            yield None


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for (name,) in rows if not name.startswith("sqlite_")]


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=5)
