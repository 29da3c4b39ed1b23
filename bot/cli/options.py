"""Options that commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from bot.settings import TABLE, Setting, Settings, setting_of

Command = Callable[..., Any]

POSTS_SHOWN = 10


def settings_options(command: Command) -> Command:
    """Give a command an option for each setting of the blog, and let it take the Settings."""
    return options_of([setting for setting in TABLE if not setting.serves], command)


def all_settings_options(command: Command) -> Command:
    """Give a command an option for each setting, those of serving included."""
    return options_of(TABLE, command)


def state_options(command: Command) -> Command:
    """Give a command an option for where the state is, and let it take the Settings."""
    return options_of([setting_of("state")], command)


def all_settings_given(command: Command) -> Command:
    """Give a command an option for each setting, and let it load them itself."""
    return options_of(TABLE, command, load=lambda given: given)


def options_of(
    table: Sequence[Setting],
    command: Command,
    load: Callable[[Mapping[str, str | None]], object] = Settings.load,
) -> Command:
    """Give a command options; its first argument becomes what ``load`` makes of them."""

    @functools.wraps(command)
    def with_settings(**arguments: Any) -> Any:
        given = {name: arguments.pop(parameter) for name, parameter in parameters.items()}
        return command(load(given), **arguments)

    parameters = {s.option: f"setting_{s.variable}" for s in table if s.option}
    decorated: Command = with_settings
    for setting in reversed(table):
        if setting.option:
            decorated = click.option(
                setting.option,
                parameters[setting.option],
                metavar=setting.metavar,
                help=f"{setting.plain_help} [{setting.variable}; default: {setting.shown_default}]",
            )(decorated)
    return decorated


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")


class Count(click.IntRange):
    """A number of posts or a port, called what people call it."""

    name = "whole number"


limit_option = click.option(
    "--limit",
    type=Count(min=0),
    metavar="N",
    help=f"Show at most N; 0 shows all. Default: {POSTS_SHOWN} posts, all tags.",
)
