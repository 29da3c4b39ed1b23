"""A real bot process: ``python -m bot run``, as an operator starts it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.wire.patience import PATIENCE
from tests.wire.people import TOKEN

CHECKOUT = Path(__file__).parents[2]
POSTS = CHECKOUT / "bot" / "sample"
# Runs the bot without two waits: for the posts to stay unchanged before the bot compares them
# (2 s), and between the first messages of two gateway sessions (5 s in discord.py).
WITHOUT_WAITS = """
import sys
from discord import Client
from bot.announce.announcer import Announcer
from bot.cli import main

async def no_wait(*args, **options):
    pass

Client.before_identify_hook = no_wait
Announcer.__init__.__kwdefaults__["settle"] = 0.1
sys.exit(main())
"""
# Settings of whoever runs the tests.
FOREIGN = ("SLASHPOST_", "PORT", "FLY_", "SENTRY_", "DATABASE_URL", "LITESTREAM_")


def over_http(folder: Path, port: int) -> tuple[str, ...]:
    """The options of a bot that Discord reaches over HTTP, with its state in a folder."""
    url = f"http://127.0.0.1:{port}"
    where = ("--public-url", url, "--port", str(port), "--state", str(folder / "state.db"))
    return ("--mode", "http", *where)


class Program:
    """A program that runs beside the tests; an asynchronous context manager.

    Args:
        command: the program and its arguments.
        environment: its variables.

    Attributes:
        log: what it printed so far.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.log = ""
        self._command = command
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._said = asyncio.Condition()
        self._has_ended = False

    async def __aenter__(self) -> Self:
        """Start it."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=CHECKOUT,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave nothing running."""
        assert self._process is not None
        if self._process.returncode is None:
            await self.end(signal.SIGKILL)

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process is not None
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it has stopped by itself."""
        return self._has_ended

    def prefix(self, *command: str) -> None:
        """Start it by way of another program, such as ``prlimit``."""
        self._command = (*command, *self._command)

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._said:
                self.log += line.decode()
                self._said.notify_all()
        async with self._said:
            self._has_ended = True
            self._said.notify_all()

    async def says(self, text: str, *, seconds: float = PATIENCE) -> None:
        """Wait until its log holds ``text``.

        Raises:
            AssertionError: it ended without.
            TimeoutError: it goes on without.
        """
        try:
            async with asyncio.timeout(seconds), self._said:
                await self._said.wait_for(lambda: text in self.log or self._has_ended)
        except TimeoutError:
            raise TimeoutError(f"it never said {text!r}, but:\n{self.log}") from None
        assert text in self.log, f"it ended without saying {text!r}:\n{self.log}"

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status.

        Raises:
            TimeoutError: it still runs.
        """
        await self.send(number)
        return await self.ended()

    async def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self, *, seconds: float = PATIENCE) -> int:
        """The exit status, once it has ended by itself.

        Raises:
            TimeoutError: it still runs.
        """
        assert self._process is not None
        assert self._reading is not None
        async with asyncio.timeout(seconds):
            await self._reading
            return await self._process.wait()


class BotProcess(Program):
    """``python -m bot run`` against a Discord of ours; it logs in by itself.

    Its state lies beside its index, unless an option says otherwise.

    Args:
        waits: whether it waits as long as an operator's bot does; see ``WITHOUT_WAITS``.
    """

    def __init__(
        self,
        base: str,
        db: Path,
        *options: str,
        posts: Path = POSTS,
        token: str = TOKEN,
        sentry_dsn: str = "",
        waits: bool = True,
        **variables: str,
    ) -> None:
        ours = {
            "DISCORD_TOKEN": token,
            "DISCORD_API_BASE": base,
            "PYTHONUNBUFFERED": "1",
            "SLASHPOST_METRICS_PORT": "0",
            "SENTRY_DSN": sentry_dsn,
            **variables,
        }
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
        state = db.with_name("state.db")  # not that of whoever runs the tests
        where = ("--posts", str(posts), "--db", str(db), "--state", str(state))
        program = ("-m", "bot") if waits else ("-c", WITHOUT_WAITS)
        super().__init__((sys.executable, *program, "run", *where, *options), inherited | ours)

    def run_first(self, script: str) -> None:
        """Run Python before the bot, in its process; it then runs without waits."""
        rest = self._command[self._command.index("run") :]
        self._command = (sys.executable, "-c", script + WITHOUT_WAITS, *rest)
