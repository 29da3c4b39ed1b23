"""What happens to the files of a bot between two of its lives: copies, backups, damage."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from random import Random

from bot.state import copies
from tests.announce.author import Author, Writing

PAGE = 4096


class Operator:
    """Has backups of a bot's files, and trouble with them.

    Args:
        home: the folder of what the bot keeps.
        author: of the posts that it announces.
        random: draws what happens.
        forgets: whether the state may be lost, or be an older one.

    Attributes:
        did: what happened, in order.
    """

    def __init__(self, home: Path, author: Author, random: Random, *, forgets: bool) -> None:
        self.did: list[str] = []
        self._home = home
        self._author = author
        self._random = random
        self._forgets = forgets
        self._tries = 0
        self._backups: list[tuple[Path, list[Writing]]] = []

    @property
    def state(self) -> Path:
        """The state's file."""
        return self._home / "state.db"

    @property
    def _uri(self) -> str:
        """Of the state, which is not made where it is missing."""
        return f"file:{self.state}?mode=rw"

    def back_up(self) -> None:
        """Copy everything, as a provider of volumes does, also while the bot runs."""
        self._tries += 1
        to = self._home.with_name(f"backup-{self._tries}")
        with suppress(FileNotFoundError, shutil.Error):  # a file that is replaced meanwhile
            shutil.copytree(self._home, to, ignore=shutil.ignore_patterns("state.db*", "*.git"))
        to.mkdir(exist_ok=True)
        with suppress(sqlite3.Error), closing(sqlite3.connect(self._uri, uri=True)) as source:
            with closing(sqlite3.connect(to / "state.db")) as target:
                source.backup(target)
                target.execute("SELECT * FROM ledger")  # such as before it is restored
            self._backups.append((to, [replace(post) for post in self._author.posts]))
            # The bot itself does that once a day.
            copies.save(self.state)

    def trouble(self) -> None:
        """Something happens while no bot runs."""
        happens = [self._damage_index, self._switch]
        if self._forgets:
            happens += [self._restore_state, self._restore_everything, self._lose_log]
            happens += [self._damage_state, self._lose_state, self._switch]
        chosen = self._random.choice(happens)
        self.did.append(chosen.__name__.strip("_"))
        chosen()

    def _restore_state(self) -> None:
        backup, _ = self._random.choice(self._backups)
        self._put(backup / "state.db")

    def _restore_everything(self) -> None:
        """The volume with the posts on it: they come back with the next pull."""
        backup, posts = self._random.choice(self._backups)
        for file in self._home.iterdir():
            if file.is_file() and "copy-" not in file.name:
                file.unlink()
        for file in backup.iterdir():
            if file.is_file():
                shutil.copyfile(file, self._home / file.name)
        self._author.rewind(posts)

    def _put(self, copy: Path) -> None:
        self._lose_state()
        shutil.copyfile(copy, self.state)

    def _lose_state(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self.state.with_name(f"state.db{suffix}").unlink(missing_ok=True)

    def _lose_log(self) -> None:
        for suffix in ("-wal", "-shm"):
            self.state.with_name(f"state.db{suffix}").unlink(missing_ok=True)

    def _damage_state(self) -> None:
        self._damage(self.state)

    def _damage_index(self) -> None:
        index = self._home / "index.db"
        if self._random.random() < 0.5:
            index.unlink(missing_ok=True)
        elif index.exists():
            self._damage(index)

    def _damage(self, file: Path) -> None:
        """Lose half of it, all of it, or a page that is in use."""
        data = bytearray(file.read_bytes())
        kind = self._random.choice(["half", "nothing", "garbage", "zeros"])
        self.did[-1] += f" {kind}"
        if kind == "half":
            del data[len(data) // 2 :]
        elif kind == "nothing":
            data.clear()
        elif data:
            page = self._random.randrange(len(data) // PAGE) * PAGE
            fresh = self._random.randbytes(PAGE) if kind == "garbage" else bytes(PAGE)
            data[page : page + PAGE] = fresh
        file.write_bytes(data)

    def _switch(self) -> None:
        home = self._random.choice(sorted(self._author.homes.keys() - {self._author.home}))
        self.did[-1] += f" to {home}"
        self._author.switch(home)
