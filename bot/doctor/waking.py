"""Whether a machine that sleeps is woken for what would otherwise wait."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

from bot.app import App
from bot.blog.errors import IndexUnavailable
from bot.doctor.result import CheckResult, ok, wrong
from bot.settings import Settings, setting_of

# https://fly.io/docs/reference/configuration/#the-http_service-section
FLY = Path("fly.toml")


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
