"""Forks machines: real processes, to be killed as such, that start within milliseconds.

``python -m tests.announce.zygote`` reads orders from its standard input, a JSON object a
line with a ``number``, and carries each out in a process of its own. It says
``started NUMBER PID`` and ``ended NUMBER STATUS``; a negative status is a signal's.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

Order = dict[str, Any]

LOOK_SECONDS = 0.005
FAILED = 70


class Machine:
    """A process that was ordered.

    Attributes:
        pid: the process.
    """

    def __init__(self, pid: int, end: asyncio.Future[int]) -> None:
        self.pid = pid
        self._end = end

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        with contextlib.suppress(ProcessLookupError):
            if not self._end.done():
                os.kill(self.pid, number)

    async def ended(self, seconds: float = 240) -> int:
        """Its exit status, or the negative number of the signal that killed it.

        Raises:
            TimeoutError: it still runs.
        """
        async with asyncio.timeout(seconds):
            return await asyncio.shield(self._end)


class Zygote:
    """Starts machines; an asynchronous context manager.

    Attributes:
        log: what they printed.
    """

    def __init__(self) -> None:
        self.log = ""
        self._numbers = 0
        self._pids: dict[int, asyncio.Future[int]] = {}
        self._ends: dict[int, asyncio.Future[int]] = {}

    async def __aenter__(self) -> Self:
        """Start the process that forks."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.announce.zygote"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = [asyncio.create_task(self._hear()), asyncio.create_task(self._listen())]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave nothing running: it kills its machines when nobody orders any more."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await asyncio.gather(*self._reading)

    async def start(self, order: Mapping[str, Any]) -> Machine:
        """Start a machine."""
        self._numbers += 1
        loop = asyncio.get_running_loop()
        pid = self._pids[self._numbers] = loop.create_future()
        end = self._ends[self._numbers] = loop.create_future()
        assert self._process.stdin is not None
        line = json.dumps({**order, "number": self._numbers}) + "\n"
        self._process.stdin.write(line.encode())
        return Machine(await pid, end)

    async def _hear(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            what, number, value = line.split()
            known = self._pids if what == b"started" else self._ends
            known[int(number)].set_result(int(value))
        for waiting in (*self._pids.values(), *self._ends.values()):
            if not waiting.done():
                waiting.set_exception(RuntimeError(f"nobody starts machines:\n{self.log}"))
                waiting.exception()  # nobody may be waiting

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self.log += line.decode()


def serve() -> None:
    """Carry out orders until there are no more."""
    from tests.announce import machine  # noqa: PLC0415 - once, for all that are forked

    gc.freeze()
    numbers: dict[int, int] = {}
    heard = b""
    while True:
        if select.select([0], [], [], LOOK_SECONDS)[0]:
            chunk = os.read(0, 1 << 16)
            if not chunk:
                break
            *lines, heard = (heard + chunk).split(b"\n")
            for line in lines:
                order: Order = json.loads(line)
                pid = os.fork()
                if not pid:
                    _be(machine.main, order)
                numbers[pid] = order["number"]
                _say("started", order["number"], pid)
        _bury(numbers)
    for pid in numbers:
        os.kill(pid, signal.SIGKILL)


def _be(main: Any, order: Order) -> None:
    """Become a machine, which never returns; it prints to standard error."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    try:
        main(order)
    except BaseException:  # noqa: BLE001 - a fork must never go on as its parent
        traceback.print_exc()
        os._exit(FAILED)
    os._exit(0)


def _bury(numbers: dict[int, int]) -> None:
    """Say which machines have ended."""
    while numbers:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        _say("ended", numbers.pop(pid), os.waitstatus_to_exitcode(status))


def _say(what: str, number: int, value: int) -> None:
    sys.stdout.write(f"{what} {number} {value}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
