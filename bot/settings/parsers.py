"""How the values of settings are parsed; each raises SettingError for what it cannot use."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.blog.address import FeedAddress, RepositoryAddress
from bot.blog.errors import SettingError
from bot.settings.setting import Setting

LOCAL = "127.0.0.1"
LOOPBACK = frozenset({"localhost", LOCAL, "::1"})
MAX_PORT = 65535
# Where a path of two parts is a repository, though it does not end in .git.
FORGES = frozenset({"github.com", "gitlab.com", "codeberg.org", "bitbucket.org"})
SSH = re.compile(r"(?:ssh|git|git\+ssh)://|[\w.-]+@[\w.-]+:(?!//)", re.ASCII)


def texts(_setting: Setting, value: str) -> tuple[str, ...]:
    """Texts between commas."""
    return tuple(name for part in value.split(",") if (name := part.strip()))


def ids(setting: Setting, value: str) -> tuple[int, ...]:
    """Discord's ids between commas."""
    found = texts(setting, value)
    for each in found:
        if not re.fullmatch(r"[0-9]{15,20}", each):
            raise SettingError(
                setting.label,
                f"{each!r} is no id of a server",
                "In Discord's settings, turn on the developer mode under Advanced, then"
                " right-click the server and copy its id.",
            )
    return tuple(map(int, found))


def path(setting: Setting, value: str) -> Path:
    """A file or folder. ``~`` is expanded here, since Makefiles and services do not."""
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise SettingError(
            setting.label, f"{value!r} names nobody's home folder", "Write the path in full."
        ) from None


def file(setting: Setting, value: str) -> Path:
    """A path that may be a file's."""
    found = path(setting, value)
    if not found.name or found.is_dir():
        raise SettingError(setting.label, f"{value!r} is a folder", "Name a file in it.")
    return found


def number_of(noun: str, *, least: int = 1) -> Callable[[Setting, str], int]:
    """A whole number of something, such as ``bytes``."""

    def number(setting: Setting, value: str) -> int:
        found = int(value) if re.fullmatch(r"[0-9]{1,15}", value) else -1
        if found < least:
            which = "above 0" if least else "or 0"
            raise SettingError(
                setting.label,
                f"{value!r} is no number of {noun}",
                f"Write a whole number {which}, such as {setting.shown_default}.",
            )
        return found

    return number


def one_of(values: Mapping[str, Any], problem: str, hint: str) -> Callable[[Setting, str], Any]:
    """One of some words, without regard to case.

    Args:
        values: what each word means.
        problem: what any other word is, such as ``is no level of a log``.
        hint: what to write.
    """

    def choice(setting: Setting, value: str) -> Any:
        try:
            return values[value.casefold()]
        except KeyError:
            raise SettingError(setting.label, f"{value!r} {problem}", hint) from None

    return choice


def log_level(setting: Setting, value: str) -> int:
    """A level of ``logging``, as a number."""
    levels = {
        name: logging.getLevelNamesMapping()[name.upper()] for name in setting.metavar.split("|")
    }
    hint = "Write debug, info, warning or error."
    return int(one_of(levels, "is no level of a log", hint)(setting, value))


def port(setting: Setting, value: str) -> int:
    """A port; 0 takes a free one."""
    if not re.fullmatch(r"[0-9]{1,5}", value) or int(value) > MAX_PORT:
        hint = f"Write one such as {setting.shown_default}."
        raise SettingError(setting.label, f"{value!r} is no port", hint)
    return int(value)


def port_or_off(setting: Setting, value: str) -> int | None:
    """A port, or None for ``off``."""
    return None if value.casefold() == "off" else port(setting, value)


def host(setting: Setting, value: str) -> str | None:
    """An IP address to listen on, or None for ``all``."""
    if value.casefold() == "all":
        return None
    try:
        return str(ip_address(value.removeprefix("[").removesuffix("]")))
    except ValueError:
        hint = f"Write one such as {LOCAL} for this machine alone, or all."
        raise SettingError(setting.label, f"{value!r} is no IP address", hint) from None


