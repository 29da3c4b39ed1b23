"""A pattern for links that the blogger sets: ``/blog/{year}/{slug}/``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.generators.common import paths

PLACEHOLDERS = (
    "year",
    "month",
    "i_month",
    "day",
    "i_day",
    "slug",
    "name",
    "path",
    "section",
    "folder",
    "category",
)

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Pattern:
    """A link with placeholders.

    Raises:
        ValueError: a placeholder is unknown, or the pattern has none or a stray brace.
    """

    def __init__(self, text: str) -> None:
        names = _PLACEHOLDER.findall(text)
        for name in names:
            if name not in PLACEHOLDERS:
                known = " ".join(f"{{{known}}}" for known in PLACEHOLDERS)
                raise ValueError(f"{{{name}}} is not a placeholder; there are {known}")
        if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
            raise ValueError("a brace is not closed or not opened")
        if not set(names) & {"slug", "name", "path"}:
            raise ValueError("it gives many posts the same link; add {slug}")
        self.text = text

    def fill(self, values: Mapping[str, str | None]) -> str | None:
        """The link for one post, or None where it lacks a value, such as a date.

        A post without section or category has a link without that piece.
        """
        if any(values[name] is None for name in _PLACEHOLDER.findall(self.text)):
            return None
        link = _PLACEHOLDER.sub(lambda match: values[match[1]] or "", self.text)
        link = re.sub(r"(?<!:)//+", "/", link)
        return link if paths.is_absolute(link) else "/" + link.lstrip("/")
