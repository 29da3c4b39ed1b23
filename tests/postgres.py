"""A Postgres server of the tests' own, on loopback, with nothing in it that must stay."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

# Where Debian keeps what only servers need.
DEBIAN = Path("/usr/lib/postgresql")
PASSWORD = "a password of the tests"
# A database that lets nobody in without TLS, which the server does not speak.
ONLY_TLS = "only_tls"
SECONDS_TO_START = 120


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """One that runs.

    Attributes:
        port: on 127.0.0.1.
        programs: folder of its programs.
        data: its own folder.
        owner: who may control it, as ``subprocess`` takes it.
    """

    port: int
    programs: Path
    data: Path
    owner: str | None

    def url(self, database: str, *, port: int | None = None) -> str:
        """Where a database is; through another port where something stands between."""
        password = PASSWORD.replace(" ", "%20")
        return f"postgres://bot:{password}@127.0.0.1:{port or self.port}/{database}"

    def new_database(self, name: str = "") -> str:
        """The name of a new, empty database."""
        name = name or f"test_{uuid.uuid4().hex}"
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "bot", name)
        return name

    def stop(self) -> None:
        """Stop the server as a crash does."""
        self.run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def start(self) -> None:
        """Start it again, on the same port."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        )
        self.run(
            "pg_ctl",
            "-D",
            str(self.data),
            "-o",
            options,
            "-l",
            str(self.data / "log"),
            "-w",
            "start",
        )

    def run(self, program: str, *arguments: str) -> None:
        """Run one of Postgres' programs."""
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            user=self.owner,
            cwd=self.data,
            env={"PGPASSWORD": PASSWORD, "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS_TO_START,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def find_programs() -> Path | None:
    """The folder of Postgres' server programs, if they are installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name))
    return versions[-1] if versions else None


@contextmanager
def postgres_server(programs: Path) -> Iterator[PostgresServer]:
    """Start a server that asks for a password, and remove it in the end."""
    # The server refuses to be root's.
    owner = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="slashpost-postgres-") as folder:
        data = Path(folder) / "data"
        data.mkdir(mode=0o700)
        if owner:
            shutil.chown(folder, owner, owner)
            shutil.chown(data, owner, owner)
        server = PostgresServer(free_port(), programs, data, owner)
        password = Path(folder) / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        server.run(
            "initdb",
            "-D",
            str(data),
            "-U",
            "bot",
            "--auth=scram-sha-256",
            f"--pwfile={password}",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C",
        )
        access = data / "pg_hba.conf"
        rule = f"hostnossl {ONLY_TLS} all all reject\n"
        access.write_text(rule + access.read_text())
        server.start()
        try:
            yield server
        finally:
            server.stop()
