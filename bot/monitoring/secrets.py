"""What must not leave the process in a log or a report."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"

# Bot tokens: the bot's id in Base64, a timestamp, a signature. Tokens of interactions are
# Base64 of "interaction:…" and let their bearer answer for 15 minutes; they stand in the URLs
# that HTTP libraries name when a request fails.
TOKENS = re.compile(
    r"(?<![\w-])[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"
    r"|aW50ZXJhY3Rpb246[\w=-]+"
    r"|(?<=/webhooks/)(?P<id>\d+)/[^/\s?\"']+"
    r"|(?<=/interactions/)(?P<interaction>\d+)/[^/\s?\"']+"
)
# Where a trace names a file or quotes a line of code, which no reader has written.
FRAME = re.compile(r"^(?: {2,}|Traceback )")
# Shorter words are everywhere, and tell nothing.
SHORTEST = 3


class Secrets:
    """Hides tokens, and what a reader has typed.

    Args:
        known: secrets to be hidden wherever they stand.
    """

    def __init__(self, known: Iterable[str | None] = ()) -> None:
        self._known = [secret for secret in known if secret]

    def hide(self, text: str, typed: Iterable[str] = ()) -> str:
        """``text`` without tokens, and without what was ``typed`` outside of a trace's frames."""
        for secret in self._known:
            text = text.replace(secret, HIDDEN)
        text = TOKENS.sub(_keep_id, text)
        words = _as_written(typed)
        if not words:
            return text
        pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
        return "".join(
            line if FRAME.match(line) else pattern.sub(HIDDEN, line)
            for line in text.splitlines(keepends=True)
        )


def _keep_id(match: re.Match[str]) -> str:
    kept = match["id"] or match["interaction"]
    return f"{kept}/{HIDDEN}" if kept else HIDDEN


def _as_written(typed: Iterable[str]) -> list[str]:
    """The words, and how ``repr`` writes them, as messages of errors do; longest first."""
    found = {word for text in typed for word in (text, repr(text)[1:-1])}
    return sorted((word for word in found if len(word) >= SHORTEST), key=len, reverse=True)