def without_secrets(address: str) -> str:
    """An address as messages show it: without a name and password, and without its query."""
    plain = re.sub(r"^([\w+.-]+://)?[^/?#]*@", r"\1", address)
    return re.sub(r"(?<=[?#]).+", "\u2026", plain, flags=re.DOTALL)


def web_address(setting: Setting, value: str) -> str:
    """An http(s) URL, without its trailing slash."""
    default = setting.default if isinstance(setting.default, str) else ""
    example = default if "://" in default else "https://example.org"
    hint = f"Write it in full, such as {example}"
    shown = without_secrets(value)
    try:
        parts = urlsplit(value)
        hostname = parts.hostname
        _ = parts.port  # raises for a port that is no number
    except ValueError as error:
        raise SettingError(setting.label, f"{shown!r} is no web address: {error}", hint) from None
    # A printable text without spaces can be repeated in a hint without breaking its line.
    if " " in value or not value.isprintable():
        raise SettingError(setting.label, f"{shown!r} is no web address", hint)
    if parts.scheme not in {"http", "https"}:
        if "://" not in value:
            hint = f"Write it as https://{shown.lstrip('/')}"
        raise SettingError(setting.label, f"{shown!r} does not begin with https://", hint)
    if not hostname:
        raise SettingError(setting.label, f"{shown!r} is no web address", hint)
    if parts.query or parts.fragment:
        raise SettingError(setting.label, f"{shown!r} has a part after ? or #", "Leave that out.")
    return value.rstrip("/")


def public_address(setting: Setting, value: str) -> str:
    """An http(s) URL that everybody may see. No message repeats what it holds in secret."""
    if "@" in value.partition("://")[2].partition("/")[0]:
        raise SettingError(
            setting.label,
            "the address holds a name or a password, which everybody would see in links",
            "Leave out what stands before the @",
        )
    return web_address(setting, value)


def sitemap(setting: Setting, value: str) -> str | Path:
    """``auto``, ``off``, a secure web address, or a file."""
    if value.casefold() in {"auto", "off"}:
        return value.casefold()
    if not re.match(r"[\w+.-]+://", value):
        return path(setting, value)
    parts = urlsplit(web_address(setting, value.partition("?")[0]))
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise SettingError(
            setting.label,
            f"over http everyone on the way to {parts.hostname} could change it",
            "Write the sitemap's https address.",
        )
    return value


def postgres_address(setting: Setting, value: str) -> str:
    """The URL of a Postgres database. No message repeats it."""
    hint = "Write it as postgres://user:password@host:5432/name"
    try:
        parts = urlsplit(value)
        known = parts.scheme in {"postgres", "postgresql"}
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        known = False
    if not known or not value.isprintable():
        raise SettingError(setting.label, "not the address of a Postgres database", hint)
    return value


def posts_address(setting: Setting, value: str) -> Path | RepositoryAddress | FeedAddress:
    """A folder, or the address of a git repository or a feed.

    A repository ends in ``.git``, names a branch or folder after ``#``, or lies where others
    do; every other address is a feed's.
    """
    if SSH.match(value):
        raise SettingError(
            setting.label,
            f"{value!r} needs SSH and a key, which Slashpost has not",
            "Write its https address, with SLASHPOST_POSTS_TOKEN for a private repository.",
        )
    if not re.match(r"[\w+.-]+://", value):
        return path(setting, value)
    whole, _, place = value.removeprefix("git+").partition("#")
    plain = web_address(setting, whole.partition("?")[0])
    parts = urlsplit(plain)
    if parts.password is not None:
        raise SettingError(
            setting.label,
            "the address holds a password, which logs would show",
            "Leave it out, and set SLASHPOST_POSTS_TOKEN to it.",
        )
    on_forge = parts.hostname in FORGES and parts.path.count("/") == 2  # noqa: PLR2004 - /owner/name
    if not (place or value.startswith("git+") or parts.path.endswith(".git") or on_forge):
        return FeedAddress(whole)
    branch, _, folder = place.partition(":")
    names = [name for name in folder.split("/") if name not in {"", "."}]
    if ".." in names:
        raise SettingError(setting.label, f"{folder!r} leads out of the repository")
    url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return RepositoryAddress(url, branch or None, "/".join(names), parts.username)
