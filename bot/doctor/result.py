"""The result of one check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.blog.errors import SlashpostError

CheckOutcome = Literal["ok", "wrong", "skipped"]
MARKS: dict[CheckOutcome, str] = {"ok": "✓", "wrong": "✗", "skipped": "-"}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check.

    Attributes:
        check: its name, one word.
        outcome: ``skipped`` where something else has to work first.
        message: what was found, without a full stop.
        hint: what to do about it; empty where nothing need be done.
    """

    check: str
    outcome: CheckOutcome
    message: str
    hint: str = ""

    def __str__(self) -> str:
        message = f"{self.message}. {self.hint}" if self.hint else self.message
        return f"{MARKS[self.outcome]} {self.check:<12} {message}"

    def json(self) -> dict[str, object]:
        """The result for ``--json``."""
        return {
            "check": self.check,
            "outcome": self.outcome,
            "message": self.message,
            "hint": self.hint or None,
        }


def ok(check: str, message: str) -> CheckResult:
    """The check passed."""
    return CheckResult(check, "ok", message)


def wrong(check: str, message: str, hint: str) -> CheckResult:
    """The check failed."""
    return CheckResult(check, "wrong", message, hint)


def skipped(check: str, why: str) -> CheckResult:
    """The check could not be made."""
    return CheckResult(check, "skipped", why)


def from_error(check: str, error: SlashpostError) -> CheckResult:
    """The check failed with an error, which has a hint of its own."""
    return wrong(check, error.reason, error.hint)
