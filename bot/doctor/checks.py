"""All checks, in the order in which a person would go about it."""

from __future__ import annotations

from collections.abc import Callable

from bot.app import App
from bot.blog.errors import SettingError
from bot.doctor.discord import check_discord
from bot.doctor.index import check_index, check_links
from bot.doctor.machine import check_database, check_volume, check_waking
from bot.doctor.model import check_model
from bot.doctor.result import CheckResult, from_error, ok
from bot.scan import Scanner
from bot.settings import Settings


async def run_checks(load: Callable[[], Settings], channel: int | None) -> list[CheckResult]:
    """Look over everything the bot needs.

    Args:
        load: reads the settings.
        channel: id of a channel whose permissions are of interest.
    """
    try:
        settings = load()
        Scanner(settings)  # the app makes its own later, when it looks at the posts
    except SettingError as error:
        return [from_error("settings", error)]
    how = f"over HTTP at {settings.public_url}" if settings.mode == "http" else "over the gateway"
    async with App(settings) as app:
        return [
            ok("settings", f"posts in {settings.posts}, interactions {how}"),
            *await check_discord(app, channel),
            await check_index(app),
            await check_links(app),
            await (
                check_database(settings.database_url)
                if settings.database_url
                else check_volume(settings.state)
            ),
            await check_waking(app),
            *([await check_model(settings)] if settings.ask.model else []),
        ]
