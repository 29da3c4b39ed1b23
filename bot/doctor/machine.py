"""What can be seen without Discord: the posts, the state and the disk they are on."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

from bot.app import App
from bot.blog.errors import SlashpostError
from bot.doctor.result import CheckResult, from_error, ok, wrong
from bot.serve.state import State
from bot.settings.platform_defaults import DATA

# Less, and SQLite soon cannot write its journal.
LEAST_FREE_BYTES = 20_000_000


async def check_index(app: App) -> CheckResult:
    """Whether there are posts to answer from, without mistakes that readers see."""
    try:
        await app.sync(ask_site=True)
        summary = await app.summary()
        status = await app.library.status()
    except SlashpostError as error:
        return from_error("index", error)
    if not status.posts:
        return wrong("index", summary, "`slashpost index` says which files are left out, and why.")
    if harmful := [problem for problem in status.problems if not problem.harmless]:
        others = f", and {len(harmful) - 1} more (`slashpost check`)" if len(harmful) > 1 else ""
        return wrong("index", f"{summary}; {harmful[0]}{others}", harmful[0].hint)
    return ok("index", summary)


async def check_volume(state: Path) -> CheckResult:
    """Whether what must be remembered is kept, where the settings say."""
    if await asyncio.to_thread(state.exists):
        try:
            async with State.open(state):
                pass
        except SlashpostError as error:
            return from_error("volume", error)
    return await asyncio.to_thread(check_disk, state)


async def check_database(url: str) -> CheckResult:
    """Whether the database that keeps the state lets the bot in, and has its tables."""
    try:
        async with State.open(url) as state:
            backlog = await state.outbox.backlog()
    except SlashpostError as error:
        return from_error("database", error)
    if backlog.older_machines:
        return wrong(
            "database",
            f"{', '.join(backlog.older_machines)}: has older posts than another machine,"
            " and announces nothing",
            "Give all machines the same posts, or stop those with older ones.",
        )
    return ok("database", f"it keeps the state, and {backlog.waiting} announcements wait in it")


def check_disk(state: Path) -> CheckResult:
    """Whether the state's folder stays, and has room."""
    folder = next(folder for folder in state.absolute().parents if folder.is_dir())
    if state.is_relative_to(DATA) and not os.path.ismount(DATA):
        return wrong(
            "volume",
            f"{state}: nothing is mounted at {DATA}, so the next deploy forgets it",
            f"Mount a volume at {DATA}, or set SLASHPOST_STATE to a file that stays.",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        return wrong(
            "volume",
            f"{state}: {folder} cannot be written",
            "Set SLASHPOST_STATE to a file in a folder that can be written.",
        )
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        return wrong("volume", f"{folder}: {free // 1_000_000} MB are free", "Make room.")
    return ok("volume", f"{state} can be written, {free // 1_000_000} MB are free")
