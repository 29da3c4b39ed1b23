"""Commands and the options that they share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO

import click

from bot.blog.errors import SettingError
from bot.settings import TABLE, Setting, Settings, setting_of

Function = Callable[..., Any]

POSTS_SHOWN = 10
MOST_SHOWN = 1_000_000_000  # more is no number for SQLite


class SettingOption(click.Option):
    """An option for a setting, which help lists below the command's own."""


class Command(click.Command):
    """A command whose help lists its own options first, then the settings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write both lists."""
        own: list[tuple[str, str]] = []
        settings: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                (settings if isinstance(parameter, SettingOption) else own).append(record)
        for heading, records in (("Options", own), ("Settings", settings)):
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def settings_options(command: Function) -> Function:
    """Give a command an option for each setting of the blog, and let it take the Settings."""
    return options_of([setting for setting in TABLE if not setting.serves], command)


def all_settings_options(command: Function) -> Function:
    """Give a command an option for each setting, those of serving included."""
    return options_of(TABLE, command)


def state_options(command: Function) -> Function:
    """Give a command an option for where the state is, and let it take the Settings."""
    return options_of([setting_of("state")], command)


def no_options(command: Function) -> Function:
    """Let a command take the Settings, which the environment alone gives."""
    return options_of([], command)


def settings_given(command: Function) -> Function:
    """Give a command an option for each setting of the blog, and let it load them itself."""
    table = [setting for setting in TABLE if not setting.serves]
    return options_of(table, command, load=lambda given: given)


def all_settings_given(command: Function) -> Function:
    """Give a command an option for each setting, and let it load them itself."""
    return options_of(TABLE, command, load=lambda given: given)


def options_of(
    table: Sequence[Setting],
    command: Function,
    load: Callable[[Mapping[str, str | None]], object] = Settings.load,
) -> Function:
    """Give a command options; its first argument becomes what ``load`` makes of them."""

    @functools.wraps(command)
    def with_settings(**arguments: Any) -> Any:
        given = {name: arguments.pop(parameter) for name, parameter in parameters.items()}
        return command(load(given), **arguments)

    parameters = {s.option: f"setting_{s.variable}" for s in table if s.option}
    decorated: Function = with_settings
    for setting in reversed(table):
        if setting.option:
            decorated = click.option(
                setting.option,
                parameters[setting.option],
                cls=SettingOption,
                metavar=setting.metavar,
                help=f"{setting.plain_help} [{setting.variable}; default: {setting.shown_default}]",
            )(decorated)
    return decorated


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")


def read_all(file: TextIO) -> str:
    """The text of a file that the command line names.

    Raises:
        SettingError: it is no text in UTF-8.
    """
    try:
        return file.read()
    except UnicodeDecodeError:
        raise SettingError(file.name, "is no text in UTF-8", "Is it the right file?") from None


class Number(click.types.IntParamType):
    """A number, called what people call it."""

    name = "whole number"


class Count(click.IntRange):
    """A number of posts or a port, called what people call it."""

    name = "whole number"


limit_option = click.option(
    "--limit",
    type=Count(min=0, max=MOST_SHOWN),
    metavar="N",
    help=f"Show at most N; 0 shows all. Default: {POSTS_SHOWN} posts, all tags.",
)
