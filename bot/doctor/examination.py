"""All checks, in the order in which a person would go about it."""

from __future__ import annotations

from collections.abc import Callable

from bot.app import App
from bot.blog.errors import SettingError
from bot.doctor.discord import examine_discord
from bot.doctor.finding import Finding, complaint, ok
from bot.doctor.machine import examine_database, examine_index, examine_volume
from bot.doctor.waking import examine_waking
from bot.scan import Scanner
from bot.settings import Settings


async def examine(load: Callable[[], Settings], channel: int | None) -> list[Finding]:
    """Look over everything the bot needs.

    Args:
        load: reads the settings.
        channel: id of a channel whose permissions are of interest.
    """
    try:
        settings = load()
        Scanner(settings)  # the app makes its own later, when it looks at the posts
    except SettingError as error:
        return [complaint("settings", error)]
    how = f"over HTTP at {settings.public_url}" if settings.mode == "http" else "over the gateway"
    async with App(settings) as app:
        return [
            ok("settings", f"posts in {settings.posts}, interactions {how}"),
            *await examine_discord(app, channel),
            await examine_index(app),
            await (
                examine_database(settings.database_url)
                if settings.database_url
                else examine_volume(settings.state)
            ),
            await examine_waking(app),
        ]
