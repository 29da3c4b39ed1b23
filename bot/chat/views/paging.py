"""Pages of a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from discord import ui

from bot.chat.custom_ids import CustomId
from bot.chat.i18n import Translator


@dataclass(frozen=True, slots=True)
class Pagination:
    """One page of a list.

    Attributes:
        number: which page, from 1.
        of: how many pages there are, at least 1.
        size: how many items a page holds.
    """

    number: int
    of: int
    size: int

    @classmethod
    def nearest(cls, number: int, items: int, size: int) -> Self:
        """The page asked for, or the nearest that there is: lists shrink while they are read."""
        pages = max(1, -(-items // size))
        return cls(min(max(number, 1), pages), pages, size)

    @property
    def offset(self) -> int:
        """How many items come before this page."""
        return (self.number - 1) * self.size

    def say(self, tr: Translator) -> str:
        """Name the page in small print; empty where it is the only one."""
        if self.of == 1:
            return ""
        return tr.gettext("page {page} of {pages}", page=self.number, pages=self.of)


def page_buttons(
    page: Pagination,
    tr: Translator,
    custom_id: Callable[[int], CustomId],
) -> ui.ActionRow[Any] | None:
    """Buttons to the pages before and after; None where there is one page only.

    Args:
        page: the page that is shown.
        tr: into the reader's language.
        custom_id: says "go to page n".
    """
    if page.of == 1:
        return None
    back: ui.Button[Any] = ui.Button(
        label=tr.gettext("‹ Previous"),
        disabled=page.number == 1,
        custom_id=str(custom_id(page.number - 1)),
    )
    on: ui.Button[Any] = ui.Button(
        label=tr.gettext("Next ›"),
        disabled=page.number == page.of,
        custom_id=str(custom_id(page.number + 1)),
    )
    return ui.ActionRow(back, on)
