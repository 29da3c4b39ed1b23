"""What one check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.blog.errors import SlashpostError

Outcome = Literal["ok", "wrong", "skipped"]
MARKS: dict[Outcome, str] = {"ok": "✓", "wrong": "✗", "skipped": "-"}


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one check.

    Attributes:
        check: its name, one word.
        outcome: ``skipped`` where something else has to be mended first.
        said: what is so, without a full stop.
        advice: what to do about it; empty where nothing need be done.
    """

    check: str
    outcome: Outcome
    said: str
    advice: str = ""

    def __str__(self) -> str:
        said = f"{self.said}. {self.advice}" if self.advice else self.said
        return f"{MARKS[self.outcome]} {self.check:<12} {said}"

    def json(self) -> dict[str, object]:
        """The finding for ``--json``."""
        return {
            "check": self.check,
            "outcome": self.outcome,
            "said": self.said,
            "advice": self.advice or None,
        }


def ok(check: str, said: str) -> Finding:
    """A tick."""
    return Finding(check, "ok", said)


def wrong(check: str, said: str, advice: str) -> Finding:
    """Something to mend."""
    return Finding(check, "wrong", said, advice)


def skipped(check: str, why: str) -> Finding:
    """Something that cannot be told yet."""
    return Finding(check, "skipped", why)


def complaint(check: str, error: SlashpostError) -> Finding:
    """An error that says itself what to do."""
    return wrong(check, error.reason, error.hint)
