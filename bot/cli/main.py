"""The program: its groups of commands, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

import click
from click.shell_completion import get_completion_class

from bot import __version__, terminal
from bot.blog.errors import SlashpostError
from bot.cli.check import check
from bot.cli.options import Command
from bot.cli.posts import ask_, index, latest, post, read, search, tags
from bot.cli.serving import doctor, invite, run, try_out
from bot.cli.setup import setup
from bot.cli.state import announce, state_group

PROGRAM = "slashpost"
WHERE_COMPLETIONS_GO = """\b
bash:  slashpost completion bash > ~/.local/share/bash-completion/completions/slashpost
zsh:   slashpost completion zsh > "${fpath[1]}/_slashpost"
fish:  slashpost completion fish > ~/.config/fish/completions/slashpost.fish
"""
INTERRUPTED = 130  # 128 + SIGINT, as shells say it


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Bring a blog into the Discord server that reads it."""


@cli.command(cls=Command, epilog=WHERE_COMPLETIONS_GO)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what completes commands and options in a shell."""
    complete = get_completion_class(shell)
    assert complete is not None, "click has these"
    click.echo(complete(cli, {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE").source())


for command in (
    setup,
    run,
    try_out,
    index,
    check,
    latest,
    post,
    read,
    tags,
    search,
    ask_,
    invite,
    doctor,
):
    cli.add_command(command)
cli.add_command(announce)
cli.add_command(state_group)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0 is success, 1 a check that found problems or a post or tag that does not exist, 2 a
    wrong command line or setting. Whatever goes wrong is one line on stderr.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Posts are written in every script; a Windows pipe would take only one's own.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = cli.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.ClickException as error:
        return fail(error.format_message(), error.exit_code)
    except SlashpostError as error:
        return fail(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:  # a full disk, say; click ends quietly when a pipe breaks
        return fail(str(error), 2)
    return status or 0


def fail(message: str, status: int) -> int:
    """Say what went wrong, in one line, and return ``status``."""
    click.echo(f"slashpost: {terminal.plain(message)}", err=True)
    return status
