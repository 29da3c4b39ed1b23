"""One setting: what is declared of it, and where its value comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

Environ = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Setting:
    """What is declared of a setting.

    Attributes:
        variable: name in the environment.
        help: one line that says what it does, in Markdown, without a full stop.
        parse: makes the value of a text, or raises SettingError; None leaves the text.
        option: name on the command line, or None for a secret, which a list of processes
            would show, and for what is no matter of one command.
        metavar: what the option's value stands for, such as ``DIR``.
        default: the text that is parsed when it is unset, or what finds that text in the
            environment; None leaves the value None.
        default_help: the default for people, where ``default`` is no plain text.
        serves: whether only ``slashpost run`` reads it.
    """

    variable: str
    help: str
    parse: Callable[[Setting, str], Any] | None = None
    option: str | None = None
    metavar: str = ""
    default: str | Callable[[Environ], str | None] | None = None
    default_help: str = "none"
    serves: bool = False

    @property
    def label(self) -> str:
        """How messages call it: by both names, since either may have been used."""
        return f"{self.option} ({self.variable})" if self.option else self.variable

    @property
    def plain_help(self) -> str:
        """The help without Markdown, as a sentence without a full stop."""
        plain = re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", self.help).replace("`", "")
        return plain[0].upper() + plain[1:]

    @property
    def shown_default(self) -> str:
        """The default, for people."""
        return self.default if isinstance(self.default, str) else self.default_help

    def read(self, options: Mapping[str, str | None], environ: Environ) -> Any:
        """The value: an option wins over the environment, that over the default.

        An empty text counts as unset, since Makefiles and containers pass those on.

        Raises:
            SettingError: the text cannot be used.
        """
        given = (options.get(self.option) or "") if self.option else ""
        value = given.strip() or environ.get(self.variable, "").strip() or None
        if value is None:
            value = self.default(environ) if callable(self.default) else self.default
        return value if value is None or self.parse is None else self.parse(self, value)


def declared(
    variable: str,
    help: str,  # noqa: A002 - click's word
    parser: Callable[[Setting, str], Any] | None = None,
    *,
    secret: bool = False,
    **more: Any,
) -> Any:
    """A dataclass's field that is read as a ``Setting`` with these attributes.

    A secret stands neither in the ``repr`` of the settings nor in a log.
    """
    return field(repr=not secret, metadata={"setting": Setting(variable, help, parser, **more)})


def group(settings: type) -> Any:
    """A dataclass's field that holds another dataclass of settings."""
    return field(metadata={"group": settings})


def declared_in(settings: type) -> Iterator[tuple[str, Setting]]:
    """Yield the name and setting of each field; of a group's, such as ``ask.model``."""
    for one in fields(settings):
        if setting := one.metadata.get("setting"):
            yield one.name, setting
        elif inner := one.metadata.get("group"):
            yield from ((f"{one.name}.{name}", setting) for name, setting in declared_in(inner))


def values_of(
    settings: type, options: Mapping[str, str | None], environ: Environ
) -> dict[str, Any]:
    """The value of each field that is declared, by its name.

    Raises:
        SettingError: one cannot be used.
    """
    values = {}
    for one in fields(settings):
        if setting := one.metadata.get("setting"):
            values[one.name] = setting.read(options, environ)
        elif inner := one.metadata.get("group"):
            values[one.name] = inner(**values_of(inner, options, environ))
    return values


def secrets_of(settings: Any) -> Iterator[Any]:
    """Yield the values of secret fields, a group's too; None where one is unset."""
    for one in fields(settings):
        value = getattr(settings, one.name)
        if "group" in one.metadata:
            yield from secrets_of(value)
        elif not one.repr:
            yield value
