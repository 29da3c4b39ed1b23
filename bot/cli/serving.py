"""Commands that meet Discord, or what stands in for it."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from bot import terminal
from bot.app import App
from bot.cli.options import (
    Command,
    Count,
    all_settings_given,
    all_settings_options,
    json_option,
    no_options,
    settings_given,
)
from bot.cli.running import sync_with_bar, uncollected, with_app
from bot.settings import Settings, setting_of

# A blog to try the bot on.
SAMPLE = Path(__file__).parents[1] / "sample"


@click.command(cls=Command)
@all_settings_options
@click.option(
    "--take-over",
    is_flag=True,
    help="In gateway mode: remove the URL at which another process answers.",
)
def run(settings: Settings, *, take_over: bool) -> None:
    """Connect to Discord and answer, until stopped."""
    settings.require_token()
    as_json = settings.log_format == "json" if settings.log_format else not sys.stderr.isatty()
    with uncollected():
        log_to_stderr(settings, as_json=as_json, others=max(settings.log_level, logging.INFO))
        from bot.serve.run import serve  # noqa: PLC0415 - discord.py, 0.3 s

    with_app(settings, lambda app: serve(app, take_over=take_over))


@click.command("try", cls=Command)
@settings_given
@click.option(
    "--port",
    type=Count(0, 65535),
    default=0,
    metavar="N",
    help="Port on this computer; by default a free one.",
)
@click.option("--browser/--no-browser", default=True, help="Whether to open the browser.")
def try_out(given: Mapping[str, str | None], port: int, *, browser: bool) -> None:
    """Try the bot in the browser, without a token, on your posts or on sample posts."""
    from bot.serve.preview import preview  # noqa: PLC0415 - discord.py, 0.3 s

    async def serve(app: App) -> None:
        await sync_with_bar(app)
        await preview(app, say=click.echo, port=port, browser=browser)

    settings = Settings.load(given)
    usual = Path(setting_of("posts").shown_default)
    if not given.get("--posts") and settings.posts == usual and not _holds_posts(usual):
        click.echo("No posts are named: showing the sample posts. For yours: --posts path/to/blog")
        settings = Settings.load({**given, "--posts": str(SAMPLE)})
    # Discord is a simulation here: what its library says of it would only puzzle.
    log_to_stderr(settings, as_json=False, others=logging.ERROR)
    logging.getLogger("bot.transport").setLevel(logging.ERROR)
    with_app(settings, serve)


def _holds_posts(folder: Path) -> bool:
    """Whether there is anything but the page that says what the folder is for."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return any(not file.name.startswith(".") and file.name != "README.md" for file in files)


@click.command(cls=Command)
@no_options
def invite(settings: Settings) -> None:
    """Print the link that adds the bot to a server."""
    from bot.transport.api import invitation, use_api_base  # noqa: PLC0415 - discord.py

    token = settings.require_token()
    use_api_base(settings.api_base)
    click.echo(asyncio.run(invitation(token)))


@click.command(cls=Command)
@all_settings_given
@click.option("--channel", type=int, metavar="ID", help="Look at a channel's permissions, too.")
@json_option
def doctor(given: Mapping[str, str | None], channel: int | None, *, as_json: bool) -> None:
    """Look for what hinders the bot. The exit status is 1 if there is anything."""
    logging.getLogger().setLevel(logging.ERROR)  # warnings stand in the results
    from bot.doctor.checks import run_checks  # noqa: PLC0415 - discord.py, 0.3 s

    results = asyncio.run(run_checks(lambda: Settings.load(given), channel))
    if as_json:
        click.echo(terminal.to_json([result.json() for result in results]))
    else:
        for result in results:
            click.echo(terminal.plain(str(result)))
    if any(result.outcome == "wrong" for result in results):
        raise click.exceptions.Exit(1)


def log_to_stderr(settings: Settings, *, as_json: bool, others: int) -> None:
    """Log what the bot does; ``others`` is the level for the libraries it is made of."""
    from bot.monitoring.logs import log_to  # noqa: PLC0415 - for what serves
    from bot.monitoring.secrets import Secrets  # noqa: PLC0415

    log_to(
        sys.stderr,
        secrets=Secrets(settings.secrets),
        as_json=as_json,
        level=settings.log_level,
        others=others,
    )
