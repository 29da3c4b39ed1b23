"""A container that runs the bot's image."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from itertools import count

from tests.image.engine import Engine
from tests.wire.process import Program

_numbers = count(1)


class Container(Program):
    """``docker run`` of an image; an asynchronous context manager.

    Args:
        engine: runs it.
        image: its name.
        options: for ``docker run``, besides those that give it the machine's network.
        settings: environment variables of the bot.
        command: what the bot is to do; by default what the image says.
    """

    def __init__(
        self,
        engine: Engine,
        image: str,
        *options: str,
        settings: Mapping[str, str] | None = None,
        command: tuple[str, ...] = (),
    ) -> None:
        self._engine = engine
        self._name = f"slashpost-test-{os.getpid()}-{next(_numbers)}"
        environment = [f"--env={name}={value}" for name, value in (settings or {}).items()]
        run = (*engine.command, "run", "--rm", "--network=host", f"--name={self._name}")
        super().__init__((*run, *environment, *options, image, *command), os.environ)

    async def send(self, number: signal.Signals) -> None:
        """Send a signal to the bot, not to the engine's own process beside it."""
        await asyncio.to_thread(
            self._engine.ask, "kill", f"--signal={number.name.removeprefix('SIG')}", self._name
        )

    async def megabytes(self) -> float:
        """Resident memory of the bot."""
        status = await asyncio.to_thread(
            self._engine.ask, "exec", self._name, "cat", "/proc/1/status"
        )
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024
