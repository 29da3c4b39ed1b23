"""Commands about the state: what is to be announced, and moving it elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import click

from bot import terminal
from bot.blog.errors import StateUnavailable
from bot.cli.announcements import announcements_json, announcements_table
from bot.cli.options import Command, json_option, state_options
from bot.cli.running import with_state
from bot.serve.state import State
from bot.settings import Settings
from bot.state import copies

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def announce() -> None:
    """Look after the announcements of new posts."""


@announce.command("status", cls=Command)
@state_options
@json_option
def announce_status(settings: Settings, *, as_json: bool) -> None:
    """Say what waits to be announced, for what, and what is paused, and why."""

    async def look(state: State) -> str:
        backlog = await state.outbox.backlog()
        subscriptions = await state.subscriptions.all()
        waits = await state.page_waits.all()
        if as_json:
            return terminal.to_json(announcements_json(backlog, subscriptions, waits))
        return announcements_table(backlog, subscriptions, waits)

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


@state_group.command("check", cls=Command)
@state_options
def check_state(settings: Settings) -> None:
    """Read all of the state's file. The exit status is 1 if it is damaged."""
    path = state_file(settings)
    problem = copies.problem(path)
    for copy in copies.copies_of(path):
        said = copies.problem(copy)
        made = dt.datetime.fromtimestamp(copy.stat().st_mtime).astimezone()
        click.echo(f"{copy.name}: made {made:%Y-%m-%d %H:%M}, {said or 'good'}")
    if problem:
        click.echo(f"{path}: damaged ({terminal.plain(problem)})", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"{path}: good")


@state_group.command("restore", cls=Command)
@click.argument("copy", type=FILE, required=False)
@state_options
def restore_state(settings: Settings, copy: Path | None) -> None:
    """Put COPY, or the newest good copy, in the place of the state's file, which is kept aside."""
    path = state_file(settings)
    good = [each for each in copies.copies_of(path) if copies.problem(each) is None]
    chosen = copy or next(iter(good), None)
    if chosen is None:
        raise StateUnavailable(f"{path}: there is no good copy of it")
    if problem := copies.problem(chosen):
        raise StateUnavailable(f"{chosen}: damaged ({problem})")
    copies.restore(path, chosen)
    click.echo(f"{chosen} has taken the place of {path}.")


@state_group.command("repair", cls=Command)
@state_options
def repair_state(settings: Settings) -> None:
    """Save what can be read of a damaged state's file into a new one in its place."""
    path = state_file(settings)
    if not path.exists():
        raise StateUnavailable(f"{path}: there is no such file")
    saved, lost = copies.repair(path)
    click.echo(f"Saved {terminal.counted(saved, 'row')}; {lost} could not be read.")


def state_file(settings: Settings) -> Path:
    """The state's file.

    Raises:
        StateUnavailable: the state is in Postgres, which has tools of its own.
    """
    if isinstance(settings.state_home, Path):
        return settings.state_home
    raise StateUnavailable(
        "The state is in Postgres, not in a file", "Use pg_dump and pg_restore for its copies."
    )
