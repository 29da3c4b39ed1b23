"""Bringing the state to its newest form: one numbered SQL script after the other.

Each kind of database has scripts of its own, and the same numbers mean the same form.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.blog.errors import StateTooNew

SQLITE = tuple(sorted((Path(__file__).parent / "sqlite").glob("[0-9]*.sql")))
POSTGRES = tuple(sorted((Path(__file__).parent / "postgres").glob("[0-9]*.sql")))


def lacking(scripts: Sequence[Path], form: int, database: str) -> list[tuple[int, str]]:
    """Number and text of the scripts that a database has not seen.

    Args:
        scripts: all of them, the first one first.
        form: how many it has seen.
        database: what messages call it.

    Raises:
        StateTooNew: a newer version of Slashpost wrote it.
    """
    if form > len(scripts):
        raise StateTooNew(
            f"{database}: written by a newer Slashpost (form {form}, this one knows"
            f" {len(scripts)})",
            "Run that version, or restore what was saved before the update.",
        )
    return [
        (number, script.read_text(encoding="utf-8"))
        for number, script in enumerate(scripts[form:], start=form + 1)
    ]
