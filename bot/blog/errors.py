"""What may go wrong, and what is wrong with a file: all that a person may see of either.

    SlashpostError
    ├── SettingError       a setting is missing or wrong          exit status 2
    ├── SourceError        the posts cannot be listed             exit status 2
    ├── IndexUnavailable   index.db cannot be opened or written   exit status 2
    ├── StateUnavailable   state.db cannot be opened or written   exit status 2
    ├── StateDamaged       state.db is damaged, without a copy    exit status 2
    ├── StateTooNew        a newer version wrote state.db         exit status 2
    ├── ArchiveRefused     an export of the state is of no use    exit status 2
    ├── DiscordRefused     Discord rejects token or application   exit status 2
    └── NotFound           no such post or tag                    exit status 1

Each message is one line that names the thing that is wrong; ``hint`` says what to do.
"""

from __future__ import annotations

from dataclasses import dataclass


class SlashpostError(Exception):
    """Base of all errors that are shown to people, in one line and without a trace."""

    exit_code = 2

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.reason}. {self.hint}" if self.hint else self.reason


class SettingError(SlashpostError):
    """A setting is missing, or its value cannot be used."""

    def __init__(self, setting: str, reason: str, hint: str = "") -> None:
        super().__init__(f"{setting}: {reason}", hint)
        self.setting = setting


class SourceError(SlashpostError):
    """The posts' folder is missing, empty or unreadable."""


class IndexUnavailable(SlashpostError):
    """The index cannot be opened, written or replaced."""


class StateUnavailable(SlashpostError):
    """The state cannot be opened or written."""


class StateDamaged(SlashpostError):
    """The state's file is damaged, and there is no good copy of it."""


class StateInUse(SlashpostError):
    """Another process of this machine uses the state's file."""


class StateTooNew(SlashpostError):
    """The state was written by a newer version, whose form this one does not know."""


class ArchiveRefused(SlashpostError):
    """An export of the state cannot be read, or the state would not take it."""


class DiscordRefused(SlashpostError):
    """Discord does not accept the token or the application's settings."""


class NotFound(SlashpostError):
    """No post or tag goes by that name."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the blogger should mend.

    Attributes:
        path: file, relative to the posts folder.
        line: 1-based line in that file, or None where it is not known.
        reason: what is wrong, one sentence, no trailing full stop.
        hint: what to do about it, one sentence.
        harmless: whether readers see nothing wrong.
    """

    path: str
    line: int | None
    reason: str
    hint: str
    harmless: bool = False

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is no post, or that readers do not see (yet), and why."""

    path: str
    reason: str
