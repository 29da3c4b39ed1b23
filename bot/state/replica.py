"""A copy of the state's file elsewhere, which Litestream keeps up to date."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from bot.blog.background import supervised
from bot.blog.errors import SettingError, StateUnavailable

log = logging.getLogger(__name__)

# The setting that the copy's address comes from.
VARIABLE = "LITESTREAM_REPLICA_URL"
SECONDS_TO_RESTORE = 120
# Litestream copies what is left when it is told to end.
SECONDS_TO_END = 10
SECONDS_UNTIL_NEXT_TRY = 5.0
# Litestream must end with the bot, also with one that was killed: then the pipe breaks that
# is this shell's standard input. While two copy the same file, neither copy can be trusted.
TIED = """
exec 3<&0
"$@" 3<&- &
copying=$!
{ read -r _ <&3; kill "$copying"; } 2>/dev/null &
wait "$copying"
"""


class Replica:
    """The copy of one file; ``Replica.find`` gives one.

    Args:
        program: Litestream.
        path: the file.
        url: where the copy is, as Litestream writes it.
    """

    def __init__(self, program: str, path: Path, url: str) -> None:
        self._program = program
        self._path = path
        self._url = url

    @classmethod
    def find(cls, path: Path, url: str) -> Self:
        """The copy of a file.

        Raises:
            SettingError: Litestream is not installed.
        """
        beside = Path(sys.executable).parent
        program = shutil.which("litestream", path=str(beside)) or shutil.which("litestream")
        if program is None:
            raise SettingError(
                VARIABLE,
                "Litestream is not installed, which makes the copy",
                "Install slashpost[litestream], or build the image with"
                " LOCK=requirements-extras.lock",
            )
        return cls(program, path, url)

    def _options(self) -> tuple[str, ...]:
        """Name the file and its copy where the list of processes does not show them."""
        config = self._path.with_name(f"{self._path.name}-litestream.yml")
        copy = {"path": str(self._path), "replica": {"url": self._url}}
        config.unlink(missing_ok=True)
        config.touch(mode=0o600)
        config.write_text(json.dumps({"dbs": [copy]}), encoding="utf-8")  # which is YAML, too
        return ("-no-expand-env", "-config", str(config))

    def _redact(self, output: bytes) -> str:
        """What Litestream says, without what its address may keep secret."""
        text = output.decode(errors="replace").strip()
        parts = urlsplit(self._url)
        user, query = parts.netloc.rpartition("@")[0], parts.query
        password = user.partition(":")[2]
        for secret in (self._url, user, password, unquote(password), query):
            if secret:
                text = text.replace(secret, "[hidden]")
        return text

    async def restore(self) -> bool:
        """Bring the file back if it is missing and there is a copy; whether that was so.

        Raises:
            StateUnavailable: it cannot be told whether there is one, or it cannot be read.
        """
        if await asyncio.to_thread(self._path.exists):
            return False
        self._path.parent.mkdir(parents=True, exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            self._program, "restore", *self._options(), "-if-replica-exists", "-o", str(self._path),
            str(self._path),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            async with asyncio.timeout(SECONDS_TO_RESTORE):
                output, _ = await process.communicate()
        except TimeoutError:
            output = b"it takes too long"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            last = self._redact(output).rpartition("\n")[2]
            raise StateUnavailable(
                f"{self._path}: cannot be restored ({last})",
                f"Look at {VARIABLE}, and at the keys that Litestream needs for it.",
            )
        return await asyncio.to_thread(self._path.exists)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Copy every change, for as long as the context is open."""
        async with supervised(self._copy_until_cancelled, name="copy the state"):
            yield

    async def _copy_until_cancelled(self) -> None:
        while True:
            await self._copy()
            await asyncio.sleep(SECONDS_UNTIL_NEXT_TRY)

    async def _copy(self) -> None:
        """Run Litestream until it ends, and log what it says."""
        process = await asyncio.create_subprocess_exec(
            "sh", "-c", TIED, "sh",
            self._program, "replicate", *self._options(), "-log-level", "warn",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the bot, which then ends this
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async for line in process.stdout:
                log.warning("Litestream: %s", self._redact(line))
            log.warning("Litestream ended: the state is not copied for some seconds")
        finally:
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), SECONDS_TO_END)
            except TimeoutError:
                process.kill()
