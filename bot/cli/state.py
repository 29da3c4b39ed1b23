"""Commands about the state: what is to be announced, and moving it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

import click

from bot import terminal
from bot.cli.options import Command, json_option, state_options
from bot.cli.running import with_state
from bot.serve.state import State
from bot.settings import Settings


@click.group()
def announce() -> None:
    """Look after the announcements of new posts."""


@announce.command("status", cls=Command)
@state_options
@json_option
def announce_status(settings: Settings, *, as_json: bool) -> None:
    """Say what waits to be announced, and what is paused, and why."""

    async def look(state: State) -> str:
        backlog = await state.outbox.backlog()
        subscriptions = await state.subscriptions.all()
        if as_json:
            return terminal.to_json(terminal.announcements_json(backlog, subscriptions))
        return terminal.announcements_table(backlog, subscriptions)

    click.echo(with_state(settings, look))


@click.group("state")
def state_group() -> None:
    """Keep what the bot must remember, or move it elsewhere."""


@state_group.command("export", cls=Command)
@state_options
def export_state(settings: Settings) -> None:
    """Print the state as lines of JSON."""

    async def write(state: State) -> None:
        async for line in state.archive.lines():
            click.echo(line)

    with_state(settings, write)


@state_group.command("import", cls=Command)
@click.argument("file", type=click.File(encoding="utf-8"))
@state_options
def import_state(settings: Settings, file: TextIO) -> None:
    """Take over what export printed, from FILE or - for a pipe, into a new state."""

    async def read(state: State) -> Mapping[str, int]:
        return await state.archive.read(file)

    rows = with_state(settings, read, make=True)
    posts, channels = rows["known_posts"], rows["subscriptions"]
    click.echo(
        f"Took over {terminal.counted(posts, 'known post')}, of which none is announced again, "
        f"{terminal.counted(channels, 'subscription')} and "
        f"{terminal.counted(rows['deliveries'], 'message')}."
    )
