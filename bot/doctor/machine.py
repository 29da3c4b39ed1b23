"""The machine: whether it keeps the state, has room, and is awake when something is due."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import shutil
import tomllib
from pathlib import Path

from bot.app import App
from bot.blog.errors import IndexUnavailable, SlashpostError
from bot.doctor.result import CheckResult, from_error, ok, wrong
from bot.serve.state import State
from bot.settings import Settings, setting_of
from bot.settings.platform_defaults import DATA

# Less, and SQLite soon cannot write its journal.
LEAST_FREE_BYTES = 20_000_000
# https://fly.io/docs/reference/configuration/#the-http_service-section
FLY = Path("fly.toml")


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


async def check_waking(app: App) -> CheckResult:
    """Whether posts that fall due, or are pushed, find a machine that is awake."""
    settings = app.settings
    if not may_sleep(settings):
        return ok("waking", "nothing is known that puts the machine to sleep")
    waiting = []
    is_remote = not isinstance(settings.posts, Path)
    if is_remote and not settings.push_secret and not settings.wake_secret:
        waiting.append(f"what is new at {settings.posts}")
    due = await next_due(app)
    if due is not None and not settings.wake_secret:
        waiting.append(f"the post dated {dt.datetime.fromtimestamp(due, dt.UTC):%Y-%m-%d}")
    if not waiting:
        return ok("waking", "the machine may sleep, and nothing waits for it")
    wake, push = setting_of("wake_secret").variable, setting_of("push_secret").variable
    secrets = wake if due else f"{push} or {wake}"
    return wrong(
        "waking",
        f"the machine sleeps while nobody uses it, and this waits: {' and '.join(waiting)}",
        f"Set {secrets} and let others wake it (docs/waking.md), or keep it awake with "
        "min_machines_running = 1.",
    )


def may_sleep(settings: Settings) -> bool:
    """Whether the machine's host stops it while no request is open."""
    if settings.mode == "gateway":
        return False
    try:
        fly = tomllib.loads(FLY.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # there is none in the image
        return settings.fly_app is not None
    service = fly.get("http_service", {})
    stops = service.get("auto_stop_machines", "off") not in {"off", False}
    return stops and service.get("min_machines_running", 0) == 0


async def next_due(app: App) -> int | None:
    """When the next post of the future falls due, if there is one."""
    try:
        return await app.library.next_due()
    except IndexUnavailable:
        return None
